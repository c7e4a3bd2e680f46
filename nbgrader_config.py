"""nbgrader in this folder: its commands, with this course's sandbox where it would run a kernel.

    nbgrader generate_assignment softmax
    nbgrader autograde softmax
    nbgrader generate_feedback softmax
    nbgrader export

What it grades in `submitted/`, and the scores, are those of `dlcourse grade submitted/`.
"""

from pathlib import Path

from traitlets.config import Application

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "dlcourse"

# Steps after the grading. nbgrader's own list runs students' code in a kernel of yours.
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What students put into the exchange is neither believed nor followed as a link.
c.ExchangeFactory.collect = "graders.platforms.nbgrader_collect.Collect"

# What a late submission loses: "none", "zero" (everything), or a plugin of your own, see
# https://nbgrader.readthedocs.io/en/stable/plugins/late-plugin.html
c.LateSubmissionPlugin.penalty_method = "none"

# The notebooks that nbgrader calls the source are made from assignments/NAME/NAME.py, when an
# nbgrader command reads this; `dlcourse grade` reads it too, for the late penalty.
if Application.initialized():
    try:
        from graders.nbgrader.autograde import find_commands, use_sandbox
        from graders.nbgrader.source_notebooks import write_sources

        use_sandbox()
        find_commands()
        write_sources(Path(__file__).resolve().parent)
    except Exception as error:
        # nbgrader would log this, drop the whole configuration, and run students' code itself
        raise SystemExit(f"nbgrader_config.py: {type(error).__name__}: {error}") from error
