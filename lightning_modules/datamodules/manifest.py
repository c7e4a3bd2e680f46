"""What `data/manifest.json` says: each data set's arrays, checksums, licence and mirrors."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from lightning_modules.errors import BadInput

DATA_DIR = Path(__file__).resolve().parents[2] / "data"

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class ArraySpec:
    """Shape, type and SHA-256 (of the C-ordered bytes) of one array."""

    shape: tuple[int, ...]
    dtype: str
    sha256: str


@dataclass(frozen=True)
class Mirror:
    """One place that serves a data set.

    `kind` is a key of `mirrors.FETCHERS`, which take the options; `format` is a key of
    `formats.PUBLISHED`.
    """

    kind: str
    format: str
    options: dict[str, str]


@dataclass(frozen=True)
class Dataset:
    """A data set of the course; `file` is set where it ships with the course."""

    name: str
    title: str
    source: str
    licence: str
    arrays: dict[str, ArraySpec]
    mirrors: tuple[Mirror, ...] = ()
    file: str = ""
    sha256: str = ""

    @property
    def ships(self) -> bool:
        return bool(self.file)


def read_manifest(path: Path) -> dict[str, Dataset]:
    """Reads a manifest into data sets by name.

    Raises:
        BadInput: the manifest is missing or not readable.
    """
    try:
        entries = json.loads(path.read_text())["datasets"]
        return {name: _dataset(name, entry) for name, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path}: not a readable data manifest ({error}); restore it from git"
        ) from error


def _dataset(name: str, entry: dict) -> Dataset:
    return Dataset(
        name=name,
        title=entry["title"],
        source=entry["source"],
        licence=entry["licence"],
        arrays={
            key: ArraySpec(tuple(spec["shape"]), spec["dtype"], spec["sha256"])
            for key, spec in entry["arrays"].items()
        },
        mirrors=tuple(
            Mirror(
                mirror["kind"],
                mirror["format"],
                {key: mirror[key] for key in mirror if key not in ("kind", "format")},
            )
            for mirror in entry.get("mirrors", ())
        ),
        file=entry.get("file", ""),
        sha256=entry.get("sha256", ""),
    )


@cache
def datasets() -> dict[str, Dataset]:
    """The data sets of the course, by name."""
    return read_manifest(DATA_DIR / "manifest.json")


def find(name: str) -> Dataset:
    """The data set called `name`.

    Raises:
        BadInput: there is none.
    """
    try:
        return datasets()[name]
    except KeyError:
        raise BadInput(f"no data set '{name}'; there are: {', '.join(datasets())}") from None


def array_sha256(array: np.ndarray) -> str:
    """SHA-256 of the array's values in C order, whatever file they came in."""
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def describe(arrays: Arrays) -> dict[str, dict]:
    """What the manifest says of these arrays."""
    return {
        key: {"shape": list(array.shape), "dtype": str(array.dtype), "sha256": array_sha256(array)}
        for key, array in arrays.items()
    }


def record(name: str, path: Path, arrays: Arrays, title: str, source: str, licence: str) -> None:
    """Writes the manifest entry of a file that ships; the scripts in `data/` call it."""
    manifest_path = path.parent / "manifest.json"
    manifest = json.loads(manifest_path.read_text())
    manifest["datasets"][name] = {
        "title": title,
        "source": source,
        "licence": licence,
        "file": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "arrays": describe(arrays),
    }
    manifest_path.write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def differences(arrays: Arrays, specs: dict[str, ArraySpec]) -> list[str]:
    """How `arrays` differ from what the manifest promises; empty where they agree."""
    found = []
    for key, spec in specs.items():
        if key not in arrays:
            found.append(f"{key} is missing")
        elif (arrays[key].shape, str(arrays[key].dtype)) != (spec.shape, spec.dtype):
            found.append(
                f"{key} is {arrays[key].dtype}{list(arrays[key].shape)}, "
                f"not {spec.dtype}{list(spec.shape)}"
            )
        elif array_sha256(arrays[key]) != spec.sha256:
            found.append(f"{key} has another checksum")
    return found
