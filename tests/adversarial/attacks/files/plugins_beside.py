"""Test files, a conftest and packages beside the submission, for the grader to import."""

from pathlib import Path


def build(folder: Path) -> None:
    for name in (
        "conftest.py",
        "sitecustomize.py",
        "numpy.py",
        "pytest.py",
        "graders/__init__.py",
        "test_softmax.py",
        "softmax/__init__.py",
        "pytest.ini",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("open('/tmp/dlcourse-was-here', 'w')")
    (folder / "softmax.py").write_text("import numpy\ndef softmax(*args):\n    return 1.0\n")
