"""Text from strangers can neither move a cursor nor reorder a line."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from graders.engine.printable import cut, printable
from graders.engine.results import SubmissionResult, TestResult, submission_from_dict


def test_ordinary_text_is_left_alone():
    text = "naïve Σ 中文 🙂\n\tx = 'a' if b else \"c\"  # <tag> & more"
    assert printable(text) == text


def test_escape_sequences_vanish_whole():
    assert printable("\x1b[31;1mred\x1b[0m \x1b]0;title\x07plain \x1b]8;;http://x\x1b\\link") == (
        "red plain link"
    )
    assert printable("\x9b31mred\x1bcreset") == "redreset"


def test_reordering_and_invisible_characters_vanish():
    assert printable("a\u202eb\u2066c\u2069d\u200be\ufefff\x00g\x7fh\u061ci") == "abcdefghi"


def test_line_ends_become_newlines():
    assert printable("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_what_cannot_be_encoded_is_replaced():
    assert printable("a\ud800b") == "a\ufffdb"


def test_a_cut_is_said():
    assert printable("x" * 12, limit=10) == "xxxxxxxxxx … (2 more characters)"
    assert printable("x" * 10, limit=10) == "x" * 10


@given(st.text(max_size=30), st.integers(1, 20))
def test_a_cut_text_is_short_and_stays_as_it_is(text, limit):
    once = cut(text, limit)
    assert len(once) <= limit
    assert cut(once, limit) == once
    assert once.removesuffix("…") == text[: len(once.removesuffix("…"))]


def test_whatever_becomes_a_result_is_cut_and_inert():
    """Wherever a message comes from: a test, a rejected file, an old record."""
    text = "\x1b[31m" + "m" * 10_000_000
    test = TestResult("test_f", "f", 1.0, 0.0, "failed", text, 0.0)
    submission = SubmissionResult("ada", "rejected", message=text, tests=(test,))
    kept = len(json.dumps(submission.to_dict()))
    assert kept < 6000
    assert submission_from_dict(submission.to_dict()) == submission
    assert replace(test, score=1.0).message == test.message == "m" * 999 + "…"


@given(st.text(st.characters()))
def test_anything_becomes_printable_and_stays_so(text):
    once = printable(text)
    assert all(character in "\n\t" or character.isprintable() for character in once)
    assert printable(once) == once
    once.encode("utf-8")
