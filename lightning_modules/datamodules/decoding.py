"""Batches of pictures that other processes read and decode while the network trains."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor
from torch.utils.data import DataLoader

from lightning_modules.datamodules.batches import SharedBatches
from lightning_modules.datamodules.trees import Tree
from lightning_modules.errors import BadInput

# of ImageNet's images, red, green and blue, on a scale from 0 to 1, as torchvision has them
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def decode(path: Path, size: int) -> np.ndarray:
    """The middle of a picture, enlarged or reduced to a square: bytes (size, size, 3).

    Raises:
        BadInput: the file is not a picture, or a damaged one.
    """
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (size, size))  # a JPEG is not decoded larger than it is needed
            upright = ImageOps.exif_transpose(picture).convert("RGB")
            return np.asarray(ImageOps.fit(upright, (size, size), Image.Resampling.BILINEAR))
    except UnidentifiedImageError:
        raise BadInput(f"{path}: not a picture; delete it or save it again") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadInput(f"{path}: damaged ({error}); delete it or save it again") from error


def normalise(pictures: Tensor) -> Tensor:
    """Bytes (N, H, W, 3) to floats (N, 3, H, W) as networks trained on ImageNet expect them.

    The result is channels-last, as the bytes are.
    """
    mean, std = (torch.tensor(values, device=pictures.device) for values in (MEAN, STD))
    return ((pictures.float() / 255 - mean) / std).permute(0, 3, 1, 2)  # (N, 3, H, W)


class Pictures:
    """What a worker is asked for: the decoded pictures of a batch.

    Args:
        paths: N files.
        labels: (N,).
        size: height and width of the decoded pictures.
    """

    def __init__(self, paths: Sequence[Path], labels: Tensor, size: int) -> None:
        self.paths, self.labels, self.size = paths, labels, size

    def __getitems__(self, rows: list[int]) -> tuple[Tensor, Tensor] | BadInput:
        """Bytes (n, size, size, 3) and labels (n,); or what is wrong with a file, given back and
        not raised, since a worker's exception arrives with its traceback in its text."""
        pictures = np.empty((len(rows), self.size, self.size, 3), dtype=np.uint8)
        try:
            for place, row in enumerate(rows):
                pictures[place] = decode(self.paths[row], self.size)
        except BadInput as error:
            return error
        return torch.from_numpy(pictures), self.labels[rows]


class DecodedBatches(SharedBatches):
    """Batches of normalised pictures (n, 3, size, size) with their labels (n,).

    Args:
        pictures: where they come from.
        device: where they go.
        num_workers: processes that decode; 0: this one does it.
        shared: `indices` and the rest, as `SharedBatches` takes them.
    """

    def __init__(
        self, pictures: Pictures, device: torch.device, num_workers: int, **shared: Any
    ) -> None:
        super().__init__(**shared)
        self._device = device
        self._rows: list[list[int]] = []  # of the batches that are to be decoded
        self._loader: DataLoader = DataLoader(
            pictures,  # type: ignore[arg-type]
            batch_sampler=self._rows,
            num_workers=num_workers,
            collate_fn=_as_it_is,
            pin_memory=device.type == "cuda",
            worker_init_fn=_leave_interrupts_to_the_run,
            persistent_workers=num_workers > 0,
        )

    def _fetch(self, batches: list[Tensor]) -> Iterator[tuple[Tensor, Tree, Tree]]:
        self._rows[:] = [rows.tolist() for rows in batches]
        for rows, decoded in zip(batches, self._loader, strict=True):
            if isinstance(decoded, BadInput):
                raise decoded
            pictures, labels = (part.to(self._device, non_blocking=True) for part in decoded)
            yield rows, normalise(pictures), labels

    def end_workers(self) -> None:
        """Ends the processes that decode; another epoch starts new ones.

        What is left to the garbage collector is waited for, 5 s each: it closes the queue through
        which a worker is told to end, and then tells it.
        """
        if self._loader._iterator is not None:
            self._loader._iterator._shutdown_workers()  # type: ignore[attr-defined]
            self._loader._iterator = None


def _as_it_is(batch: Any) -> Any:
    return batch


def _leave_interrupts_to_the_run(worker: int) -> None:
    # Ctrl-C reaches all processes at once, and the run saves before it ends its workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
