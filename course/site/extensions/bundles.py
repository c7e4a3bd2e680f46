"""Modules of JavaScript as one script: a page that was opened from a file may load no modules."""

from __future__ import annotations

import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) (\w+))", re.MULTILINE)


def bundle(entry: str, sources: Mapping[str, str]) -> str:
    """A script in which each module is a constant, `$NAME`, behind those that it needs.

    Args:
        entry: name of the module that is wanted.
        sources: of all modules, by name. They import by name, `import { a, b } from "./NAME.js"`,
            and export functions, constants and classes where they are made.

    Raises:
        ValueError: an import of a module or a name that there is not, in a circle, or of another
            form.
    """
    done: list[str] = []
    parts: list[str] = []

    def add(name: str, above: tuple[str, ...]) -> None:
        if name in done:
            return
        if name in above:
            raise ValueError(
                f"{' -> '.join((*above, name))}: modules import each other in a circle"
            )
        if name not in sources:
            raise ValueError(
                f"{above[-1] if above else entry}.js imports {name}.js, which is missing"
            )
        for names, other in _IMPORT.findall(sources[name]):
            add(other, (*above, name))
            wrong = set(_names(names)) - set(exported(sources[other]))
            if wrong:
                raise ValueError(f"{name}.js imports {', '.join(sorted(wrong))}: not in {other}.js")
        parts.append(_constant(name, sources[name]))
        done.append(name)

    add(entry, ())
    return "\n".join(parts)


def exported(source: str) -> list[str]:
    """The names that a module exports."""
    return [name for _, name in _EXPORT.findall(source)]


def _names(between_braces: str) -> list[str]:
    return [name.strip() for name in between_braces.split(",") if name.strip()]


def _constant(name: str, source: str) -> str:
    body = _IMPORT.sub(lambda match: f"const {{{match[1]}}} = ${match[2]};", source)
    body = _EXPORT.sub(r"\1", body)
    if left := re.search(r"^(import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name}.js: `{left[0]}` is of a form that no bundle is made of")
    names = ", ".join(exported(source))
    return f'const ${name} = (() => {{\n"use strict";\n{body}\nreturn {{ {names} }};\n}})();'
