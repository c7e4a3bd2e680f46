"""A notebook whose metadata claims its points and whose outputs claim that they were given."""

import json
from pathlib import Path


def build(folder: Path) -> None:
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "source": "def softmax(*args):\n    return 1.0",
        "metadata": {
            "nbgrader": {
                "grade": True,
                "points": 100,
                "grade_id": "softmax",
                "locked": False,
                "solution": False,
                "schema_version": 3,
            }
        },
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "100 / 100 passed"}],
    }
    made = {
        "cells": [cell] * 3,
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"score": 100, "kernelspec": {"name": "../../sh", "language": "bash"}},
    }
    (folder / "softmax.ipynb").write_text(json.dumps(made))
