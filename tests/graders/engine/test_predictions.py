"""predictions.csv is read strictly, and what is wrong is said of a row."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders.engine.predictions import read_predictions
from graders.errors import Rejected

IDS = frozenset(range(4))
GOOD = "id,label\n0,3\n1,0\n2,9\n3,3\n"


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.rstrip(),
        GOOD + "\n\n",
        "ID, Label\n3,3\n 2 ,9\n1, 0\n0,3\n",
        '"id","label"\n"0","3"\n"1","0"\n"2","9"\n"3","3"\n',
    ],
)
def test_the_same_predictions_in_every_usual_form(text: str) -> None:
    assert read_predictions(text.encode(), IDS) == {0: 3, 1: 0, 2: 9, 3: 3}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("0,3\n1,0\n", "row 1 is '0,3' where the header id,label belongs"),
        ("id,class\n0,3\n", "row 1 is 'id,class'"),
        (GOOD.replace("1,0", "1"), "row 3 has 1 columns"),
        (GOOD.replace("1,0", "1,0,7"), "row 3 has 3 columns"),
        (GOOD.replace("1,0", "1,cat"), "row 3: the label is 'cat', not a whole number"),
        (GOOD.replace("1,0", "1,0.0"), "row 3: the label is '0.0', not a whole number"),
        (GOOD.replace("1,0", "1,"), "row 3: the label is '', not a whole number"),
        (GOOD.replace("1,0", "1,-1"), "row 3: the label is '-1', not a whole number"),
        (GOOD.replace("1,0", "1,10"), "row 3: label 10 is not one of 0 to 9"),
        (GOOD.replace("1,0", "1,٣"), "row 3: the label is"),
        (GOOD.replace("1,0", "4,0"), "row 3: there is no image 4; ids go from 0 to 3"),
        (GOOD.replace("1,0", "1," + "9" * 5000), "row 3: the label is"),
        (GOOD.replace("2,9", "0,9"), "row 4: id 0 was in row 2 already"),
        ("id,label\n0,3\n2,9\n", "2 of 4 ids are missing, the first is 1"),
        (GOOD.replace("1,0", '1,"0'), "cannot be read"),
        ("id,label\n0,3\n\n\n1,x\n", "row 5: the label is 'x'"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(text: str, says: str) -> None:
    with pytest.raises(Rejected) as error:
        read_predictions(text.encode(), IDS)
    assert says in str(error.value)
    assert len(str(error.value)) < 200


def test_bytes_that_are_not_text_name_their_row() -> None:
    with pytest.raises(Rejected, match="row 2 is not UTF-8"):
        read_predictions(b"id,label\n0,\xff\n", IDS)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_rejected(content: bytes) -> None:
    with contextlib.suppress(Rejected):
        assert read_predictions(b"id,label\n" + content, IDS).keys() == IDS


@given(st.permutations(range(30)), st.lists(st.integers(0, 9), min_size=30, max_size=30))
def test_rows_come_in_any_order(order: list[int], labels: list[int]) -> None:
    rows = "".join(f"{number},{labels[number]}\n" for number in order)
    found = read_predictions(f"id,label\n{rows}".encode(), frozenset(range(30)))
    assert found == dict(enumerate(labels))
