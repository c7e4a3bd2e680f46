"""What a test found, as text: for a terminal, a notebook, a gradebook or another platform."""

from __future__ import annotations

from graders.engine.results import TestResult


def explanation(test: TestResult, indent: str = "") -> str:
    """What a student reads of one test: its message, and a hint where there is something to mend.

    Args:
        indent: goes before every line of the message. Four spaces make a code block of it where
            the text is read as Markdown, so that no word of a student's own acts there.
    """
    lines = [f"{indent}{line}" for line in test.message.splitlines()]
    return "\n".join([*lines, f"Hint: {test.advice}"] if test.advice else lines)
