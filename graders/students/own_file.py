"""A student's own file: which one it is, and its code."""

from __future__ import annotations

from pathlib import Path

from graders.engine.catalogue import source_path
from graders.engine.cells import Code, from_notebook, from_script
from graders.errors import BadInput, Rejected

FORMS = (".py", ".ipynb")


def own_file(name: str) -> Path:
    """The student's file where none is named: the one with the least left to write, or newest.

    Raises:
        BadInput: there is none.
    """
    for folder in (Path(), source_path(name).parent):
        found = forms_of(folder / name)
        if found:
            return min(found, key=_unwritten_then_age)
    raise BadInput(f"there is no {name}.py or {name}.ipynb here: name your file")


def forms_of(stem: Path) -> list[Path]:
    """The script and the notebook of that name, those of them that are there."""
    paths = [stem.with_name(f"{stem.name}{form}") for form in FORMS]
    return [path for path in paths if path.is_file()]


def _unwritten_then_age(path: Path) -> tuple[int, float]:
    return path.read_bytes().count(b"NotImplementedError"), -path.stat().st_mtime


def read_code(path: Path) -> Code:
    """The code of a ``.py`` or ``.ipynb`` file.

    Raises:
        BadInput: it cannot be read as one.
    """
    readers = {".py": from_script, ".ipynb": from_notebook}
    if path.suffix not in readers:
        raise BadInput(f"{path} is neither a .py nor an .ipynb file")
    try:
        return readers[path.suffix](path.name, path.read_bytes())
    except FileNotFoundError:
        raise BadInput(f"{path} does not exist: name your .py or .ipynb file") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except Rejected as error:
        raise BadInput(str(error)) from None
