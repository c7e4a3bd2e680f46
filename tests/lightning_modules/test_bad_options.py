"""Wrong options of models and tasks: one line with the key, the value and what is allowed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from course.cli import main

COURSE = Path(__file__).resolve().parents[2] / "course"
MODEL = "model.init_args.model.init_args"

CASES = {
    "loss": (
        "01_linear_models/hinge.yaml",
        ["--model.init_args.loss", "hindge"],
        "model.init_args.loss is hindge; it must be one of 'cross_entropy', 'hinge'",
    ),
    "loss and smoothing": (
        "01_linear_models/hinge.yaml",
        ["--model.init_args.label_smoothing", "0.1"],
        "label_smoothing goes with loss cross_entropy, not with hinge",
    ),
    "option of the base": (
        "01_linear_models/hinge.yaml",
        ["--model.init_args.learning_rat", "0.1"],
        "did you mean model.init_args.learning_rate?",
    ),
    "initialisation": (
        "04_neural_networks/mlp.yaml",
        [f"--{MODEL}.init", "xavvier"],
        f"{MODEL}.init is xavvier; it must be one of 'default', 'zero', 'normal', 'xavier', 'he'",
    ),
    "activation": (
        "04_neural_networks/mlp.yaml",
        [f"--{MODEL}.activation", "rleu"],
        f"{MODEL}.activation is rleu; it must be one of 'relu', 'leaky_relu'",
    ),
    "downsample": (
        "07_architectures/conv1x1.yaml",
        [f"--{MODEL}.downsample", "min_pool"],
        f"{MODEL}.downsample is min_pool; it must be one of 'max_pool', 'avg_pool', 'stride'",
    ),
    "kernel size": (
        "07_architectures/conv1x1.yaml",
        [f"--{MODEL}.kernel_size", "4"],
        "kernel_size 4: must be odd",
    ),
    "depth": (
        "07_architectures/resnet20.yaml",
        [f"--{MODEL}.depth", "21"],
        "depth 21: must be 8, 14, 20, ...",
    ),
    "decoder": (
        "07_architectures/capsules.yaml",
        [f"--{MODEL}.decoder", "[]"],
        "the model needs a decoder",
    ),
    "image too small": (
        "07_architectures/capsules.yaml",
        [f"--{MODEL}.image_size", "16"],
        "image_size 16 is too small for kernel_size 9",
    ),
    "callback": (
        "01_linear_models/softmax.yaml",
        ["--trainer.callbacks+=LayerStatistic"],
        "trainer.callbacks: no class LayerStatistic; did you mean LayerStatistics? If not, give",
    ),
    "callback's module": (
        "01_linear_models/softmax.yaml",
        ["--trainer.callbacks", "[{class_path: nowhere.Counts}]"],
        "trainer.callbacks: no module nowhere, in which nowhere.Counts would be",
    ),
    "callback's class": (
        "01_linear_models/softmax.yaml",
        ["--trainer.callbacks+=lightning_modules.callbacks.whitening.White"],
        "no class White in lightning_modules.callbacks.whitening; there are: Whiten",
    ),
    "learning rate": (
        "02_optimization/sgd.yaml",
        ["--model.init_args.learning_rate", "-0.1"],
        "optimizer SGD: Invalid learning rate: -0.1",
    ),
    "schedule's range": (
        "02_optimization/sgd.yaml",
        ["--model.init_args.schedule_args", "{step_size: 0}"],
        "schedule_args.step_size is 0; it must be a number of at least 1",
    ),
    "schedule": (
        "02_optimization/sgd.yaml",
        ["--model.init_args.schedule_args", "{warmup: 3}"],
        "schedule_args.warmup: schedules take warmup_steps",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_option_is_one_line_and_no_work(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.chdir(tmp_path)
    config, options, expected = CASES[case]
    assert main(["fit", "--config", str(COURSE / config), *options]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert expected in error
    assert not list(tmp_path.iterdir())
