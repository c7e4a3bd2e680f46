"""What a training run says at its end: what became of it, and how to test it."""

from __future__ import annotations

from pathlib import Path

from course import run_folder
from course.resuming import Start


def closing_lines(run_dir: Path, written: set[str], start: Start | None, step: int) -> list[str]:
    """Lines for whoever started the run.

    Args:
        run_dir: its folder.
        written: the checkpoints that it wrote, such as `best`.
        start: what it went on from.
        step: optimizer steps done, those before `start` included.
    """
    lines = [f"run: {run_dir}"]
    if start and step <= start.step:
        lines.append(
            f"nothing was trained: {start.path} has all {start.step} steps already; "
            "train longer with --trainer.max_epochs"
        )
    elif step == 0:
        lines.append("nothing was trained: no step was asked for")
    best, last = (run_folder.checkpoints(run_dir) / f"{name}.ckpt" for name in ("best", "last"))
    if "best" in written or (start and start.lies_in(run_dir) and best.is_file()):
        tested = best
        lines.append(f"best checkpoint: {best}")
    elif "last" in written:
        tested = last
        lines.append(f"no best checkpoint, as nothing was validated; the last one: {last}")
    else:
        return [*lines, "no checkpoint was written"]
    config = run_dir / run_folder.SAVED_CONFIG
    return [*lines, f"test it: dlcourse test --config {config} --ckpt_path {tested}"]
