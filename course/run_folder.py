"""A run's folder, `runs/LESSON/vN`: who gets which, and the checkpoints that lie in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zipfile import is_zipfile

from lightning.pytorch.utilities import rank_zero_only

from lightning_modules.errors import BadInput

RUNS = Path("runs")
SAVED_CONFIG = "config.yaml"  # in a run's folder


def lesson(config: str) -> str:
    """The name that a config file's runs go by."""
    path = Path(config)
    return path.parent.parent.name if path.name == SAVED_CONFIG else path.stem


@rank_zero_only
def _make(path: Path, exist_ok: bool) -> None:
    path.mkdir(parents=True, exist_ok=exist_ok)


def claim(chosen: str, lesson: str, command: str) -> Path:
    """The folder that was chosen, or the first of the lesson's that nobody has: v0, test0, …"""
    if chosen:
        _make(Path(chosen), exist_ok=True)
        return Path(chosen)
    prefix = "v" if command == "fit" else command
    number = 0
    while True:
        path = RUNS / lesson / f"{prefix}{number}"
        try:
            if not path.exists():
                _make(path, exist_ok=False)
                return path
        except FileExistsError:  # another run took it between the two lines above
            pass
        number += 1


def checkpoints(run_dir: Path) -> Path:
    return run_dir / "checkpoints"


def find_checkpoint(given: str, folders: list[Path]) -> Path:
    """The file that `--ckpt_path` means: a path, or `best` or `last` of one of the folders' runs.

    `last` is where the run stopped: its last epoch's end, or Ctrl-C if that came later.

    Raises:
        BadInput: there is none.
    """
    if given in ("best", "last"):
        names = ["best"] if given == "best" else ["last", "interrupted"]
        paths = [checkpoints(folder) / f"{name}.ckpt" for folder in folders for name in names]
        found = [path for path in paths if path.is_file()]
        if not found:
            where = " or ".join(str(checkpoints(folder)) for folder in folders)
            raise BadInput(
                f"--ckpt_path {given}: there is none in {where}"
                if folders
                else f"--ckpt_path {given}: of which run? Say --run_dir runs/LESSON/vN, or take "
                f"that run's own --config runs/LESSON/vN/{SAVED_CONFIG}"
            )
        return max(found, key=lambda path: path.stat().st_mtime)
    path = Path(given)
    if not path.is_file():
        raise BadInput(f"{path}: no such checkpoint; they lie in runs/LESSON/vN/checkpoints")
    if not is_zipfile(path):
        raise BadInput(f"{path}: not a checkpoint")
    return path


def watch_checkpoints(run_dir: Path) -> Callable[[], set[str]]:
    """Looks at the checkpoints in a folder; what it gives says which were written since, `best`…"""

    def times() -> dict[str, int]:
        return {path.stem: path.stat().st_mtime_ns for path in checkpoints(run_dir).glob("*.ckpt")}

    before = times()
    return lambda: {name for name, time in times().items() if before.get(name) != time}
