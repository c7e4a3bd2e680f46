"""Pictures in folders, one folder a class: one's own, of any size and number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from lightning.pytorch.utilities import rank_zero_only
from torch import Tensor

from lightning_modules.datamodules.batch_transform import BatchTransform
from lightning_modules.datamodules.decoding import DecodedBatches, Pictures
from lightning_modules.datamodules.groups import GroupBy, draw, draw_groups
from lightning_modules.datamodules.shared import SharedData, check_positive
from lightning_modules.errors import BadInput
from lightning_modules.seeding import mix

UNKNOWN = -1  # the label of a picture that lies in no class's folder
_VALIDATION = ("valid", "val", "validation")


@dataclass(frozen=True)
class Split:
    """Files, and their labels (N,)."""

    paths: list[Path]
    labels: Tensor

    def where(self, chosen: Tensor) -> Split:
        """Those that are chosen (N,)."""
        rows = chosen.nonzero().flatten().tolist()
        return Split([self.paths[row] for row in rows], self.labels[rows])


def read_classes(folder: Path) -> list[str]:
    """The names of a folder's folders, in alphabetical order.

    Raises:
        BadInput: there are none.
    """
    classes = sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    if not classes:
        raise BadInput(f"{folder}: no folders in it; put each class's pictures into one of its own")
    return classes


def list_pictures(folder: Path, classes: list[str]) -> Split:
    """The pictures in the folders of classes, in alphabetical order.

    Raises:
        BadInput: there are none, or a folder is no class.
    """
    from torchvision.datasets.folder import IMG_EXTENSIONS, make_dataset

    strangers = sorted(set(read_classes(folder)) - set(classes))
    if strangers:
        raise BadInput(f"{folder / strangers[0]}: not a class; there are: {', '.join(classes)}")
    numbers = {name: number for number, name in enumerate(classes)}
    found = make_dataset(str(folder), numbers, IMG_EXTENSIONS, allow_empty=True)
    if not found:
        raise BadInput(f"{folder}: no pictures in {', '.join(classes)}")
    return Split([Path(path) for path, _ in found], torch.tensor([label for _, label in found]))


def list_unlabelled(folder: Path) -> Split:
    """The pictures that lie in a folder itself, in alphabetical order of their names."""
    from torchvision.datasets.folder import is_image_file

    paths = sorted(path for path in folder.iterdir() if is_image_file(path.name))
    return Split(paths, torch.full((len(paths),), UNKNOWN))


class PictureFolder(SharedData):
    """Colour pictures (N, 3, size, size), normalised as ImageNet's, decoded as they are needed.

    `root` holds `train/`, `valid/` (or `val/`) and `test/`, each with a folder for each class; or
    `train/` with or without one of the others; or the classes' folders alone. What there is no
    folder for is held out from the training pictures: at random, or whole groups. In `test/`
    pictures may also lie without a class: those are for `dlcourse predict`.

    Args:
        root: the folder.
        batch_size: pictures per step, over all processes together.
        size: height and width; a picture is scaled to it, and cut at its longer sides.
        val_share: of the training pictures, held out where there is no `valid/`.
        test_share: of the training pictures, held out where there is no `test/`.
        group_by: what must not be torn apart, `GroupPattern` or `GroupTable` of `groups.py`.
        split_seed: of the draws; the same for every run, so that runs compare.
        augment: changes training batches (see `augmentation.py`).
        num_workers: processes that decode, for each that trains.

    Raises:
        BadInput: the folder does not look like that; or a value is out of range.
    """

    def __init__(
        self,
        root: str,
        batch_size: int = 32,
        size: int = 128,
        val_share: float = 0.2,
        test_share: float = 0.0,
        group_by: GroupBy | None = None,
        split_seed: int = 0,
        augment: list[BatchTransform] | None = None,
        num_workers: int = 2,
    ) -> None:
        super().__init__(batch_size, augment)
        check_positive("size", size)
        if num_workers < 0:
            raise BadInput(f"data.num_workers is {num_workers}; it must be at least 0")
        if not (0 < val_share < 1 and 0 <= test_share < 1 and val_share + test_share < 1):
            raise BadInput(
                f"data.val_share is {val_share}, data.test_share {test_share}; they must be above "
                "0 (test_share: at least 0), and leave something to train on"
            )
        self.root = Path(root)
        self.size, self.num_workers = size, num_workers
        self.val_share, self.test_share, self.split_seed = val_share, test_share, split_seed
        self.group_by = group_by
        self.classes: list[str] = []
        self._splits: dict[str, Split] = {}
        self._decoding: list[DecodedBatches] = []

    def setup(self, stage: str) -> None:
        if not self._splits:
            self._splits = self._read()
            self._say()

    def teardown(self, stage: str) -> None:
        while self._decoding:
            self._decoding.pop().end_workers()

    def train_dataloader(self) -> DecodedBatches:
        return self._batches("train", **self._training(len(self._splits["train"].paths)))

    def val_dataloader(self) -> DecodedBatches:
        return self._evaluation("val")

    def test_dataloader(self) -> DecodedBatches:
        if (self._test.labels == UNKNOWN).any():
            raise BadInput(f"{self.root / 'test'}: no class is known; run dlcourse predict")
        return self._evaluation("test")

    def predict_dataloader(self) -> DecodedBatches:
        return self._evaluation("test")

    @property
    def prediction_ids(self) -> list[str]:
        """What the test pictures are called: their paths in the folder."""
        return [self._name(path) for path in self._test.paths]

    @property
    def _test(self) -> Split:
        if "test" not in self._splits:
            raise BadInput(f"{self.root}: no test pictures; make test/, or set data.test_share")
        return self._splits["test"]

    def _evaluation(self, name: str) -> DecodedBatches:
        split = self._test if name == "test" else self._splits[name]
        return self._batches(name, **self._evaluating(len(split.paths), self.batch_size))

    def _batches(self, name: str, **shared: object) -> DecodedBatches:
        split = self._splits[name]
        pictures = Pictures(split.paths, split.labels, self.size)
        batches = DecodedBatches(pictures, self._device, self.num_workers, **shared)
        self._decoding.append(batches)
        return batches

    def _read(self) -> dict[str, Split]:
        if not self.root.is_dir():
            raise BadInput(f"data.root: no folder {self.root}")
        train = self.root / "train" if (self.root / "train").is_dir() else self.root
        self.classes = read_classes(train)
        splits = {"train": list_pictures(train, self.classes)}
        if train != self.root:
            for name in _VALIDATION:
                if (self.root / name).is_dir():
                    splits["val"] = list_pictures(self.root / name, self.classes)
            if (self.root / "test").is_dir():
                splits["test"] = self._read_test(self.root / "test")
        if "val" in splits and self.group_by is not None:
            raise BadInput(f"data.group_by: {self.root} has validation pictures; drop one of both")
        return self._hold_out(splits)

    def _read_test(self, folder: Path) -> Split:
        unlabelled = list_unlabelled(folder)
        return unlabelled if unlabelled.paths else list_pictures(folder, self.classes)

    def _hold_out(self, splits: dict[str, Split]) -> dict[str, Split]:
        """Takes from the training pictures what there is no folder for."""
        whole = len(splits["train"].paths)
        for number, (name, share) in enumerate(
            (("test", self.test_share), ("val", self.val_share))
        ):
            if share and name not in splits:
                rest = splits["train"]
                share *= whole / len(rest.paths)
                seed = mix(self.split_seed, number)
                if self.group_by is None:
                    chosen = draw(len(rest.paths), share, seed)
                else:
                    chosen = draw_groups(self._groups(rest), share, seed)
                splits |= {name: rest.where(chosen), "train": rest.where(~chosen)}
        return splits

    def _groups(self, split: Split) -> list[str]:
        assert self.group_by is not None
        return self.group_by.groups([self._name(path) for path in split.paths])

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    @rank_zero_only
    def _say(self) -> None:
        """Which pictures are for what: with groups, whose."""
        counts = []
        for name in ("train", "val", "test"):
            if name in self._splits:
                split = self._splits[name]
                held_out = self.group_by is not None and name != "train"
                whose = f" ({', '.join(sorted(set(self._groups(split))))})" if held_out else ""
                counts.append(f"{len(split.paths)} {name}{whose}")
        print(f"{self.root}: {len(self.classes)} classes; pictures: {', '.join(counts)}")
