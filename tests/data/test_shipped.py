"""The data that ships is the data that the manifest promises."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from lightning_modules.datamodules import manifest, store
from lightning_modules.datamodules.formats import read_csv
from lightning_modules.errors import BadInput

SHIPPED = [name for name, dataset in manifest.datasets().items() if dataset.ships]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_data_matches_its_checksums(name: str) -> None:
    assert store.verify(name) == []
    dataset = manifest.find(name)
    assert dataset.licence
    assert dataset.source


def test_every_file_is_in_the_manifest_and_the_readme() -> None:
    text = {".md", ".py", ".json", ".txt"}
    files = {path.name for path in manifest.DATA_DIR.iterdir() if path.suffix not in text}
    files.discard("__pycache__")
    assert files == {manifest.find(name).file for name in SHIPPED}
    readme = (manifest.DATA_DIR / "README.md").read_text()
    assert [name for name in files if f"`{name}`" not in readme] == []
    assert sum((manifest.DATA_DIR / name).stat().st_size for name in files) < 40e6


def test_a_table_is_read_column_by_column(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('height,team,pay\n1.5,"A, B",\n-2,C,NA\n3,C,7\n')
    table = read_csv(path)
    assert list(table) == ["height", "team", "pay"]
    np.testing.assert_array_equal(table["height"], [1.5, -2.0, 3.0])
    np.testing.assert_array_equal(table["team"], ["A, B", "C", "C"])
    np.testing.assert_array_equal(table["pay"], [np.nan, np.nan, 7.0])
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(ValueError, match="line 3 has 1 cells, not 2"):
        read_csv(path)


def test_the_subset_is_big_enough_and_all_digits_are_there() -> None:
    arrays = store.load("mnist_subset")
    assert len(arrays["train_labels"]) >= 5000
    assert len(arrays["test_labels"]) >= 1000
    for split in ("train", "test"):
        counts = np.bincount(arrays[f"{split}_labels"], minlength=10)
        assert counts.min() > 0.8 * counts.mean()
        assert len(np.unique(arrays[f"{split}_index"])) == len(arrays[f"{split}_labels"])


def test_the_subset_is_drawn_by_its_script() -> None:
    """On a stand-in of full MNIST's shape: the shipped indices are the script's, image by image."""
    script = runpy.run_path(str(manifest.DATA_DIR / "make_mnist_subset.py"))
    shipped = store.load("mnist_subset")
    full: manifest.Arrays = {}
    for split, size in (("train", 60_000), ("test", 10_000)):
        full[f"{split}_images"] = np.zeros((size, 28, 28), np.uint8)
        full[f"{split}_labels"] = np.zeros(size, np.uint8)
        full[f"{split}_images"][shipped[f"{split}_index"]] = shipped[f"{split}_images"]
        full[f"{split}_labels"][shipped[f"{split}_index"]] = shipped[f"{split}_labels"]
    drawn = script["draw_subset"](full)
    assert drawn.keys() == shipped.keys()
    for key in shipped:
        np.testing.assert_array_equal(drawn[key], shipped[key])


def test_damage_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = store.load("mnist_subset")
    arrays["train_labels"][17] ^= 1
    store.write_atomically(tmp_path / "mnist_subset.npz", arrays)
    monkeypatch.setattr(store, "DATA_DIR", tmp_path)
    found = store.verify("mnist_subset")
    assert "train_labels has another checksum" in found
    (tmp_path / "mnist_subset.npz").write_bytes(b"PK not a zip")
    assert "damaged" in store.verify("mnist_subset")[0]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="no data set 'mnits'; there are: mnist_subset, mnist"):
        store.load("mnits")


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"datasets": {"x": {"title": "no more"}}}))
    with pytest.raises(BadInput, match=r"manifest\.json"):
        manifest.read_manifest(path)
