"""nbgrader in this folder: its commands, with this course's sandbox where it would run a kernel.

    nbgrader generate_assignment softmax
    nbgrader autograde softmax
    nbgrader generate_feedback softmax
    nbgrader export

`submitted/STUDENT/NAME/NAME.ipynb` is what it grades; the scores are those of `dlcourse grade`.
"""

from pathlib import Path

from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata

from graders.nbgrader_steps import GradeInSandbox, write_sources

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "dlcourse"

# The notebooks that nbgrader calls the source are made from assignments/NAME/NAME.py.
write_sources(Path(__file__).resolve().parent)

# nbgrader's own list runs students' code in a kernel of yours and trusts what it prints.
c.Autograde.autograde_preprocessors = [GradeInSandbox, AssignLatePenalties, CheckCellMetadata]

# What a late submission loses: "none", "zero" (everything), or a plugin of your own, see
# https://nbgrader.readthedocs.io/en/stable/plugins/late-plugin.html
c.LateSubmissionPlugin.penalty_method = "none"
