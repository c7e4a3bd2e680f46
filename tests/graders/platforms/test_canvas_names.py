"""Names of files and people come out of a platform's names for them, whatever they hold."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from graders.platforms.canvas import Named, parsed
from graders.platforms.roster import names

NUMBERS = st.integers(1, 10**9)
FILES = st.text(
    st.characters(exclude_characters='\0/\\:*?"<>|', exclude_categories=["Cs"]), min_size=1
)


def canvas_name(sortable: str) -> str:
    """What Canvas makes of a sortable name, by lib/content_zipper.rb of instructure/canvas-lms."""
    return re.sub(r"\W", "", re.sub(r"_(\d+)_", r"\1", sortable).lower())


@given(
    name=st.from_regex(r"[^\W\d_]{1,9}(_[^\W\d_]{1,9})?", fullmatch=True),
    late=st.booleans(),
    user=NUMBERS,
    attachment=NUMBERS,
    file=FILES,
)
def test_a_canvas_name_comes_apart(
    name: str, late: bool, user: int, attachment: int, file: str
) -> None:
    called = f"{name}_{'LATE_' if late else ''}{user}_{attachment}_{file}"
    assert parsed(called) == Named(name, str(user), attachment, file, late)


@given(user=NUMBERS, attachment=NUMBERS, end=NUMBERS, file=FILES)
def test_a_known_id_decides_where_a_name_ends_in_a_number(
    user: int, attachment: int, end: int, file: str
) -> None:
    called = f"smith_{end}_{user}_{attachment}_{file}"
    found = parsed(called, {str(user)} - {str(end)})
    assert found is not None
    assert end == user or (found.user, found.attachment, found.file) == (
        str(user),
        attachment,
        file,
    )


WORDS = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=8)


@given(first=WORDS, last=st.lists(WORDS, min_size=1, max_size=3))
def test_a_name_is_known_as_canvas_writes_it(first: str, last: list[str]) -> None:
    family = " ".join(last)
    as_canvas = names(canvas_name(f"{family}, {first}"))
    assert as_canvas & names(f"{first} {family}")
    assert as_canvas & names(f"{family}, {first}")
