"""Readers for the file formats in which data sets are published."""

from __future__ import annotations

import gzip
import math
import struct
from pathlib import Path

import numpy as np

_IDX_UNSIGNED_BYTE = 0x08


def read_idx(path: Path) -> np.ndarray:
    """Reads an IDX file of unsigned bytes, gzipped where its name ends in `.gz`.

    Format: two zero bytes, the type code, the number of dimensions, each dimension as a big-endian
    32-bit integer, then the values in C order (http://yann.lecun.com/exdb/mnist).

    Raises:
        ValueError: the bytes are not such a file, or are cut short.
    """
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    if len(raw) < 4 or raw[:3] != bytes([0, 0, _IDX_UNSIGNED_BYTE]):
        raise ValueError(f"{path.name} is not an IDX file of unsigned bytes")
    num_dims = raw[3]
    header = 4 + 4 * num_dims
    if len(raw) < header:
        raise ValueError(f"{path.name} is cut short")
    shape = struct.unpack(f">{num_dims}I", raw[4:header])
    if len(raw) - header != math.prod(shape):
        raise ValueError(f"{path.name} holds {len(raw) - header} values, not {math.prod(shape)}")
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)
