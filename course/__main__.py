"""``python -m course`` is the ``dlcourse`` command."""

import sys

from course.cli import main

sys.exit(main())
