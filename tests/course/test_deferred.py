"""Libraries that wait until they are used: a made one, and those that no first step needs."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.deferred import LIBRARIES, deferred

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = {
    "__init__.py": "",
    "shapes.py": "class Square:\n    side = 2\ndef square():\n    return Square()\n",
    "styles.py": "def bold(mark):\n"
    "    return lambda f: lambda text: f'{mark}{f(text)}{mark}'\n"
    "class plain: pass\n",
}
USER = """
import slowlib.styles
from slowlib import shapes
from slowlib.shapes import Square, square, missing

@slowlib.styles.bold("*")
def say(text): return text

def area(shape: Square | None) -> int: return shape.side**2
"""
# one step of lesson 1; then what asks torchmetrics for a library that it has only a stand-in of
RUN = """
import json, sys
from course.fit import main
assert main(sys.argv[1:]) == 0
loaded = [name for name in ("torch", *json.loads(sys.stdin.read())) if name in sys.modules]
import torch, torchmetrics
from torchmetrics.detection import MeanAveragePrecision
truth = {"boxes": torch.tensor([[0.0, 0.0, 1.0, 1.0]]), "labels": torch.tensor([1])}
found = MeanAveragePrecision()
found.update([{**truth, "scores": torch.tensor([0.5])}], [truth])
mean = torchmetrics.MeanMetric()
mean.update(2.0)
figure, axes = mean.plot()
from matplotlib.figure import Figure
print(json.dumps([loaded, float(found.compute()["map"]), isinstance(figure, Figure)]))
"""


@pytest.fixture
def slowlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "slowlib").mkdir()
    for name, text in LIBRARY.items():
        (tmp_path / "slowlib" / name).write_text(text)
    (tmp_path / "slowlib_user.py").write_text(f"from __future__ import annotations\n{USER}")
    (tmp_path / "slowlib_broken.py").write_text("import slowlib, nowhere")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.startswith("slowlib")]:
        del sys.modules[name]


@pytest.mark.usefixtures("slowlib")
def test_what_is_imported_comes_with_its_first_use():
    with deferred(["slowlib"]):
        import slowlib_user as user

        assert not gc.isenabled()
    assert gc.isenabled()
    assert "slowlib" not in sys.modules
    assert user.say("loud") == "*loud*"
    assert "slowlib.styles" in sys.modules
    assert "slowlib.shapes" not in sys.modules
    shape = user.square()
    assert user.area(shape) == 4
    assert isinstance(shape, user.Square)
    assert not isinstance(4, user.Square)
    assert user.shapes.Square is type(shape)


@pytest.mark.usefixtures("slowlib")
def test_what_is_not_there_is_said_at_its_first_use():
    with deferred(["slowlib"]):
        import slowlib_user as user
    with pytest.raises(AttributeError, match="missing"):
        user.missing()


@pytest.mark.usefixtures("slowlib")
def test_what_was_imported_before_is_left_alone():
    import slowlib
    import slowlib.styles as styles

    with deferred(["slowlib"]):
        from slowlib import shapes
    assert (sys.modules["slowlib"], sys.modules["slowlib.styles"]) == (slowlib, styles)
    assert shapes.square().side == 2


@pytest.mark.usefixtures("slowlib")
def test_an_import_that_fails_leaves_no_stand_in():
    finders = list(sys.meta_path)
    with pytest.raises(ModuleNotFoundError, match="nowhere"), deferred(["slowlib"]):
        import slowlib_broken  # noqa: F401
    assert sys.meta_path == finders
    assert "slowlib" not in sys.modules


def test_a_first_step_waits_for_none_and_all_work_afterwards(tmp_path: Path):
    config = ROOT / "course/01_linear_models/softmax.yaml"
    brief = ["--trainer.fast_dev_run=true", "--trainer.accelerator=cpu", "--run_dir=run"]
    done = subprocess.run(
        [sys.executable, "-c", RUN, "fit", "--config", str(config), *brief],
        input=json.dumps(LIBRARIES),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "WANDB_MODE": "disabled"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [["torch"], 1.0, True]
