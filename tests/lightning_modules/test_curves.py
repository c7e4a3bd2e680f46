"""Training curves from a run's CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from lightning_modules.errors import BadInput
from lightning_modules.visualisation.curves import plot_curves, read_curve

ROWS = """\
epoch,step,train_loss,train_loss_step,val_acc,val_loss
0,9,,1.7,,
0,19,,,0.5,0.9
0,19,1.2,,,
1,39,,,0.8,0.6
1,39,0.7,,,
"""


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.csv"
    path.write_text(ROWS)
    return path


def test_a_curve_is_its_column(metrics: Path) -> None:
    assert read_curve(metrics, "val_loss") == ([20, 40], [0.9, 0.6])
    assert read_curve(metrics, "train_loss_step") == ([10], [1.7])
    assert read_curve(metrics, "no_such_column") == ([], [])


def test_both_files_are_pictures(metrics: Path, tmp_path: Path) -> None:
    png, svg = plot_curves(metrics, tmp_path / "figures" / "curve.pdf")
    assert (png.name, svg.name) == ("curve.png", "curve.svg")
    with Image.open(png) as image:
        assert image.width > 600
        assert len(image.convert("L").getcolors() or []) > 10  # something is drawn
    assert "validation accuracy" in svg.read_text() or "<path" in svg.read_text()


def test_nothing_to_draw_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="dlcourse fit"):
        plot_curves(tmp_path / "metrics.csv", tmp_path / "curve.png")
    (tmp_path / "metrics.csv").write_text("epoch,step,val_loss\n")
    with pytest.raises(BadInput, match="finish an epoch"):
        plot_curves(tmp_path / "metrics.csv", tmp_path / "curve.png")
