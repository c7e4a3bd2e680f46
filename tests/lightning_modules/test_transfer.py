"""Transfer: the shipped weights, features that are kept, heads that are new, stages that thaw."""

from __future__ import annotations

from pathlib import Path

import lightning.pytorch as pl
import pytest
import torch
import torchvision.models
from torch import Tensor, nn

from lightning_modules.datamodules import cifar, digits
from lightning_modules.datamodules.in_memory import InMemory, Splits
from lightning_modules.datamodules.store import load, verify
from lightning_modules.errors import BadInput, Unavailable
from lightning_modules.models.squeezenet import SqueezeNet
from lightning_modules.tasks.fine_tuning import FineTuning
from lightning_modules.transfer import features, weights
from lightning_modules.transfer.backbone import Backbone
from lightning_modules.transfer.features import Features
from lightning_modules.transfer.pixels import MEAN, STD, ImageNetInput
from lightning_modules.transfer.weights import imagenet_classes, imagenet_weights
from lightning_modules.visualisation.photographs import photographs


@pytest.fixture(scope="module")
def squeezenet() -> SqueezeNet:
    model = SqueezeNet()
    model.load_state_dict(imagenet_weights("squeezenet1_1"))  # strict
    return model.eval()


def test_squeezenet_is_torchvisions(squeezenet: SqueezeNet) -> None:
    twin = torchvision.models.squeezenet1_1().eval()
    twin.load_state_dict(squeezenet.state_dict())
    images = torch.randn(2, 3, 67, 64)
    with torch.no_grad():
        torch.testing.assert_close(squeezenet(images), twin(images), rtol=1e-5, atol=1e-5)
    assert sum(parameter.numel() for parameter in squeezenet.parameters()) == 1_235_496


def test_the_shipped_weights_know_a_cat_and_a_coffee(squeezenet: SqueezeNet) -> None:
    classes = imagenet_classes()
    with torch.no_grad():
        cat, coffee = (squeezenet(photographs(name)).argmax() for name in ("chelsea", "coffee"))
    assert classes[cat] in ("tabby", "tiger cat", "Egyptian cat")
    assert classes[coffee] == "espresso"


@pytest.mark.parametrize("name", ["squeezenet1_1", "photographs"])
def test_the_files_are_what_the_manifest_says(name: str) -> None:
    assert verify(name) == []


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = bytearray((weights.DATA_DIR / "squeezenet1_1.safetensors").read_bytes())
    raw[-5] ^= 1  # one bit of one weight: still a readable file
    (tmp_path / "squeezenet1_1.safetensors").write_bytes(raw)
    monkeypatch.setattr(weights, "DATA_DIR", tmp_path)
    with pytest.raises(BadInput, match=r"squeezenet1_1.safetensors: damaged .*; restore it"):
        imagenet_weights("squeezenet1_1")
    (tmp_path / "squeezenet1_1.safetensors").unlink()
    with pytest.raises(BadInput, match="No such file"):
        imagenet_weights("squeezenet1_1")


def test_without_a_network_resnet18_says_what_to_use_instead(no_weights_to_fetch: None) -> None:
    with pytest.raises(Unavailable, match=r"resnet18: .*not known.*use network squeezenet1_1"):
        Backbone("resnet18")


def test_resnet18_has_torchvisions_features(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    twin = torchvision.models.resnet18().eval()
    monkeypatch.setattr(
        torchvision.models.ResNet18_Weights, "get_state_dict", lambda *_, **__: twin.state_dict()
    )
    ours = Backbone("resnet18", pixels="mnist", size=32).eval()
    twin.fc = nn.Identity()
    digits_seen = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        expected = twin(ours.input(digits_seen))
        torch.testing.assert_close(ours.features(digits_seen), expected, rtol=1e-5, atol=1e-5)


def test_a_head_is_new_and_nothing_else_is(squeezenet: SqueezeNet) -> None:
    torch.manual_seed(1)
    one = Backbone(num_classes=7)
    torch.manual_seed(2)
    other = Backbone(num_classes=7)
    kept = list(one.stages.state_dict().values())
    expected = list(squeezenet.features.state_dict().values())
    assert len(kept) == len(expected) == 50
    assert all(torch.equal(a, b) for a, b in zip(kept, expected, strict=True))
    assert one.head.weight.shape == (7, 512)
    assert not torch.equal(one.head.weight, other.head.weight)
    assert not torch.equal(Backbone(weights="random").stages[0][0].weight, kept[0])


def test_images_are_normalised_as_imagenets_whatever_they_were_normalised_by() -> None:
    colour = torch.from_numpy(load("cifar10_subset")["train_images"][:4])
    expected = (colour.permute(0, 3, 1, 2) / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(
        STD
    ).view(3, 1, 1)
    found = ImageNetInput("cifar10", 32)(cifar.normalise(colour))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    grey = torch.from_numpy(load("mnist_subset")["train_images"][:4])
    expected = (grey[:, None] / 255 - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(
        3, 1, 1
    )
    found = ImageNetInput("mnist", 28)(digits.normalise(grey))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert ImageNetInput("mnist", 64)(digits.normalise(grey)).shape == (4, 3, 64, 64)


class FewImages(InMemory):
    """24 random images (3, 32, 32) to train on and 10 to validate."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__(batch_size=8)
        self.seed = seed

    def _load(self) -> Splits:
        generator = torch.Generator().manual_seed(self.seed)
        images = torch.randn(34, 3, 32, 32, generator=generator)
        labels = torch.arange(34) % 10
        return {"train": (images[:24], labels[:24]), "val": (images[24:], labels[24:])}


@pytest.fixture
def computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images went through a network, each time some did; in a cache of its own."""
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    calls: list[int] = []
    compute = features.compute

    def counting(backbone: Backbone, images: Tensor, device: torch.device) -> Tensor:
        calls.append(len(images))
        return compute(backbone, images, device)

    monkeypatch.setattr(features, "compute", counting)
    return calls


def splits_of(data: InMemory) -> Splits:
    data.prepare_data()
    data.setup("fit")
    return data._splits


def test_features_are_computed_once(computed: list[int]) -> None:
    first = splits_of(Features(FewImages(), size=32))
    again = splits_of(Features(FewImages(), size=32))
    assert computed == [24, 10]
    for split in ("train", "val"):
        assert torch.equal(first[split][0], again[split][0])
        assert torch.equal(first[split][1], splits_of(FewImages())[split][1])
    backbone = Backbone(size=32).eval()
    images = splits_of(FewImages())
    with torch.no_grad():
        train, val = (backbone.features(images[split][0]) for split in ("train", "val"))
    varying = train.std(dim=0) > 1e-3
    expected = (val - train.mean(dim=0)) / train.std(dim=0)
    torch.testing.assert_close(
        first["val"][0][:, varying], expected[:, varying], rtol=1e-4, atol=1e-4
    )
    assert torch.isfinite(first["train"][0]).all()


def test_other_weights_or_images_have_other_features(
    computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PL_GLOBAL_SEED", "0")  # a test before may have left one
    splits_of(Features(FewImages(), size=32))
    splits_of(Features(FewImages(seed=1), size=32))
    splits_of(Features(FewImages(), size=40))
    splits_of(Features(FewImages(), size=32, weights="random"))
    splits_of(Features(FewImages(), size=32, weights="random"))  # the same seed: kept
    assert len(computed) == 8
    monkeypatch.setenv("PL_GLOBAL_SEED", "1")
    splits_of(Features(FewImages(), size=32, weights="random"))
    assert len(computed) == 10


def test_features_do_not_go_with_augmentation() -> None:
    data = FewImages()
    data.augment = [object()]  # type: ignore[list-item]
    with pytest.raises(BadInput, match="augment"):
        Features(data)


def run(task: FineTuning, folder: Path | None = None, **options: object) -> pl.Trainer:
    callbacks = [pl.callbacks.ModelCheckpoint(folder, save_top_k=-1, every_n_train_steps=1)]
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=folder is not None,
        callbacks=callbacks if folder else [],
        limit_val_batches=0,
        use_distributed_sampler=False,
        **options,
    )
    trainer.fit(task, datamodule=FewImages())
    return trainer


def changed(before: dict[str, Tensor], task: FineTuning) -> set[str]:
    """Which stages, or the head, have a value that is not as it was."""
    return {
        ".".join(name.split(".")[: 2 if name.startswith("stages") else 1])
        for name, value in task.backbone.state_dict().items()
        if not torch.equal(value, before[name])
    }


def snapshot(task: FineTuning) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in task.backbone.state_dict().items()}


@pytest.mark.filterwarnings("ignore:::lightning")
@pytest.mark.parametrize(
    ("retrain", "expected"),
    [(0, {"head"}), (2, {"head", "stages.3", "stages.4"})],
)
def test_the_stages_asked_for_are_trained_and_no_other(retrain: int, expected: set) -> None:
    # a ResNet: its frozen batch statistics must stay as they are, too
    task = FineTuning(Backbone("resnet18", "random", size=32), retrain=retrain)
    before = snapshot(task)
    run(task, max_steps=2)
    assert changed(before, task) == expected


@pytest.mark.filterwarnings("ignore:::lightning")
def test_stages_join_one_by_one_also_in_a_resumed_run(tmp_path: Path) -> None:
    def build() -> FineTuning:
        return FineTuning(
            Backbone(size=32), retrain=2, unfreeze_every=1, learning_rate=1e-4, schedule="one_cycle"
        )

    task = build()
    before = snapshot(task)
    run(task, tmp_path, max_epochs=4)
    whole = snapshot(task)
    at_step = {
        int(path.stem.rpartition("=")[2]): torch.load(path, weights_only=True)["state_dict"]
        for path in tmp_path.glob("*.ckpt")
    }
    joined = []
    for step in (3, 6, 9):  # three steps an epoch
        task.load_state_dict(at_step[step])
        joined.append(changed(before, task))
    assert joined == [
        {"head"},
        {"head", "stages.4"},
        {"head", "stages.4", "stages.3"},
    ]
    (middle,) = tmp_path.glob("*step=5.ckpt")  # of the second epoch
    resumed = build()
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        limit_val_batches=0,
        use_distributed_sampler=False,
        max_epochs=4,
    )
    trainer.fit(resumed, datamodule=FewImages(), ckpt_path=middle, weights_only=True)
    assert all(torch.equal(value, whole[name]) for name, value in snapshot(resumed).items())


def test_each_stage_learns_at_its_own_rate() -> None:
    task = FineTuning(Backbone(weights="random"), retrain=3, rate_decay=0.5, learning_rate=0.8)
    groups = {group["name"]: group for group in task.parameter_groups()}
    rates = {name: group["lr"] for name, group in groups.items()}
    assert rates == pytest.approx({"head": 0.8, "stage4": 0.4, "stage3": 0.2, "stage2": 0.1})
    trained = {id(p) for group in groups.values() for p in group["params"]}
    assert trained == {id(p) for p in task.parameters() if p.requires_grad}
    assert len(groups["head"]["params"]) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retrain": 6}, "from 0 to 5"),
        ({"rate_decay": 0.0}, "rate_decay is 0.0"),
        ({"unfreeze_every": -1}, "unfreeze_every is -1"),
    ],
)
def test_impossible_plans_are_refused(options: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        FineTuning(Backbone(weights="random"), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"network": "vgg"}, "choose one of squeezenet1_1, resnet18"),
        ({"weights": "mine"}, "choose imagenet or random"),
        ({"pixels": "svhn"}, "choose one of cifar10, mnist, imagenet"),
        ({"size": 16}, "at least 32"),
    ],
)
def test_unknown_backbones_are_refused(options: dict, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        Backbone(**options)
