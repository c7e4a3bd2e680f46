"""`dlcourse fit` with a network from the working folder, and what is said of one that is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from course.cli import main

SOFTMAX = Path(__file__).resolve().parents[2] / "course/01_linear_models/softmax.yaml"
GOOD = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self, width: int = 8):
        super().__init__(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))

class Plain:
    pass
"""
WRONG = {
    "own_net.Nte": "model.init_args.model: no class Nte in own_net; there are: Net, Plain",
    "own_ent.Net": "model.init_args.model: no module own_ent, in which own_ent.Net would be",
    "own_net.Plain": "model.init_args.model: own_net.Plain is no class derived from Module",
    "own_needs.Net": "no module not_there, which own_needs.Net imports",
    "own_broken.Net": "own_broken.Net: own_broken.py, line 2: SyntaxError: ",
    "own_raises.Net": "own_raises.Net: own_raises.py, line 1: ZeroDivisionError: division by zero",
}


@pytest.fixture(autouse=True)
def _in_ones_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_net.py").write_text(GOOD)
    (tmp_path / "own_needs.py").write_text("import not_there\n")
    (tmp_path / "own_broken.py").write_text("\nclass Net(:\n")
    (tmp_path / "own_raises.py").write_text("1 / 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "disabled")
    monkeypatch.setattr(sys, "argv", ["dlcourse"])
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    for name in [name for name in sys.modules if name.startswith("own_")]:
        monkeypatch.delitem(sys.modules, name)


def fit(network: str, *options: str) -> int:
    arguments = ["--config", str(SOFTMAX), "--trainer.fast_dev_run", "true"]
    quiet = ["--trainer.enable_progress_bar", "false"]
    return main(["fit", *arguments, *quiet, "--model.init_args.model", network, *options])


def test_a_class_of_the_working_folder_is_found_without_pythonpath() -> None:
    assert fit("own_net.Net", "--model.init_args.model.init_args.width", "5") == 0
    assert sys.modules["own_net"].__file__ == str(Path.cwd() / "own_net.py")
    assert sys.path[-1] == str(Path.cwd())  # last: it hides nothing that is installed


@pytest.mark.parametrize("network", WRONG)
def test_a_wrong_class_is_one_line(network: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert fit(network) == 2
    message = capsys.readouterr().err
    assert WRONG[network] in message
    assert message.count("\n") == 1
