"""A finished run of an experiment as a run of Weights & Biases."""

from __future__ import annotations

from pathlib import Path

from lightning_modules.experiments.records import Record
from lightning_modules.experiments.spec import FIRST_TUNING_SEED
from lightning_modules.logging.wandb_settings import prepare_folders, wandb_mode, wandb_place


def send(record: Record, folder: Path) -> None:
    """Sends config, curves and metrics, those on the test set included.

    Runs of an experiment are a group, whatever the class's is, an arm is a tag, and `job_type`
    tells trials of the tuning from runs. `WANDB_MODE=offline` keeps them in `folder/wandb`.
    """
    prepare_folders(folder)
    import wandb

    place = wandb_place()
    run = wandb.init(
        project=place.project,
        entity=place.entity,
        dir=folder,
        mode=wandb_mode(),  # type: ignore[arg-type]
        group=record.experiment,
        name=f"{record.experiment}, {record.arm}, seed {record.seed}",
        job_type="trial" if record.seed >= FIRST_TUNING_SEED else "run",
        tags=[*place.tags, record.arm[:64], record.budget],
        config={
            "arm": record.arm,
            "seed": record.seed,
            "budget": record.budget,
            "chosen": record.chosen,
            "settings": record.settings,
            "versions": record.versions,
        },
        reinit="finish_previous",
    )
    points: dict[float, dict[str, float]] = {}
    for name, (x, y) in record.curves.items():
        for at, value in zip(x, y, strict=True):
            points.setdefault(at, {"x": at})[name] = value
    run.define_metric("*", step_metric="x")
    for at in sorted(points):
        run.log(points[at])
    run.summary.update({name: value for name, value in record.metrics.items() if value is not None})
    if record.error:
        run.summary["error"] = record.error
    run.finish(exit_code=1 if record.error else 0)
