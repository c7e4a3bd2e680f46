"""The course secret, from which every student's inputs are drawn."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path


def course_secret(root: Path) -> bytes:
    """``DLCOURSE_SECRET``, else ``.dlcourse-secret`` in the course root, made at first use."""
    if given := os.environ.get("DLCOURSE_SECRET"):
        return given.encode()
    path = root / ".dlcourse-secret"
    if not path.exists():
        temporary = root / f".dlcourse-secret.{os.getpid()}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        try:
            os.link(temporary, path)  # fails where another process was first: then theirs counts
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip().encode()


def student_seed(secret: bytes, assignment: str, student: str) -> bytes:
    """What determines the inputs that ``student`` meets in ``assignment``."""
    parts = (secret, assignment.encode(), student.encode())
    return hashlib.sha256(
        b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    ).digest()
