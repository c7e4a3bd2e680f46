"""Coverage-guided fuzzing of everything that reads a stranger's bytes in the grader's process.

Not run with the tests: it needs atheris and time. From the top folder:

    pip install atheris
    python -m tests.adversarial.fuzz_decoders wire|script|notebook|zip|timestamp -max_total_time=600

A finding is any exception but the decoder's own (``WireError``, ``Rejected``), a crash, a hang
(``-timeout``) or more than 2 GiB of memory (``-rss_limit_mb``).
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import zipfile
from pathlib import Path

import atheris
import numpy as np

with atheris.instrument_imports(include=["graders", "dateutil", "zipfile", "tokenize", "json"]):
    from graders.engine import cells, hand_ins, submissions, timestamps
    from graders.errors import Rejected
    from graders.sandbox import wire

SCRATCH = Path(os.environ.get("TMPDIR", "/tmp")) / f"fuzz-{os.getpid()}.zip"


def fuzz_wire(content: bytes) -> None:
    with contextlib.suppress(wire.WireError):
        value = wire.decode(content)
        if b"h" not in content and b"f" not in content and b"r" not in content:
            assert wire.encode(wire.decode(wire.encode(value))) == wire.encode(value)


def fuzz_script(content: bytes) -> None:
    with contextlib.suppress(Rejected):
        for cell in cells.from_script("softmax.py", content).cells:
            assert cell.source.count("\n") >= cell.line


def fuzz_notebook(content: bytes) -> None:
    with contextlib.suppress(Rejected):
        for cell in cells.from_notebook("softmax.ipynb", content).cells:
            assert isinstance(cell.source, str)


def fuzz_zip(content: bytes) -> None:
    SCRATCH.write_bytes(content)
    with contextlib.suppress(Rejected):
        submissions.read(hand_ins.HandIn("ada", SCRATCH), "softmax")


def fuzz_timestamp(content: bytes) -> None:
    with contextlib.suppress(ValueError):
        timestamps.read_time(content).isoformat()


def seeds(target: str) -> list[bytes]:
    """Where the search begins: small valid inputs."""
    match target:
        case "wire":
            value = {"W": np.eye(2), 1: [None, True, 2.5, 1j, "s", b"b", (np.float32(1),)]}
            reference = [
                wire.HandleRef(1, "x"),
                wire.CallbackRef(0),
                wire.GeneratorState(1, 2, 0, 0),
            ]
            return [wire.encode(value), wire.encode(reference)]
        case "script":
            return [b"# coding: latin-1\n# %%\nx = 1\r\n# %%\ny = '\xe9'\n", b"\xef\xbb\xbfx = 1"]
        case "notebook":
            return [
                b'{"cells": [{"cell_type": "code", "source": ["x = 1\\n", "y"]}], "nbformat": 4}',
                b'{"worksheets": [{"cells": [{"cell_type": "code", "input": "x"}]}]}',
            ]
        case "zip":
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("a/softmax.py", "x = 1\n" * 20)
            return [made.getvalue()]
        case "timestamp":
            return [b"2026-03-01 12:00:00.000000 UTC", b"2026-03-01T12:00:00+01:00"]
    raise SystemExit(__doc__)


def main() -> None:
    target, *options = sys.argv[1:] or [""]
    corpus = Path(os.environ.get("TMPDIR", "/tmp")) / f"fuzz-corpus-{target}"
    corpus.mkdir(exist_ok=True)
    for number, content in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(content)
    atheris.Setup([sys.argv[0], *options, str(corpus)], globals()[f"fuzz_{target}"])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
