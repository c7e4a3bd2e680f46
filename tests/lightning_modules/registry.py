"""Every model, task and method of the course, one line each.

A line gives its case all tests of `test_registry.py`: it memorises a batch and every parameter
moves; three processes take the steps of one and measure what one measures; its checkpoint loads
without unpickling and rebuilds it; a resumed run ends bit by bit where the whole run ends; bf16
training stays finite.

A network that classifies:

    classify("lenet", "lenet.LeNet", dropout=0.0),

`images(3, 32)` as third argument where its inputs are not digits. A callback or an augmentation:

    classify("max norm", "mlp.MLP", callbacks=[spec("regularization.max_norm.MaxNorm", limit=1.0)]),

Another task brings a function that makes its examples (see `images`):

    Case("regression", spec("tasks.regression.Regression", model=spec("models.linear.…")), tabular),

A case that draws random numbers in its forward pass (dropout, a VAE's noise) says `random=True`:
each process draws its own, so three processes take other steps than one, and only agreement between
the processes is tested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from lightning_modules.datamodules.scene_drawing import draw_scenes

# files of models, tasks, regularization and callbacks that no case names, and what tests them
WITHOUT_A_CASE = {
    "models.attention": "layers of sequence_classifiers and language_models",
    "models.batch_norm": "the case `batch norm`",
    "models.circuits": "not trained: test_circuits.py",
    "models.ensemble": "not trained: test_regularization_cli.py",
    "models.inception_v3": "too large to train here: test_models.py",
    "models.initialisation": "what mlp begins with: test_models.py",
    "models.ngram": "counts, no network: test_sequences.py",
    "models.recurrent": "layers of sequence_classifiers and language_models",
    "models.winograd": "test_winograd.py",
    "models.squeezenet": "the stages of the case `fine-tuning, stage by stage`",
    "tasks.answers": "tables of what tasks say: test_predictions.py",
    "tasks.average_precision": "the case `detector`",
    "tasks.base": "every case",
    "tasks.losses": "test_losses.py",
    "tasks.means": "every case",
    "tasks.scenes": "the cases of `on_scenes`",
    "regularization.proximal": "the cases `l1`, `elastic net` and `max norm`",
    "callbacks.compiling": "test_cifar_step.py",
    "callbacks.guards": "tests/course/test_fit.py",
    "callbacks.learning_rate": "tests/course/test_fit_options.py",
    "callbacks.linear_probe": "test_representations.py",
    "callbacks.predictions": "test_final_project.py",
    "callbacks.progress": "test_progress.py",
    "callbacks.representation_reports": "test_representations.py",
    "callbacks.sequence_reports": "test_sequences.py",
    "callbacks.step_seed": "every case",
    "callbacks.wandb_report": "tests/course/test_fit_wandb.py",
    "callbacks.whitening": "test_cifar_net.py",
}

Splits = dict[str, tuple[Any, Any]]
Spec = dict[str, Any]

# what memorises: Adam forgives a rate that does not fit; three processes are compared with SGD,
# because Adam makes whole steps of the rounding errors where a gradient is nothing else
ADAM = {
    "optimizer": "Adam",
    "learning_rate": 3e-3,
    "optimizer_args": {},
    "schedule": "constant",
}
TRAIN, HELD_OUT, BATCH_SIZE = 32, 10, 16  # neither a batch nor what is held out divides by three


@dataclass(frozen=True)
class Case:
    """What a config file says, in small.

    Args:
        name: of the case.
        model: what stands under `model:`.
        examples: makes (inputs, targets) of `n` examples.
        callbacks: what stands under `trainer.callbacks:`.
        augment: what stands under `data.init_args.augment:`.
        memorise: options of the task for memorising a batch.
        memorised: the share of its first loss that the loss of the batch must come down to.
        steps: in which it must.
        random: draws random numbers in its forward pass.
    """

    name: str
    model: Spec
    examples: Callable[[int], tuple[Any, Any]]
    callbacks: list[Spec] = field(default_factory=list)
    augment: list[Spec] = field(default_factory=list)
    memorise: Spec = field(default_factory=lambda: dict(ADAM))
    memorised: float = 0.1
    steps: int = 60
    random: bool = False


def spec(path: str, **options: Any) -> Spec:
    """What a config file says of an object; `path` begins in `lightning_modules`."""
    return {"class_path": f"lightning_modules.{path}", "init_args": options}


def images(channels: int = 1, size: int = 28) -> Callable[[int], tuple[Tensor, Tensor]]:
    """Makes random images (n, channels, size, size) with labels (n,) of 0 to 9."""

    def examples(n: int) -> tuple[Tensor, Tensor]:
        generator = torch.Generator().manual_seed(n)
        return torch.randn(n, channels, size, size, generator=generator), torch.arange(n) % 10

    return examples


def table(n: int) -> tuple[Tensor, Tensor]:
    """Random inputs (n, 40) with random outputs (n,)."""
    generator = torch.Generator().manual_seed(n)
    return torch.randn(n, 40, generator=generator), torch.randn(n, generator=generator)


def scenes(num_digits: int) -> Callable[[int], tuple[Tensor, dict[str, Tensor]]]:
    """Makes scenes (n, 1, 32, 32) with up to so many bars, a class's bar as wide as its number."""
    bars = torch.zeros(10, 28, 28, dtype=torch.uint8)
    for label in range(10):
        bars[label, 4:24, 8 : 10 + label] = 255

    def examples(n: int) -> tuple[Tensor, dict[str, Tensor]]:
        drawn = draw_scenes(
            bars, torch.arange(10), n, seed=n, side=32, num_digits=(1, num_digits), scales=(0.5, 1)
        )
        targets = {"masks": drawn.masks, "boxes": drawn.boxes, "labels": drawn.labels}
        return drawn.images / 255, targets

    return examples


def on_scenes(name: str, task: str, num_digits: int, model: Spec, memorised: float = 0.3) -> Case:
    """A task on scenes, `lightning_modules.tasks.<task>`.

    Nets so small take longer to memorise what each pixel or cell holds than to memorise a class.
    """
    rate = {"learning_rate": 1e-2}
    return Case(
        name,
        spec(f"tasks.{task}", model=model, **rate),
        scenes(num_digits),
        memorise={**ADAM, **rate},
        memorised=memorised,
    )


def classify(
    name: str,
    path: str,
    examples: Callable[[int], tuple[Any, Any]] | None = None,
    callbacks: list[Spec] | None = None,
    augment: list[Spec] | None = None,
    random: bool = False,
    rate: float = 3e-3,
    memorised: float = 0.1,
    **options: Any,
) -> Case:
    """`lightning_modules.models.<path>(**options)` as a classifier of ten classes; `rate` is the
    learning rate with which it memorises."""
    model = spec(
        "tasks.classification.Classification",
        model=spec(f"models.{path}", **options),
        optimizer="SGD",
        learning_rate=0.02,
        optimizer_args={"momentum": 0.9},
        schedule="cosine",
    )
    return Case(
        name,
        model,
        examples or images(),
        callbacks or [],
        augment or [],
        memorise={**ADAM, "learning_rate": rate},
        memorised=memorised,
        random=random,
    )


def letters(n: int) -> tuple[Tensor, Tensor]:
    """Rows (n, 6) of tokens 1 to 11, every third filled up with 0, with labels (n,) of 0 to 9."""
    tokens = torch.randint(1, 12, (n, 6), generator=torch.Generator().manual_seed(n))
    tokens[::3, 4:] = 0
    return tokens, torch.arange(n) % 10


def counting(n: int) -> tuple[Tensor, Tensor]:
    """Tokens (n, 6) that count up to 11 and begin again, and the tokens that come next; -100, no
    target, behind the fourth of every third row."""
    tokens = (torch.arange(n).unsqueeze(1) + torch.arange(7)) % 12
    targets = tokens[:, 1:].clone()
    targets[::3, 4:] = -100
    return tokens[:, :6], targets


def waves(n: int) -> tuple[Tensor, Tensor]:
    """The past (n, 24) and the future (n, 6) of waves with a period of 12."""
    waves = torch.sin((torch.arange(n).unsqueeze(1) + torch.arange(30)) * torch.pi / 6)
    return waves[:, :24], waves[:, 24:]


def language(name: str, path: str, **options: Any) -> Case:
    """`lightning_modules.models.language_models.<path>(**options)` on numbers that count up."""
    model = spec(f"models.language_models.{path}", num_tokens=12, **options)
    return Case(
        name,
        spec("tasks.language.LanguageModelling", model=model, learning_rate=0.1),
        counting,
        memorise={**ADAM, "learning_rate": 2e-2},
    )


SMALL_VGG = {
    "blocks": [[8, 1], [16, 2]],
    "num_classes": 10,
    "hidden": 32,
    "pooled_size": 2,
    "dropout": 0.0,
}

AVERAGING = {
    "class_path": "lightning.pytorch.callbacks.EMAWeightAveraging",
    "init_args": {"decay": 0.9},
}

WORDS = {"num_tokens": 12, "num_classes": 10}

CASES = [
    classify("softmax", "linear.SoftmaxClassifier"),
    classify("mlp", "mlp.MLP", hidden=[32, 16]),
    classify("mlp with dropout", "mlp.MLP", hidden=[64], dropout=0.1, random=True),
    classify("lenet", "lenet.LeNet"),
    classify("strided", "strided_cnn.StridedCNN", width=8),
    classify("cifar net", "cifar_net.CifarNet", images(3, 32), rate=2e-2, widths=[8, 16, 16]),
    classify("1x1", "conv_net.ConvNet", images(3, 12), rate=1e-2, channels=[8, 16], mixing=1),
    classify(
        "strides",
        "conv_net.ConvNet",
        images(3, 12),
        channels=[8],
        downsample="stride",
        global_pool=False,
        image_size=12,
    ),
    classify(
        "small alexnet", "alexnet.CifarAlexNet", images(3, 32), width=4, hidden=32, dropout=0.0
    ),
    Case(
        "hinge",
        spec(
            "tasks.classification.Classification",
            model=spec("models.linear.SoftmaxClassifier"),
            loss="hinge",
            learning_rate=0.01,
        ),
        images(),
    ),
    Case(
        "linear regression",
        spec(
            "tasks.regression.Regression",
            model=spec("models.linear.LinearRegression", in_features=40),
        ),
        table,
        memorise={**ADAM, "learning_rate": 0.1},
    ),
    Case(
        "capsules",
        spec(
            "tasks.capsules.Capsules",
            model=spec(
                "models.capsules.CapsuleNet",
                image_size=13,
                conv_channels=8,
                primary_types=4,
                kernel_size=5,
                decoder=[16],
            ),
        ),
        images(1, 13),
        memorise={**ADAM, "learning_rate": 1e-2},
    ),
    classify("small googlenet", "inception.SmallGoogLeNet", images(3, 12), width=2),
    classify("cifar resnet", "resnet.CifarResNet", images(3, 12), depth=8),
    classify("plain cifar net", "resnet.CifarResNet", images(3, 12), depth=8, shortcut=False),
    classify("resnet", "resnet.ResNet", images(3, 32), blocks=[1, 1, 1, 1], num_classes=10),
    classify("vgg", "vgg.VGG", images(3, 16), **SMALL_VGG),
    classify("vgg with batch norm", "vgg.VGG", images(3, 16), **SMALL_VGG, batch_norm=True),
    classify("l1", "mlp.MLP", callbacks=[spec("regularization.L1", lam=1e-3)]),
    classify("l2", "mlp.MLP", callbacks=[spec("regularization.L2", lam=1e-3)]),
    classify("elastic net", "mlp.MLP", callbacks=[spec("regularization.ElasticNet", l1=1e-3)]),
    classify("max norm", "mlp.MLP", callbacks=[spec("regularization.MaxNorm", limit=0.5)]),
    classify("batch norm", "mlp.MLP", callbacks=[spec("regularization.BatchNorm")]),
    classify("mixup", "mlp.MLP", augment=[spec("regularization.Mixup", alpha=0.1)], memorised=0.5),
    classify("weight averaging", "mlp.MLP", callbacks=[AVERAGING]),
    classify(
        "dropout that rises",
        "mlp.MLP",
        callbacks=[spec("regularization.Dropout", start=0.1, rate=0.3)],
        random=True,
    ),
    classify(
        "stochastic depth",
        "resnet.CifarResNet",
        images(3, 12),
        callbacks=[spec("regularization.StochasticDepth", rate=0.2)],
        depth=8,
        random=True,
    ),
    classify(
        "layer statistics",
        "mlp.MLP",
        callbacks=[spec("callbacks.layer_statistics.LayerStatistics")],
    ),
    Case(
        "fine-tuning, stage by stage",
        spec(
            "tasks.fine_tuning.FineTuning",
            model=spec("transfer.backbone.Backbone", weights="random", size=32),
            unfreeze_every=1,
            rate_decay=0.5,
            learning_rate=0.02,
        ),
        images(3, 32),
    ),
    on_scenes(
        "segnet", "segmentation.Segmentation", 3, spec("models.segmentation.SegNet", widths=[4, 8])
    ),
    on_scenes(
        "segnet with learned unpooling",
        "segmentation.Segmentation",
        3,
        spec("models.segmentation.SegNet", widths=[4, 8], unpooling="learned"),
    ),
    on_scenes(
        "unet", "segmentation.Segmentation", 3, spec("models.segmentation.UNet", widths=[4, 8])
    ),
    on_scenes(
        "localiser",
        "localisation.Localisation",
        1,
        spec("models.localisation.Localiser", image_size=32, width=4),
        memorised=0.1,
    ),
    on_scenes(
        "detector", "detection.Detection", 3, spec("models.detection.Detector", widths=[8, 8, 8])
    ),
    classify(
        "rnn", "sequence_classifiers.RecurrentClassifier", letters, rate=2e-2, **WORDS, cell="rnn"
    ),
    classify("lstm", "sequence_classifiers.RecurrentClassifier", letters, rate=2e-2, **WORDS),
    classify(
        "gru", "sequence_classifiers.RecurrentClassifier", letters, rate=2e-2, **WORDS, cell="gru"
    ),
    classify("attention", "sequence_classifiers.AttentionClassifier", letters, rate=1e-2, **WORDS),
    language("recurrent language model", "RecurrentLanguageModel", hidden_size=16),
    language("attention language model", "AttentionLanguageModel", width=16, max_length=6),
    Case(
        "forecaster",
        spec(
            "tasks.forecast.Forecast",
            model=spec(
                "models.forecasters.RecurrentForecaster", horizon=6, hidden_size=8, scale=1.0
            ),
            period=12,
            scale=1.0,
        ),
        waves,
        memorise={**ADAM, "learning_rate": 2e-2},
    ),
    Case(
        "pca",  # it starts at the least error, so there is nothing left to memorise
        spec(
            "tasks.reconstruction.Reconstruction",
            model=spec("models.pca.PCA", code_size=4, image_size=[1, 6, 6]),
        ),
        images(1, 6),
        memorise={**ADAM, "learning_rate": 1e-5},
        memorised=1.01,
    ),
    Case(
        "autoencoder",
        spec(
            "tasks.reconstruction.Reconstruction",
            model=spec("models.autoencoder.Autoencoder", code_size=16, image_size=[1, 6, 6]),
        ),
        images(1, 6),
    ),
    Case(
        "denoising autoencoder",
        spec(
            "tasks.reconstruction.Reconstruction",
            model=spec("models.autoencoder.Autoencoder", code_size=16, image_size=[1, 6, 6]),
            noise=0.1,
        ),
        images(1, 6),
        random=True,
    ),
    Case(
        "vae",
        spec(
            "tasks.variational.Variational",
            model=spec("models.autoencoder.VAE", code_size=4, hidden=[32], image_size=[1, 6, 6]),
            learning_rate=0.01,
        ),
        images(1, 6),
        memorise={**ADAM, "learning_rate": 1e-2},
        memorised=0.85,  # the bits of its pixels stay
        random=True,
    ),
    Case(
        "contrastive",
        spec(
            "tasks.contrastive.Contrastive",
            model=spec("models.contrastive.ContrastiveEncoder", width=4, projection_size=8),
            views=[spec("datamodules.augmentation.Translate", pixels=1, border="zero")],
        ),
        images(1, 8),
        memorised=0.85,  # eight images leave seven others to be taken for
    ),
]
