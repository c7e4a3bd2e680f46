"""Every method by one line of a config or of the command line, and what it leaves in a run."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import pytest
import torch
from lightning.pytorch.callbacks import EMAWeightAveraging
from torch import Tensor

from course.cli import main
from lightning_modules.datamodules.digits import Digits
from lightning_modules.errors import BadInput
from lightning_modules.models.ensemble import Ensemble, load_task

ROOT = Path(__file__).resolve().parents[2]
MLP = ROOT / "course/04_neural_networks/mlp.yaml"

LINES = """
    - {class_path: L1, init_args: {lam: 0.3}}
    - {class_path: L2, init_args: {lam: 1.0e-3}}
    - {class_path: ElasticNet, init_args: {l1: 1.0e-4, l2: 1.0e-4}}
    - {class_path: MaxNorm, init_args: {limit: 0.5}}
    - {class_path: Dropout, init_args: {start: 0.1, rate: 0.3}}
    - {class_path: BatchNorm}
    - {class_path: EarlyStopping, init_args: {monitor: val_loss, patience: 1}}
    - {class_path: EMAWeightAveraging, init_args: {decay: 0.9}}
"""
OPTIONS = [
    "--trainer.callbacks+=L1",
    "--trainer.callbacks.lam=0.3",
    "--trainer.callbacks+=L2",
    "--trainer.callbacks.lam=1e-3",
    "--trainer.callbacks+=ElasticNet",
    "--trainer.callbacks+=MaxNorm",
    "--trainer.callbacks.limit=0.5",
    "--trainer.callbacks+=Dropout",
    "--trainer.callbacks.start=0.1",
    "--trainer.callbacks.rate=0.3",
    "--trainer.callbacks+=BatchNorm",
    "--trainer.callbacks+=EarlyStopping",
    "--trainer.callbacks.monitor=val_loss",
    "--trainer.callbacks.patience=1",
    "--trainer.callbacks+=EMAWeightAveraging",
    "--trainer.callbacks.decay=0.9",
    "--data.init_args.augment+=Mixup",
    "--data.init_args.augment.alpha=0.4",
]
SHORT = [
    *("--trainer.max_epochs", "1", "--trainer.limit_train_batches", "3"),
    *("--trainer.enable_progress_bar", "false", "--trainer.log_every_n_steps", "1"),
    *("--data.init_args.train_size", "300", "--data.init_args.val_size", "100"),
    *("--model.init_args.label_smoothing", "0.1", "--model.init_args.optimizer", "Adam"),
    *("--model.init_args.optimizer_args", "null", "--model.init_args.schedule", "constant"),
]


def rows(run_dir: Path) -> list[dict[str, str]]:
    with (run_dir / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`file`: all methods by lines of a config; `line`: the same by the command line."""
    folder = tmp_path_factory.mktemp("methods")
    config = folder / "methods.yaml"
    text = MLP.read_text().replace("trainer:\n", f"trainer:\n  callbacks:{LINES}")
    text = text.rstrip() + "\n    augment: [{class_path: Mixup, init_args: {alpha: 0.4}}]\n"
    config.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANDB_MODE", "disabled")
        patch.setattr(sys, "argv", ["dlcourse"])
        for name, arguments in {"file": [str(config)], "line": [str(MLP), *OPTIONS]}.items():
            run_dir = ["--run_dir", str(folder / name)]
            assert main(["fit", "--config", *arguments, *SHORT, *run_dir]) == 0
    return folder


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])


def checkpoint(run_dir: Path) -> dict[str, Any]:
    return torch.load(run_dir / "checkpoints/last.ckpt", weights_only=True)


def digits_to_test_on() -> tuple[Tensor, Tensor]:
    data = Digits()
    data.setup("test")
    batches = data.test_dataloader()
    return batches.inputs, batches.targets


def test_a_line_in_a_file_is_a_line_on_the_command_line(runs: Path) -> None:
    assert rows(runs / "file") == rows(runs / "line")


def test_every_method_left_its_mark(runs: Path) -> None:
    saved = checkpoint(runs / "file")
    current = saved["current_model_state"]  # beside the averages, which are the `state_dict`
    weights = [w for name, w in current.items() if name.startswith("model.") and w.ndim > 1]
    assert len(weights) == 3
    for w in weights:
        assert (w == 0).any()  # L1
        assert w.norm(dim=1).max() <= 0.5 + 1e-6  # max-norm
    assert any("running_mean" in name for name in current)  # batch norm
    assert any(not torch.equal(current[name], w) for name, w in saved["state_dict"].items())
    assert any(key.startswith("EarlyStopping") for key in saved["callbacks"])
    rates = [float(row["dropout"]) for row in rows(runs / "file") if row["dropout"]]
    assert rates == pytest.approx([0.1, 0.2, 0.3])


@pytest.mark.usefixtures("_offline")
def test_a_run_with_every_method_is_tested_by_its_own_config(runs: Path, tmp_path: Path) -> None:
    best = str(runs / "file/checkpoints/best.ckpt")
    arguments = ["--config", str(runs / "file/config.yaml"), "--ckpt_path", best]
    quiet = ["--trainer.enable_progress_bar", "false", "--run_dir", str(tmp_path)]
    assert main(["test", *arguments, *quiet]) == 0
    # the checkpoint alone rebuilds the network, batch normalisation included
    task = load_task(runs / "file").eval()
    images, labels = digits_to_test_on()
    accuracy = (task(images).argmax(dim=1) == labels).float().mean().item()
    assert float(rows(tmp_path)[-1]["test_acc"]) == pytest.approx(accuracy, abs=1e-6)


@pytest.mark.usefixtures("_offline")
def test_layers_are_put_in_before_they_are_averaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = ["--trainer.callbacks+=EMAWeightAveraging", "--trainer.callbacks+=BatchNorm"]
    assert main(["fit", "--config", str(MLP), *wrong, *SHORT, "--run_dir", str(tmp_path)]) == 2
    assert "put BatchNorm before weight averaging" in capsys.readouterr().err


@pytest.mark.usefixtures("_offline")
def test_a_run_without_validation_ends_well(tmp_path: Path) -> None:
    config = ROOT / "course/01_linear_models/softmax.yaml"
    short = ["--trainer.max_steps", "2", "--trainer.limit_val_batches", "0", *SHORT[4:6]]
    assert main(["fit", "--config", str(config), *short, "--run_dir", str(tmp_path)]) == 0


@pytest.mark.usefixtures("_offline")
def test_the_last_checkpoint_is_of_the_last_epoch_though_another_was_better(tmp_path: Path) -> None:
    """Lightning's `save_last` writes only when the monitored loss improved."""
    config = ROOT / "course/01_linear_models/softmax.yaml"
    still = ["--model.init_args.learning_rate", "0", "--model.init_args.schedule", "constant"]
    three = ["--trainer.max_epochs", "3", "--data.init_args.train_size", "200"]
    quiet = ["--trainer.enable_progress_bar", "false", "--run_dir", str(tmp_path)]
    assert main(["fit", "--config", str(config), *still, *three, *quiet]) == 0
    epochs = {
        path.stem: torch.load(path, weights_only=True)["epoch"]
        for path in (tmp_path / "checkpoints").iterdir()
    }
    assert epochs == {"best": 0, "last": 2}


@pytest.mark.usefixtures("_offline")
def test_an_ensemble_is_the_mean_of_its_members(runs: Path, tmp_path: Path) -> None:
    members = [str(runs / "file"), str(runs / "line/checkpoints/last.ckpt")]
    tasks = [load_task(Path(member)).eval() for member in members]
    with torch.no_grad():
        tasks[1].model.layers[-1].bias.copy_(torch.arange(10.0))
    ensemble = Ensemble(members).eval()
    ensemble.members[1].load_state_dict(tasks[1].state_dict())
    images, _ = digits_to_test_on()
    expected = torch.stack([task(images).softmax(dim=1) for task in tasks]).mean(dim=0)
    torch.testing.assert_close(ensemble(images).softmax(dim=1), expected)
    outputs = Ensemble(members, average="outputs").eval()
    outputs.members[1].load_state_dict(tasks[1].state_dict())
    torch.testing.assert_close(outputs(images), (tasks[0](images) + tasks[1](images)) / 2)
    assert not any(parameter.requires_grad for parameter in ensemble.parameters())
    with pytest.raises(BadInput, match="not trained"):
        ensemble.train()(images)


def test_probabilities_that_underflow_stay_finite(runs: Path) -> None:
    ensemble = Ensemble([str(runs / "file")]).eval()
    with torch.no_grad():
        ensemble.members[0].model.layers[-1].bias.copy_(1000.0 * torch.arange(10))
    assert ensemble(torch.zeros(2, 784)).isfinite().all()


@pytest.mark.usefixtures("_offline")
@pytest.mark.parametrize(("members", "message"), [("[nowhere]", "nowhere"), ("[]", "names no run")])
def test_missing_members_are_one_line(
    members: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = ROOT / "course/06_training_deep_networks/ensemble.yaml"
    run_dir = ["--run_dir", str(tmp_path)]
    chosen = ["--model.init_args.model.init_args.members", members]
    assert main(["test", "--config", str(config), *chosen, *run_dir]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


class Recorder(pl.Callback):
    """Keeps the weights after each step and those that validation sees."""

    def __init__(self) -> None:
        self.steps: list[Tensor] = []
        self.validated: list[Tensor] = []

    def on_train_batch_end(self, trainer, pl_module, *_: Any) -> None:  # type: ignore[no-untyped-def, override]
        self.steps.append(pl_module.model.linear.weight.detach().clone())

    def on_validation_batch_end(self, trainer, pl_module, *_: Any) -> None:  # type: ignore[no-untyped-def, override]
        self.validated.append(pl_module.model.linear.weight.detach().clone())


def test_validation_sees_the_moving_average_of_the_weights() -> None:
    from lightning_modules.models.linear import SoftmaxClassifier
    from lightning_modules.tasks.classification import Classification

    recorder = Recorder()
    trainer = pl.Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=1,
        limit_train_batches=4,
        num_sanity_val_steps=0,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[EMAWeightAveraging(decay=0.8), recorder],
    )
    task = Classification(SoftmaxClassifier())
    trainer.fit(task, datamodule=Digits(train_size=400))
    average = recorder.steps[0]  # the first step starts it
    for weight in recorder.steps[1:]:
        average = 0.8 * average + 0.2 * weight
    torch.testing.assert_close(recorder.validated[0], average)
    torch.testing.assert_close(
        task.model.linear.weight.detach(), average
    )  # what is left at the end
