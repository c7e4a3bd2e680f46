"""Fingerprints see the code and not its dress."""

import subprocess
import sys

from hypothesis import example, given
from hypothesis import strategies as st

from graders.reports.fingerprints import RUN, WINDOW, Token, fingerprints, tokens

PLAIN = '''
def softmax(scores):
    """Probabilities."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return exponentials / exponentials.sum(axis=1, keepdims=True)
'''
DRESSED = """
def softmax(\\
        s  # the scores
        ):
      e = s - s.max( axis = 0, keepdims = True )   # 0, 1, who cares
      # now the exponential

      foo = np.exp(e)
      return (  foo/foo.sum(axis=7, keepdims=True) )[:]
"""


def texts(source):
    return [token.text for token in tokens(source)]


def hashes(source):
    return {print_.hash for print_ in fingerprints(tokens(source))}


def test_names_layout_comments_docstrings_and_numbers_play_no_part():
    plain, dressed = texts(PLAIN), texts(DRESSED)
    assert dressed[: len(plain)] == plain


def test_brackets_that_only_group_play_no_part():
    grouped = "x = (a, (b + c),)\nf((x)[0], (1),)(2)\nreturn (not (x))\nfor (i, j) in (z): (yield)"
    bare = "x = a, b + c\nf(x[0], 1)(2)\nreturn not x\nfor i, j in z: yield"
    assert texts(grouped) == texts(bare)


def test_what_belongs_to_the_language_and_its_libraries_stays():
    assert " ".join(texts("for i in range(len(x)): y += np.exp(x[i]) ** 2.5e-3")) == (
        "for N in range ( len ( N ) ) : N += N . exp ( N [ N ] ) ** 0"
    )
    assert texts("a = f'{b}' + 'c' + r\"d\\\"\"") == ["N", "=", "S", "+", "S", "+", "S"]


def test_lines_are_where_the_tokens_stand():
    assert [(t.text, t.line) for t in tokens('x = """a\n\nb"""\ny')] == [
        ("N", 0),
        ("=", 0),
        ("N", 3),
    ]


@given(st.text())
@example("'unterminated\n'''and this")
@example("%matplotlib inline\n!ls\n?x")
@example("\x00\ud800é = 1")
def test_any_text_is_accepted(text):
    found = tokens(text)
    lines = text.count("\n") + 1
    assert all(0 <= token.line < lines for token in found)
    for print_ in fingerprints(found):
        assert 0 <= print_.first_line <= print_.last_line < lines


short_words = st.lists(st.sampled_from("abcdef"), max_size=40)


@given(short_words, short_words, st.lists(st.sampled_from("abc"), min_size=RUN + WINDOW - 1))
def test_a_shared_passage_of_k_plus_w_minus_1_tokens_is_always_seen(left, right, passage):
    def of(words):
        return {p.hash for p in fingerprints([Token(word, 0) for word in words])}

    assert of(left + passage + right) & of(right[::-1] + passage + left[::-1])


@given(st.lists(st.sampled_from("ab"), max_size=RUN - 1))
def test_less_than_k_tokens_leave_no_fingerprint(words):
    assert fingerprints([Token(word, 0) for word in words]) == []


def test_winnowing_keeps_a_fraction():
    words = [Token(str(i * i % 97), 0) for i in range(2000)]
    density = len(fingerprints(words)) / 2000
    assert abs(density - 2 / (WINDOW + 1)) < 0.05  # the paper's expected density


def test_every_process_finds_the_same():
    code = (
        "from graders.reports.fingerprints import *\n"
        f"print(sorted(p.hash for p in fingerprints(tokens({PLAIN!r}))))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {f"{sorted(hashes(PLAIN))}\n"}
