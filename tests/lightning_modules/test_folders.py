"""Pictures in folders: which are for what, that they are read as they are, and by several."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader

from lightning_modules.datamodules.augmentation import Flip, Translate
from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.decoding import MEAN, STD, decode
from lightning_modules.datamodules.folders import UNKNOWN, PictureFolder
from lightning_modules.datamodules.groups import (
    GroupPattern,
    GroupTable,
    draw,
    draw_groups,
)
from lightning_modules.errors import BadInput
from lightning_modules.regularization.mixup import Mixup

SIDE = 8
MADE: list[PictureFolder] = []


def paint(path: Path, number: int) -> None:
    """A picture of its own: its number is the red of its first pixel."""
    pixels = np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    pixels[0, 0, 0] = number
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def fill(folder: Path, count: int = 6, classes: Sequence[str] = ("cat", "dog")) -> Path:
    """`count` pictures for each class, by three drivers in turn, numbered from 0."""
    for number in range(count * len(classes)):
        name = classes[number // count]
        paint(folder / name / f"p{number % 3:02}_{number:03}.png", number)
    return folder


def numbers(x: Tensor) -> list[int]:
    """Which pictures (N, 3, SIDE, SIDE) these are."""
    return ((x[:, 0, 0, 0] * STD[0] + MEAN[0]) * 255).round().int().tolist()


def module(root: Path, **options: Any) -> PictureFolder:
    made = PictureFolder(str(root), **{"batch_size": 4, "size": SIDE, "num_workers": 0, **options})
    made.setup("fit")
    MADE.append(made)
    return made


@pytest.fixture(autouse=True)
def _end_workers() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().teardown("fit")


def seen(loader: Any) -> dict[int, int]:
    """The label of each picture that a loader gives."""
    found: dict[int, int] = {}
    for x, y in loader:
        assert not found.keys() & set(numbers(x))
        found |= dict(zip(numbers(x), y.tolist(), strict=True))
    return found


def test_each_folder_is_a_split_and_each_of_its_folders_a_class(tmp_path: Path) -> None:
    for split, first in (("train", 0), ("valid", 100), ("test", 200)):
        for number in range(4):
            name = "dog" if number % 2 else "cat"
            paint(tmp_path / split / name / f"{number}.png", first + number)
    data = module(tmp_path)
    assert data.classes == ["cat", "dog"]
    for loader, first in (
        (data.train_dataloader(), 0),
        (data.val_dataloader(), 100),
        (data.test_dataloader(), 200),
    ):
        assert seen(loader) == {first: 0, first + 1: 1, first + 2: 0, first + 3: 1}
    assert data.prediction_ids == [
        f"test/{n}/{i}.png" for n, i in zip(["cat"] * 2 + ["dog"] * 2, "0213", strict=True)
    ]


def test_one_folder_is_split_at_random_and_always_alike(tmp_path: Path) -> None:
    fill(tmp_path, count=20)
    parts = []
    for seed in (0, 0, 1):
        data = module(tmp_path, val_share=0.25, test_share=0.2, split_seed=seed)
        loaders = (data.train_dataloader(), data.val_dataloader(), data.test_dataloader())
        parts.append([seen(loader) for loader in loaders])
    assert [len(part) for part in parts[0]] == [20, 10, 8]  # training: five batches of four of 22
    assert parts[0][1:] == parts[1][1:] != parts[2][1:]
    for train, val, test in parts:
        assert len(train | val | test) == 38
        assert all(label == number // 20 for number, label in (train | val | test).items())


@pytest.mark.parametrize("by", ["name", "table"])
def test_a_driver_is_in_one_split_alone(by: str, tmp_path: Path) -> None:
    fill(tmp_path / "pictures" / "train")
    table = tmp_path / "drivers.csv"
    rows = [f"p{number % 3:02},p{number % 3:02}_{number:03}.png" for number in range(12)]
    table.write_text("\n".join(["subject,img", *rows]))
    group_by = {
        "name": GroupPattern(r"/(p\d+)_"),
        "table": GroupTable(str(table), "subject", "img"),
    }
    data = module(tmp_path / "pictures", group_by=group_by[by], test_share=0.3, val_share=0.3)
    splits = (data.train_dataloader(), data.val_dataloader(), data.test_dataloader())
    drivers = [{number % 3 for number in seen(loader)} for loader in splits]
    assert [len(part) for part in drivers] == [1, 1, 1]
    assert set.union(*drivers) == {0, 1, 2}


def test_which_drivers_are_held_out_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module(fill(tmp_path), group_by=GroupPattern(r"p\d+"))
    assert "2 classes; pictures: 8 train, 4 val (p0" in capsys.readouterr().out


@given(
    st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60),
    st.floats(0.01, 0.9),
    st.integers(),
)
def test_groups_are_drawn_whole_until_the_share_is_reached(
    groups: list[str], share: float, seed: int
) -> None:
    if len(set(groups)) == 1:
        with pytest.raises(BadInput, match=f"one group, {groups[0]}"):
            draw_groups(groups, share, seed % 2**40)
        return
    chosen = draw_groups(groups, share, seed % 2**40).tolist()
    held_out = {group for group, out in zip(groups, chosen, strict=True) if out}
    kept = {group for group, out in zip(groups, chosen, strict=True) if not out}
    assert held_out
    assert kept
    assert not held_out & kept
    enough = sum(chosen) >= share * len(groups)
    assert enough or len(kept) == 1
    assert sum(chosen) - max(map(groups.count, held_out)) < share * len(groups)  # and no longer


@given(st.integers(2, 100), st.floats(0.01, 0.99), st.integers(0, 2**40))
def test_a_share_is_drawn_to_the_nearest_example(count: int, share: float, seed: int) -> None:
    if not 0 < round(share * count) < count:
        with pytest.raises(BadInput, match="leaves one side empty"):
            draw(count, share, seed)
    else:
        assert int(draw(count, share, seed).sum()) == round(share * count)


def test_a_picture_is_fitted_into_the_square_and_stands_upright(tmp_path: Path) -> None:
    pixels = np.zeros((20, 40, 3), dtype=np.uint8)
    pixels[:, 10:20], pixels[:, 20:30] = (250, 0, 0), (0, 0, 250)  # the middle: red, then blue
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    fitted = decode(tmp_path / "wide.png", 10)
    assert fitted.shape == (10, 10, 3)
    assert (fitted[:, 1:4] == (250, 0, 0)).all()  # at the edges the cut-off parts shine through
    assert (fitted[:, 6:9] == (0, 0, 250)).all()

    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it 90 degrees clockwise
    Image.fromarray(pixels[:, 10:30]).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    turned = decode(tmp_path / "turned.jpg", 10).astype(int)
    assert turned[:4, :, 0].min() > 200
    assert turned[6:, :, 2].min() > 200

    grey = Image.fromarray(np.full((12, 12), 77, dtype=np.uint8))
    grey.save(tmp_path / "grey.png")
    assert (decode(tmp_path / "grey.png", 6) == 77).all()


def batches(loader: Any, epoch: int) -> list[tuple[Tensor, Tensor]]:
    loader.set_epoch(epoch)
    return list(loader)


def test_workers_give_what_one_process_gives_epoch_by_epoch(tmp_path: Path) -> None:
    fill(tmp_path)
    alone, helped = (
        module(tmp_path, augment=[Flip(), Translate(2)], num_workers=count).train_dataloader()
        for count in (0, 2)
    )
    for epoch in (0, 1, 0):
        for one, other in zip(batches(alone, epoch), batches(helped, epoch), strict=True):
            assert torch.equal(one[0], other[0])
            assert torch.equal(one[1], other[1])
    assert not torch.equal(batches(alone, 0)[0][0], batches(alone, 1)[0][0])


@pytest.mark.parametrize("augment", [[Flip(), Translate(2)], [Mixup(0.3, num_classes=2)]])
def test_three_processes_share_the_pictures_of_one(
    augment: list[BatchTransform], tmp_path: Path
) -> None:
    fill(tmp_path)

    def loaders(rank: int, processes: int) -> tuple[Any, Any]:
        data = module(tmp_path, augment=augment)
        progress = SimpleNamespace(state_dict=lambda: {"current": {"processed": 0}})
        loop = SimpleNamespace(epoch_loop=SimpleNamespace(batch_progress=progress))
        data.trainer = SimpleNamespace(  # type: ignore[assignment]
            global_rank=rank,
            world_size=processes,
            strategy=SimpleNamespace(root_device=torch.device("cpu")),
            fit_loop=loop,
        )
        return data.train_dataloader(), data.val_dataloader()

    whole, parts = loaders(0, 1), [loaders(rank, 3) for rank in range(3)]
    for stage in (0, 1):
        for rank, part in enumerate(parts):
            pairs = list(zip(part[stage], whole[stage], strict=True))
            assert pairs
            for (x, y), (all_x, all_y) in pairs:
                torch.testing.assert_close(x, all_x[rank::3], rtol=0, atol=1e-6)
                torch.testing.assert_close(y, all_y[rank::3], rtol=0, atol=1e-6)
    assert all(part[0].global_batch_size == 4 for part in parts)


def test_pictures_are_read_when_their_batch_is_asked_for(tmp_path: Path) -> None:
    data = module(fill(tmp_path))
    iterator = iter(data.val_dataloader())
    shutil.rmtree(tmp_path)
    with pytest.raises(BadInput, match=r"p\d\d_\d+\.png: damaged \(.*No such file"):
        next(iterator)


@pytest.mark.parametrize("workers", [0, 1])
def test_a_file_that_is_no_picture_is_one_line(workers: int, tmp_path: Path) -> None:
    fill(tmp_path)
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(b"<html>not found</html>")
    with pytest.raises(BadInput) as refused:
        list(module(tmp_path, num_workers=workers).train_dataloader())
    assert "not a picture; delete it" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_half_a_picture_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "half.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(BadInput, match=r"half.png: damaged \(.*\); delete it"):
        decode(path, 32)


def test_pictures_without_a_class_are_for_predicting(tmp_path: Path) -> None:
    fill(tmp_path / "train")
    for number in range(5):
        paint(tmp_path / "test" / f"{number}.png", 50 + number)
    data = module(tmp_path)
    with pytest.raises(BadInput, match="no class is known; run dlcourse predict"):
        data.test_dataloader()
    assert seen(data.predict_dataloader()) == {50 + number: UNKNOWN for number in range(5)}
    assert data.prediction_ids == [f"test/{number}.png" for number in range(5)]


def stray(root: Path) -> dict[str, Any]:
    fill(root / "train")
    fill(root / "valid", classes=("cat", "dgo"))
    return {}


def empty(root: Path) -> dict[str, Any]:
    (root / "train").mkdir()
    return {}


def without_pictures(root: Path) -> dict[str, Any]:
    (root / "cat").mkdir()
    (root / "cat" / "readme.txt").write_text("none yet")
    return {}


def split_already(root: Path) -> dict[str, Any]:
    fill(root / "train")
    fill(root / "valid")
    return {"group_by": GroupPattern("p")}


def no_group(root: Path) -> dict[str, Any]:
    fill(root)
    return {"group_by": GroupPattern(r"driver\d+")}


def no_column(root: Path) -> dict[str, Any]:
    fill(root / "train")
    (root / "drivers.csv").write_text("driver,img\n1,a.png\n")
    return {"group_by": GroupTable(str(root / "drivers.csv"), "subject", "img")}


def no_row(root: Path) -> dict[str, Any]:
    fill(root / "train")
    (root / "drivers.csv").write_text("subject,img\n1,a.png\n")
    return {"group_by": GroupTable(str(root / "drivers.csv"), "subject", "img")}


def no_table(root: Path) -> dict[str, Any]:
    fill(root / "train")
    return {"group_by": GroupTable(str(root / "drivers.csv"))}


def same_names(root: Path) -> dict[str, Any]:
    for name in ("cat", "dog"):
        paint(root / "train" / name / "1.png", 0)
    (root / "drivers.csv").write_text("group,picture\n1,1.png\n")
    return {"group_by": GroupTable(str(root / "drivers.csv"))}


REFUSED = {
    stray: r"valid/dgo: not a class; there are: cat, dog",
    empty: r"train: no folders in it; put each class's pictures into one",
    without_pictures: r"no pictures in cat",
    split_already: r"data.group_by: .* has validation pictures",
    no_group: r"^cat/p00_000.png: data.group_by.pattern 'driver\\d\+' is not found in it",
    no_column: r"drivers.csv: no column subject; there are: driver, img",
    no_row: r"drivers.csv: train/cat/p00_000.png has no row in column img",
    no_table: r"drivers.csv: not a readable CSV file \(No such file",
    same_names: r"train/cat/1.png shares its name, and its path has no row",
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.__name__)
def test_a_folder_that_looks_otherwise_is_refused_in_one_line(case: Any, tmp_path: Path) -> None:
    options = case(tmp_path)
    with pytest.raises(BadInput, match=REFUSED[case]) as refused:
        module(tmp_path, **options)
    assert "\n" not in str(refused.value)


def test_values_out_of_range_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"data.root: no folder nowhere"):
        PictureFolder("nowhere").setup("fit")
    with pytest.raises(BadInput, match=r"data.val_share is 0.7, data.test_share 0.4"):
        PictureFolder(str(tmp_path), val_share=0.7, test_share=0.4)
    with pytest.raises(BadInput, match=r"data.num_workers is -1"):
        PictureFolder(str(tmp_path), num_workers=-1)
    with pytest.raises(BadInput, match=r"pattern '\(': "):
        GroupPattern("(")
    with pytest.raises(BadInput, match=r"no test pictures; make test/, or set data.test_share"):
        module(fill(tmp_path)).predict_dataloader()


def test_a_worker_does_not_end_at_an_interrupt(tmp_path: Path) -> None:
    """Ctrl-C reaches every process; the one that trains saves first, and needs its batches."""
    loader = module(fill(tmp_path), num_workers=1).train_dataloader()
    inner: DataLoader = loader._loader
    assert inner.worker_init_fn is not None
    iterator = iter(loader)
    next(iterator)
    (worker,) = inner._iterator._workers  # type: ignore[union-attr]
    os.kill(worker.pid, signal.SIGINT)
    assert len(list(iterator)) == 1
    assert worker.is_alive()
