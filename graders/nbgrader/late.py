"""Late penalties: whatever nbgrader's configuration says, asked of nbgrader's own plugin."""

from __future__ import annotations

from pathlib import Path

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from graders.errors import BadInput
from graders.nbgrader.lateness import Penalty


def late_penalty(config_file: Path) -> Penalty:
    """Return the penalty that ``nbgrader autograde`` would assign under ``config_file``.

    nbgrader's own plugin takes nothing off, or with ``LateSubmissionPlugin.penalty_method =
    "zero"`` everything; ``AssignLatePenalties.plugin_class`` names another.

    Raises:
        BadInput: the configuration does not run, or names a plugin that there is not.
    """
    try:
        config = PyFileConfigLoader(config_file.name, path=str(config_file.parent)).load_config()
    except ConfigFileNotFound:
        config = Config()
    except (Exception, SystemExit) as error:  # it is a program, so it may raise anything
        raise BadInput(f"{config_file}: {type(error).__name__}: {error}") from error
    try:
        step = AssignLatePenalties(config=config)
        step.init_plugin()
    except Exception as error:  # traitlets, or an import, or the plugin's own
        raise BadInput(f"{config_file}: the late plugin cannot be used: {error}") from error

    def penalty(student: str, score: float, seconds_late: float) -> float | None:
        taken: float | None = step.plugin_inst.late_submission_penalty(student, score, seconds_late)
        return taken

    return penalty
