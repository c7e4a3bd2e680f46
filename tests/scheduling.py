"""Which tests run on the same worker of pytest-xdist: those that share what takes long to make."""

from __future__ import annotations

from xdist.scheduler.loadscope import LoadScopeScheduling

# Graded by the same warm sandbox, which holds one assignment's tests; its name begins their ids.
BY_ASSIGNMENT = tuple(
    f"tests/assignments/test_{name}.py" for name in ("mutants", "alternates", "one_mistake")
)
TOGETHER = {
    "tests/course/test_fit_launchers.py": "two processes",
    "tests/course/test_fit_peers.py": "two processes",
    "tests/course/test_fit_two_processes.py": "two processes",
    "tests/course/test_demo.py": "demo",
    "tests/graders/test_grade.py": "demo",
    "tests/graders/bookkeeping/test_bookkeeping.py": "bookkeeping",
    "tests/graders/bookkeeping/test_forget.py": "bookkeeping",
    "tests/graders/bookkeeping/test_regrades.py": "bookkeeping",
    "tests/adversarial/test_torch_attacks.py": "architectures",
    "tests/assignments/test_architectures.py": "architectures",
    "tests/site/test_pages.py": "widgets",
    "tests/site/test_widgets.py": "widgets",
    "tests/site/test_widget_arithmetic.py": "widgets",
    "tests/assignments/test_transfer.py": "transfer",
}
# What takes longest begins first, so that all workers end at the same time.
LONGEST = (
    "demo",
    "two processes",
    "architectures",
    "transfer",
    "tests/course/test_experiments.py",
    "tests/lightning_modules/test_registry.py",
    "tests/course/test_pages.py",
    "tests/graders/nbgrader/test_nbgrader.py",
    "tests/graders/test_kills.py",
    "widgets",
)


def scope(nodeid: str) -> str:
    """What a test shares with others: its file, unless the tables above say more."""
    path, _, test = nodeid.partition("::")
    if path in BY_ASSIGNMENT and "[" in test:
        return test.partition("[")[2].partition("-")[0]
    return TOGETHER.get(path, path)


def rank(nodeid: str) -> int:
    """Its place in the order of scopes, in which tests of one file stay in theirs."""
    found = scope(nodeid)
    return LONGEST.index(found) if found in LONGEST else len(LONGEST)


class ByScope(LoadScopeScheduling):
    """Hands a worker one scope at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return scope(nodeid)
