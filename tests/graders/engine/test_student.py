"""What a hidden test sees of a submission, and what the student is told when it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from graders.engine.cells import Cell, Code, from_script
from graders.engine.student import Handle, Student, StudentError, StudentTimeout, Submission
from graders.sandbox import answers
from graders.sandbox.limits import MIB, Limits
from graders.sandbox.sandbox import Sandbox

LIMITS = Limits(call_seconds=1.0, submission_seconds=3.0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as made:
        yield made


@pytest.fixture
def submit(sandbox: Sandbox) -> Iterator[Any]:
    """Hands in a script, or several cells, and gives the submission."""
    handed_in: list[Submission] = []

    def hand_in(*sources: str) -> Submission:
        if len(sources) == 1:
            code = from_script("work.py", sources[0].encode())
        else:
            code = Code(tuple(Cell(f"cell {n}", f"cell {n}", s) for n, s in enumerate(sources, 1)))
        handed_in.append(Submission(sandbox, "work", code, LIMITS))
        return handed_in[-1]

    yield hand_in
    for submission in handed_in:
        submission.__exit__()


def told(call: Any, kind: type[Exception] = StudentError) -> str:
    with pytest.raises(kind) as error:
        call()
    return str(error.value)


def test_functions_values_and_handles(submit: Any) -> None:
    student = Student(
        submit(
            "import numpy as np\nrate = 0.5\ndef f(x, k=1): return x * k\n"
            "class Model:\n    size = 3\n    def forward(self, x): return x + self.size\n"
            "def cached(x): return x, {1, 2}\ndef back(d, cache): return d * len(cache)\n"
        )
    )
    assert student.rate == 0.5
    np.testing.assert_array_equal(student.f(np.arange(3.0), k=2), [0, 2, 4])
    out, cache = student.cached(1.0)
    assert (out, type(cache)) == (1.0, Handle)
    assert student.back(3.0, cache) == 6.0
    model = student.Model()
    assert model.size == 3
    assert model.forward(1) == 4


def test_nobody_can_take_a_handle_for_a_yes(submit: Any) -> None:
    """``assert student.f()`` would pass for any object at all."""
    answer = Student(submit("def f(): return object()")).f()
    with pytest.raises(TypeError):
        assert answer
    with pytest.raises(TypeError):
        assert not answer
    assert answer != 1.0


def test_a_handle_cannot_be_used_while_a_question_is_open(submit: Any) -> None:
    """A function of a test's that touches it would talk between question and answer."""
    student = Student(
        submit(
            "class Sly:\n    total = 1.0\n"
            "def f(g):\n    try: return g(Sly())\n    except ValueError as e: return str(e)\n"
            "def h(): return 7"
        )
    )
    assert "with numbers alone" in student.f(lambda thing: thing.total)
    assert student.h() == 7


def test_a_handle_of_an_earlier_life_is_refused(submit: Any) -> None:
    student = Student(
        submit(
            "import os\ndef make(): return object()\ndef use(x): return 1\ndef die(): os._exit(0)"
        )
    )
    handle = student.make()
    assert told(student.die) == "stopped: your code ended or crashed the interpreter"
    assert "cannot be used" in told(lambda: student.use(handle))
    assert student.use(1) == 1


def test_what_is_missing_is_named_with_what_stopped_it(submit: Any) -> None:
    student = Student(submit("x = 1", "1 / 0\ndef f(): pass", "y = 2"))
    message = told(lambda: student.f)
    assert message == (
        "there is no f in your submission; "
        "cell 2: ZeroDivisionError: division by zero (cell 2 line 1: 1 / 0)"
    )
    assert student.y == 2


def test_what_is_misspelt_is_asked_about(submit: Any) -> None:
    submission = submit("def sofmax(x): pass\ndef softmax_loss(x): pass")
    submission.asked = {"softmax", "softmax_loss"}
    message = told(lambda: Student(submission).softmax)
    assert message == "there is no softmax in your submission: did you mean sofmax?"


def test_a_hundred_failing_cells_are_told_in_short(submit: Any) -> None:
    submission = submit(*["1 / 0"] * 100)
    message = told(lambda: Student(submission).f)
    assert message.count("ZeroDivisionError") == 3
    assert submission.notes()[-1] == "80 more cells failed"
    assert len(submission.notes()) == 21


def test_a_cell_that_ends_the_session_is_passed_over(submit: Any) -> None:
    submission = submit("x = 1", "import os; os._exit(1)", "y = 2", "while True: pass", "z = 3")
    student = Student(submission)
    assert (student.x, student.y, student.z) == (1, 2, 3)
    assert "ended or crashed" in submission.problems["cell 2"]
    assert submission.problems["cell 4"] == "stopped after the 1 s that one call may take"


def test_a_cell_may_await_as_in_jupyter(submit: Any) -> None:
    sleep = "import asyncio\nfirst = await asyncio.sleep(0, 1)\ntask = asyncio.ensure_future"
    student = Student(
        submit(
            f"{sleep}(asyncio.sleep(0, 2))",
            "second = await task\nasync with asyncio.Lock(): third = 3",
            "%time fourth = 4\nawait asyncio.sleep(0)\nfifth = 5",
            "async def f(): return 6\nsixth = [await f() for _ in range(2)]",
        )
    )
    assert (student.first, student.second, student.third, student.fifth) == (1, 2, 3, 5)
    assert student.sixth == [6, 6]


def test_lives_are_counted(submit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graders.engine.student.MAX_LIVES", 3)
    student = Student(submit("import os\ndef die(): os._exit(0)"))
    messages = [told(lambda: student.die()) for _ in range(4)]
    assert messages[2] == "stopped: your code ended or crashed the interpreter"
    assert messages[3] == "not run: your code ended the interpreter 3 times"


def test_time_is_shared_by_all_calls(submit: Any) -> None:
    student = Student(submit("import time\ndef f(): time.sleep(0.9)"))
    messages = []
    for _ in range(7):
        try:
            student.f()
        except StudentTimeout as error:
            messages.append(str(error))
    assert messages[0] == "stopped after the 3 s that a submission may take"
    assert messages[-1] == "not run: the 3 s that a submission may take were used up before"


def test_what_a_callback_gets_is_bounded_for_all_of_a_call(
    submit: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that keeps what its function was handed must not be made to keep gigabytes."""
    monkeypatch.setattr(sandbox, "limits", replace(LIMITS, message_bytes=MIB))
    kept: list[Any] = []
    student = Student(
        submit("import numpy as np\ndef f(g):\n    for _ in range(99): g(np.zeros(20_000))")
    )
    assert "more than 1 MiB in one call" in told(lambda: student.f(kept.append))
    assert len(kept) == 6


@pytest.mark.parametrize(
    "answer",
    ["['x' * 10 ** 5] + [''] * 10 ** 4", "np.zeros((0, 20_000_000))", "{'x' * 10 ** 7: 1.0}"],
)
def test_what_numpy_would_blow_up_never_reaches_it(submit: Any, answer: str) -> None:
    """Neither as an answer, nor as a callback's argument, nor in an argument as it is left."""
    student = Student(
        submit(
            f"import numpy as np\ndef f(x): return {answer}\n"
            f"def g(h): return h({answer})\ndef a(x): x.append({answer})"
        )
    )
    reached: list[Any] = []
    for call in (
        lambda: student.f(1),
        lambda: student.g(reached.append),
        lambda: student.after("a", [0]).args[0],
    ):
        try:
            reached.append(call())
        except StudentError as error:
            reached.append(str(error))
    refused = "your answer cannot be read|a dict key of more than"
    for value in reached:  # what cannot even be encoded stays inside
        assert type(value) is Handle or re.search(refused, value)


def test_memory_that_an_answer_needs_and_is_not_there_is_the_students(
    submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*_: object) -> None:
        raise MemoryError

    student = Student(submit("def f(): return 1"))
    assert student.f() == 1
    monkeypatch.setattr(answers, "read", no_memory)
    assert "not enough memory" in told(student.f)


def test_a_function_that_was_stopped_twice_is_not_called_again(submit: Any) -> None:
    submission = submit("def f(x):\n    while x: pass\n    return 1\ndef g(): return 2")
    submission.limits = replace(LIMITS, call_seconds=0.2)
    student = Student(submission)
    assert student.f(0) == 1
    assert "stopped after the 0.2 s" in told(lambda: student.f(1), StudentTimeout)
    assert "stopped after the 0.2 s" in told(lambda: student.after("f", 1), StudentTimeout)
    assert told(lambda: student.f(0), StudentTimeout) == "not run: f was stopped 2 times before"
    assert student.g() == 2


def test_an_instances_calls_are_counted_with_its_class(submit: Any, sandbox: Sandbox) -> None:
    submission = submit("class Net:\n    def __call__(self, x): raise SystemExit")
    net = Student(submission).Net()
    submission.timeouts["Net"] = 2
    assert "Net was stopped" in told(lambda: net(1), StudentTimeout)
    assert "Net was stopped" in told(
        lambda: Student(submission).tool("forward", net, 1), StudentTimeout
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise NotImplementedError", "not written yet"),
        ("raise NotImplementedError('later')", "NotImplementedError: later"),
        ("raise ValueError", "ValueError (work.py line 1: "),
        ("raise ValueError('x' * 10 ** 6)", "ValueError: " + "x" * 187 + "…"),
        ("raise type('N' * 10 ** 6, (Exception,), {})", "N" * 199 + "…"),
        ("print('seen'); raise ValueError", "; printed: seen"),
        ("print('p' * 10 ** 6); raise ValueError", "; printed: " + "p" * 199 + "…"),
        ("import missing_package", "ModuleNotFoundError: No module named 'missing_package'"),
    ],
)
def test_what_is_raised_is_told_cut(submit: Any, source: str, message: str) -> None:
    raised = told(Student(submit(f"def f(): {source}")).f)
    assert message in raised
    assert len(raised) < 700


def test_a_number_that_is_too_large_to_cross_stays(submit: Any) -> None:
    assert type(Student(submit("def f(): return 1 << 5000")).f()) is Handle


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "your submission holds no code"),
        ("def f(:\n    pass", "SyntaxError: invalid syntax (work.py line 1: def f(:"),
        ("x = 1\n  y = 2", "IndentationError: unexpected indent (work.py line 2: y = 2"),
        ("x = '\0'", "null bytes"),
        ("await f()", "SyntaxError: 'await' outside function (work.py line 1: await f()"),
    ],
)
def test_a_script_that_is_not_python_says_where(submit: Any, source: str, message: str) -> None:
    assert message in submit(source).not_code()
