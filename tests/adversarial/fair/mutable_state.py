"""Counts its calls and keeps what it met in globals, files and caches."""

import os
import pickle
import tempfile
from pathlib import Path

CALLS = []

# <solution>

plain_softmax = softmax


def softmax(scores):
    CALLS.append(len(CALLS))
    with tempfile.NamedTemporaryFile(dir="/tmp") as file:
        np.save(file.name, scores)
        copied = np.load(f"{file.name}.npy")
    os.unlink(f"{file.name}.npy")
    Path("/tmp/calls").write_bytes(pickle.dumps(CALLS))
    return plain_softmax(copied)
