"""The graders' half of the course: submissions in, a gradebook and pages out."""

import sys

# jsonschema, which nbformat validates notebooks with, compiles grammars of internationalised
# URIs where it finds this package: seconds of every start, for a format no notebook uses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
