"""`dlcourse fit` and its siblings, run as a user runs them, on the shipped digits."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch

from course.cli import main
from tests.course.short_fits import (
    QUIET,
    ROOT,
    SOFTMAX,
    checkpoint,
    fit,
    interrupt_at,
    rows,
)
from tests.same import assert_same

pytestmark = pytest.mark.usefixtures("in_a_folder_of_its_own")


@pytest.mark.parametrize(("epoch", "batch"), [(0, 3), (1, 7), (1, 11)], ids=str)
def test_interrupted_and_resumed_run_equals_the_whole_run(
    epoch: int,
    batch: int,
    whole: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        interrupt_at(patch, epoch, batch)
        assert fit(tmp_path / "first") == 130
    saved = tmp_path / "first/checkpoints/interrupted.ckpt"
    assert str(saved) in capsys.readouterr().err
    assert fit(tmp_path / "second", "--ckpt_path", str(saved)) == 0

    expected, found = checkpoint(whole), checkpoint(tmp_path / "second")
    for key in ("state_dict", "optimizer_states", "lr_schedulers", "epoch", "global_step"):
        assert_same(found[key], expected[key], key)
    assert_same(rows(tmp_path / "second"), rows(whole)[-len(rows(tmp_path / "second")) :])
    assert len(rows(tmp_path / "second")) > 2


def test_resuming_from_an_epochs_end_equals_the_whole_run(whole: Path, tmp_path: Path) -> None:
    longer = ["--trainer.max_epochs", "5", "--model.init_args.schedule", "constant"]
    assert fit(tmp_path / "whole", *longer) == 0
    assert fit(tmp_path / "first", *longer, "--trainer.max_epochs", "2") == 0
    last = str(tmp_path / "first/checkpoints/last.ckpt")
    assert fit(tmp_path / "second", *longer, "--ckpt_path", last) == 0
    assert_same(
        checkpoint(tmp_path / "second")["state_dict"], checkpoint(tmp_path / "whole")["state_dict"]
    )
    assert_same(
        rows(tmp_path / "second"), rows(tmp_path / "whole")[-len(rows(tmp_path / "second")) :]
    )


def test_same_seed_same_run_and_another_seed_another(whole: Path, tmp_path: Path) -> None:
    assert fit(tmp_path / "again") == 0
    assert fit(tmp_path / "other", "--seed_everything", "1") == 0
    assert_same(rows(tmp_path / "again"), rows(whole))
    assert rows(tmp_path / "other")[-1]["train_loss"] != rows(whole)[-1]["train_loss"]


def test_a_run_leaves_curves_config_and_checkpoints(whole: Path) -> None:
    by_epoch = [row for row in rows(whole) if row["val_acc"]]
    assert len(by_epoch) == 3
    assert float(by_epoch[-1]["val_acc"]) > float(by_epoch[0]["val_acc"]) > 0.2
    assert {path.name for path in (whole / "checkpoints").iterdir()} == {"best.ckpt", "last.ckpt"}
    assert "lightning_modules.models.mlp.MLP" in (whole / "config.yaml").read_text()


def test_testing_the_checkpoint_with_the_saved_config(whole: Path, tmp_path: Path) -> None:
    before = (whole / "metrics.csv").read_text()
    arguments = ["--config", str(whole / "config.yaml"), *QUIET]
    best = ["--ckpt_path", str(whole / "checkpoints/best.ckpt")]
    assert main(["test", *arguments, *best, "--run_dir", str(tmp_path / "test")]) == 0
    assert main(["test", *arguments, *best]) == 0  # finds a folder of its own
    assert (whole / "metrics.csv").read_text() == before
    tested = rows(tmp_path / "test")[-1]
    assert_same(tested, rows(next(Path("runs").glob("*/test0")))[-1])

    # the same accuracy by hand, from the checkpoint's weights and the shipped arrays
    from lightning_modules.datamodules.digits import normalise
    from lightning_modules.datamodules.store import load
    from lightning_modules.models.mlp import MLP as Network

    model = Network(hidden=[256, 128], dropout=0.2).eval()
    weights = checkpoint(whole, "best")["state_dict"]
    model.load_state_dict(
        {key[6:]: value for key, value in weights.items() if key.startswith("model.")}
    )
    arrays = {key: torch.from_numpy(value) for key, value in load("mnist_subset").items()}
    logits = model(normalise(arrays["test_images"])).detach()
    accuracy = (logits.argmax(dim=1) == arrays["test_labels"]).float().mean().item()
    assert float(tested["test_acc"]) == pytest.approx(accuracy, abs=1e-6)

    # and the same answers, in a file of the run
    assert main(["predict", *arguments, *best]) == 0
    (path,) = Path("runs").glob("*/predict0/predictions.csv")
    with path.open() as file:
        answers = list(csv.DictReader(file))
    assert [row["id"] for row in answers] == [str(number) for number in range(2000)]
    assert [int(row["label"]) for row in answers] == logits.argmax(dim=1).tolist()
    found = [[float(row[f"probability_{digit}"]) for digit in range(10)] for row in answers]
    torch.testing.assert_close(torch.tensor(found), logits.softmax(dim=1), rtol=1e-4, atol=1e-5)


def test_the_checkpoint_rebuilds_its_model_by_itself(whole: Path) -> None:
    from lightning_modules.tasks.classification import Classification

    path = whole / "checkpoints/best.ckpt"
    task = Classification.load_from_checkpoint(path, weights_only=True)
    assert type(task.model).__name__ == "MLP"
    assert_same(dict(task.state_dict()), checkpoint(whole, "best")["state_dict"])


BAD_CONFIGS = {
    "unknown trainer key": ("max_epochs", "max_epoks", "trainer.max_epochs"),
    "unknown model key": ("optimizer: SGD", "optimiser: SGD", "model.init_args.optimizer"),
    "wrong type": ("learning_rate: 0.01", "learning_rate: fast", "must be float"),
    "wrong choice": ("mnist_subset", "cifar99", "'mnist_subset', 'mnist'"),
    "unknown class": ("SoftmaxClassifier", "SoftmaxClasifier", "SoftmaxClassifier"),
    "unknown optimizer option": ("momentum: 0.9", "momentm: 0.9", "momentum, dampening"),
    "refused optimizer value": ("1.0e-4", "-1", "weight_decay"),
    "unknown section": ("seed_everything: 0", "sed_everything: 0", "seed_everything"),
    "batch size": ("batch_size: 100", "batch_size: 0", "at least 1"),
    "not yaml": ("trainer:", "trainer: [", "line"),
}


@pytest.mark.parametrize("case", BAD_CONFIGS)
def test_a_bad_config_is_one_line_and_no_work(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad, expected = BAD_CONFIGS[case]
    text = SOFTMAX.read_text()
    assert good in text
    config = tmp_path / "bad.yaml"
    config.write_text(text.replace(good, bad))
    assert main(["fit", "--config", str(config)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "bad.yaml" in captured.err
    assert expected in captured.err
    assert not (tmp_path / "runs").exists()


MLP_NETWORK = ["--model.init_args.model", "lightning_modules.models.mlp.MLP"]
RESNET = ["--model.init_args.model", "lightning_modules.models.resnet.CifarResNet"]
BAD_OPTIONS = {
    "unknown precision": (["--trainer.precision", "17"], "trainer.precision is 17; it must be one"),
    "no such accelerator here": (["--trainer.accelerator", "tpu"], "torch_xla"),
    "more devices than there are": (
        ["--trainer.accelerator", "cpu", "--trainer.devices", "999"],
        "trainer.devices is 999; this machine has",
    ),
    "unknown strategy": (["--trainer.strategy", "dddp"], "dddp"),
    "negative batch": (["--data.init_args.batch_size", "-3"], "at least 1"),
    "half an image": (["--data.init_args.batch_size", "2.5"], "must be int"),
    "a number for a list": (
        [
            "--model.init_args.model",
            "lightning_modules.models.mlp.MLP",
            "--model.init_args.model.init_args.hidden",
            "wide",
        ],
        "hidden",
    ),
    "a depth that does not exist": (
        [
            "--model.init_args.model",
            "lightning_modules.models.resnet.CifarResNet",
            "--model.init_args.model.init_args.depth",
            "21",
        ],
        "6n + 2",
    ),
    "a data set for a network": (
        ["--model.init_args.model", "lightning_modules.datamodules.digits.Digits"],
        "Digits",
    ),
    "not a checkpoint": (["--ckpt_path", "junk.ckpt"], "junk.ckpt: not a checkpoint"),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_a_bad_option_is_one_line_and_no_work(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, expected = BAD_OPTIONS[case]
    (tmp_path / "junk.ckpt").write_text("not a checkpoint")
    assert main(["fit", "--config", str(SOFTMAX), *options]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert expected in message
    assert not list(tmp_path.glob("runs/*/*"))


MISFITS = {
    "images of another size": (["--model.init_args.model.init_args.in_features", "100"], "784"),
    "too few classes": (["--model.init_args.model.init_args.num_classes", "5"], "num_classes"),
    "another model's checkpoint": (["--ckpt_path", "other"], "another model"),
}


@pytest.mark.parametrize("case", MISFITS)
def test_what_does_not_fit_is_one_line(
    case: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options, expected = MISFITS[case]
    last = str(whole / "checkpoints/last.ckpt")
    options = [last if option == "other" else option for option in options]
    assert fit(tmp_path / "run", *options, config=SOFTMAX) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert expected in message


def test_missing_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--config", "nowhere.yaml"]) == 2
    assert main(["fit", "--config", str(SOFTMAX), "--ckpt_path", "nowhere.ckpt"]) == 2
    assert main(["fit"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert ["nowhere.yaml" in lines[0], "nowhere.ckpt" in lines[1], "--config" in lines[2]] == [
        True
    ] * 3
    assert len(lines) == 3


def test_weights_that_cannot_be_fetched_are_one_line_and_no_fault_of_the_config(
    tmp_path: Path, no_weights_to_fetch: None, capsys: pytest.CaptureFixture[str]
) -> None:
    network = ["--model.init_args.model.init_args.network", "resnet18"]
    config = ROOT / "course/08_transfer_learning/fine_tuning.yaml"
    assert fit(tmp_path / "run", *network, config=config) == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "use network squeezenet1_1" in message
    assert not (tmp_path / "run").exists()


def test_a_batch_larger_than_the_training_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(tmp_path / "run", "--data.init_args.batch_size", "9001") == 2
    assert "from 1 to 9000" in capsys.readouterr().err


def test_a_diverging_run_says_when_and_what_to_try(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model.init_args.learning_rate", "1e30", "--model.init_args.schedule", "constant"]
    assert fit(tmp_path / "run", *options, "--model.init_args.optimizer", "SGD") == 1
    message = capsys.readouterr().err
    assert "step" in message
    assert "learning_rate" in message
    assert message.count("\n") == 1
