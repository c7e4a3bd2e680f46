"""The data set of a run at W&B: where the lineage from data over runs to checkpoints begins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def use_dataset(run: Any, about: Mapping[str, Any]) -> None:
    """Says that a run uses a data set, by what is known of it; the data themselves stay here.

    Args:
        run: of W&B.
        about: `name`, `title`, `source`, `licence`, and what tells this data set from others, such
            as checksums: the same makes the same artifact, whoever uses it.
    """
    if run.disabled:
        return
    import wandb

    metadata = {key: about[key] for key in ("title", "source", "licence")}
    artifact = wandb.Artifact(about["name"], type="dataset", metadata=metadata)
    with artifact.new_file("dataset.json") as file:
        json.dump(about, file, indent=1, sort_keys=True)
    # `run.use_artifact` is this and waits for the server, so that it refuses to work offline
    run._log_artifact(artifact, is_user_created=True, use_after_commit=True)
