"""Features of a data set's images, computed once and kept.

Training a head on top of frozen stages shows each image to the stages once an epoch, each time with
the same result. So the result is kept, in `features/` of the data cache, under a name made from the
weights and the images: whoever changes either gets new features.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import torch
from filelock import FileLock
from rich.progress import track
from safetensors.torch import load_file, save_file
from torch import Tensor

from lightning_modules.datamodules.batches import Batches
from lightning_modules.datamodules.in_memory import InMemory, Splits
from lightning_modules.datamodules.store import cache_dir
from lightning_modules.errors import BadInput
from lightning_modules.seeding import run_seed
from lightning_modules.transfer.backbone import Backbone, WeightsName
from lightning_modules.transfer.pixels import PixelsName
from lightning_modules.transfer.weights import NetworkName

_BATCH_SIZE = 100


def digest(tensors: Iterable[Tensor]) -> str:
    """SHA-256 of the values, shapes and types of tensors, in order."""
    found = hashlib.sha256()
    for tensor in tensors:
        found.update(f"{tuple(tensor.shape)} {tensor.dtype}".encode())
        found.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return found.hexdigest()


@torch.inference_mode()
def compute(backbone: Backbone, images: Tensor, device: torch.device) -> Tensor:
    """Features (N, 512) of images (N, C, H, W), batch by batch, with a progress bar."""
    backbone = backbone.eval().to(device)
    batches = images.split(_BATCH_SIZE)
    rows = [
        backbone.features(batch.to(device)).cpu()  # (n, 512)
        for batch in track(batches, f"features of {len(images)} images")
    ]
    return torch.cat(rows)


def cached(backbone: Backbone, images: dict[str, Tensor], device: torch.device) -> Path:
    """The file of the features of each split's images, which is made where it is not there yet.

    Raises:
        BadInput: the cache cannot be written.
    """
    inputs = [tensor for _, tensor in sorted(images.items())]
    size = torch.tensor(backbone.input.size)
    key = digest([*backbone.stages.state_dict().values(), size, *backbone.input.buffers(), *inputs])
    path = cache_dir() / "features" / f"{key[:32]}.safetensors"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                features = {name: compute(backbone, x, device) for name, x in images.items()}
                temporary = path.with_suffix(".tmp")
                save_file(features, temporary)
                temporary.replace(path)
    except OSError as error:
        raise BadInput(
            f"{path.parent}: cannot keep features there ({error.strerror or error}); "
            "free some space or set DLCOURSE_DATA to another folder"
        ) from error
    return path


def standardise(features: dict[str, Tensor]) -> dict[str, Tensor]:
    """Features (N, F) with mean 0 and deviation 1 over the training images, as linear models like.

    A feature that never varies becomes 0.
    """
    mean, std = features["train"].mean(dim=0), features["train"].std(dim=0)  # each (F,)
    std = torch.where(std > 0, std, 1)
    return {name: (rows - mean) / std for name, rows in features.items()}


class Features(InMemory):
    """The standardised features (N, 512) of another data module's images, with its targets.

    A linear model trained on them is a linear probe: it shows what the features are worth.

    Args:
        data: gives images (N, C, H, W); its augmentation does not act, as features are kept.
        network: see `Backbone`.
        weights: see `Backbone`; random ones are drawn with the run's seed.
        pixels: see `ImageNetInput`.
        size: height and width to which images are resized first.
        batch_size: examples per step, over all processes together.

    Raises:
        BadInput: `data` augments.
    """

    def __init__(
        self,
        data: InMemory,
        network: NetworkName = "squeezenet1_1",
        weights: WeightsName = "imagenet",
        pixels: PixelsName = "cifar10",
        size: int = 128,
        batch_size: int = 100,
    ) -> None:
        super().__init__(batch_size=batch_size)
        if data.augment:
            raise BadInput("data.augment: kept features are those of images as they are; drop it")
        self.data = data
        self.network, self.weights = network, weights
        self.pixels, self.size = pixels, size

    def prepare_data(self) -> None:
        self.data.prepare_data()
        self._file()  # by one process a machine, while the others wait

    def _load(self) -> Splits:
        features = standardise(load_file(self._file()))
        return {name: (features[name], targets) for name, (_, targets) in self._images().items()}

    def _images(self) -> Splits:
        self.data.setup("fit")
        return self.data._splits

    def _file(self) -> Path:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(run_seed())
            backbone = Backbone(self.network, self.weights, 1, self.pixels, self.size)
        device = self.trainer.strategy.root_device if self.trainer else torch.device("cpu")
        return cached(backbone, {name: x for name, (x, _) in self._images().items()}, device)

    def test_dataloader(self) -> Batches:
        self.data.test_dataloader()  # refuses where there are no labels
        return super().test_dataloader()
