"""From a file's bytes to cells: every honest form is read, everything else is refused in words."""

from __future__ import annotations

import json
from typing import Any

import jupytext
import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.engine.catalogue import source_path
from graders.engine.cells import Code, from_notebook, from_script
from graders.engine.pieces import MAX_CELLS
from graders.errors import Rejected
from graders.sandbox.magics import compile_cell


def run(code: Code) -> dict[str, Any]:
    """The names that the cells define when they run one after another."""
    namespace: dict[str, Any] = {}
    for cell in code.cells:
        exec(compile_cell(cell.source, cell.file), namespace)
    return {name: value for name, value in namespace.items() if not name.startswith("__")}


def notebook(*cells: Any, **more: Any) -> bytes:
    made = [
        {"cell_type": "code", "source": cell} if isinstance(cell, (str, list)) else cell
        for cell in cells
    ]
    return json.dumps({"cells": made, "nbformat": 4, "metadata": {}, **more}).encode()


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_read_as_no_code(content: bytes) -> None:
    """So it is graded, with a message, in either form."""
    assert from_notebook("a.ipynb", content).cells == ()
    if content != b"\xff\xfe":  # no script in UTF-16
        assert from_script("a.py", content).cells == ()


# scripts


@pytest.mark.parametrize(
    "content",
    [
        "x = 'é'\n".encode(),
        b"\xef\xbb\xbf" + "x = 'é'\n".encode(),
        "# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"),
        "# coding: cp1252\nx = 'é'\n".encode("cp1252"),
        "# vim: set fileencoding=iso-8859-15 :\nx = 'é'\n".encode("iso-8859-15"),
        "# %%\r\nx = 'é'\r\n".encode(),
        "# %%\rx = 'é'\r".encode(),
    ],
    ids=["UTF-8", "BOM", "latin-1", "cp1252", "vim", "Windows line ends", "old Mac line ends"],
)
def test_a_script_is_read_in_its_encoding(content: bytes) -> None:
    assert run(from_script("softmax.py", content)) == {"x": "é"}


@pytest.mark.parametrize(
    "content",
    [
        b"x = '\xe9'\n",
        "x = 1\n".encode("utf-16"),
        b"# coding: no-such-thing\nx = 1\n",
        b"# coding: punycode\n" + b"a" * 100,  # takes hours over a long text
        b"# coding: undefined\nx = 1\n",
        b"# coding: unicode_escape\nx = 1\n",
        b"# coding: hex\n00",
        b"\xef\xbb\xbf# coding: latin-1\n",
    ],
)
def test_what_is_not_readable_text_is_refused(content: bytes) -> None:
    with pytest.raises(Rejected, match=r"softmax\.py is not readable text: save it as UTF-8"):
        from_script("softmax.py", content)


def test_a_script_splits_at_its_cell_lines_and_keeps_line_numbers() -> None:
    source = "x = 1\n\n# %% first\ny = 2\n\n#%%\n1 / 0\n"
    code = from_script("softmax.py", source.encode())
    assert [cell.label for cell in code.cells] == [
        "softmax.py from line 1",
        "softmax.py from line 3",
        "softmax.py from line 6",
    ]
    assert code.whole == source
    with pytest.raises(ZeroDivisionError) as error:
        exec(compile(code.cells[2].source, "softmax.py", "exec"))
    assert error.traceback[-1].lineno == 6  # counted from 0


@pytest.mark.parametrize("content", [b"", b"\n\n  \n", b"\xef\xbb\xbf"])
def test_an_empty_script_has_no_cells(content: bytes) -> None:
    assert from_script("softmax.py", content).cells == ()


def test_cells_by_the_million_are_refused_in_no_time() -> None:
    """Each carried the line ends before it: memory grew with the square of the file."""
    with pytest.raises(Rejected, match="cells"):
        from_script("softmax.py", b"# %%\n" * 1_000_000)
    with pytest.raises(Rejected, match="cells"):
        from_notebook("softmax.ipynb", notebook(*["1"] * (MAX_CELLS + 1)))


def test_as_many_cells_as_allowed_are_read() -> None:
    assert len(from_script("softmax.py", b"# %%\nx = 1\n" * MAX_CELLS).cells) == MAX_CELLS


# notebooks


def test_the_assignments_own_notebook_is_read() -> None:
    source = source_path("softmax")
    made = nbformat.writes(jupytext.read(source), version=4).encode()
    assert "softmax_loss" in run(from_notebook("softmax.ipynb", made))


@pytest.mark.parametrize(
    "content",
    [
        notebook("x = 1\ny = 2"),
        notebook(["x = 1\n", "y = 2"]),
        notebook("x = 1\r\ny = 2"),
        notebook("x = 1", {"cell_type": "markdown", "source": "y = 3"}, "", "  \n", "y = 2"),
        notebook("x = 1", {"cell_type": "raw", "source": "z ="}, "y = 2"),
        notebook("x = 1", 7, None, [], {"no": "type"}, "y = 2"),
        b"\xef\xbb\xbf" + notebook("x = 1\ny = 2"),
        json.dumps(json.loads(notebook("x = 1\ny = 2"))).encode("utf-16"),
        notebook("x = 1\ny = 2", nbformat=99, metadata=None),
        notebook({"cell_type": "code", "source": "x = 1\ny = 2", "outputs": "none"}),
        json.dumps(
            {
                "nbformat": 3,
                "worksheets": [
                    {"cells": [{"cell_type": "code", "input": ["x = 1"]}]},
                    {"cells": [{"cell_type": "code", "input": "y = 2"}]},
                ],
            }
        ).encode(),
    ],
    ids=[
        *("text", "lines", "Windows line ends", "markdown and blanks between", "raw between"),
        *("things that are no cells", "BOM", "UTF-16", "a format of the future", "odd outputs"),
        "format 3",
    ],
)
def test_honest_notebooks_are_read(content: bytes) -> None:
    assert run(from_notebook("softmax.ipynb", content)) == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"print('not a notebook')", "not JSON"),
        (b"\xff\xfe\xfd", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells":' * 50_000, "nested too deeply"),
        (b"null", "no list of cells"),
        (b"[]", "no list of cells"),
        (b"{}", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"worksheets": [1]}', "no list of cells"),
        (notebook({"cell_type": "code", "source": 7}), "not text"),
        (notebook({"cell_type": "code", "source": ["x", 7]}), "not text"),
        (b'{"cells": [' + b"9" * 5000 + b"]}", "not JSON"),
    ],
)
def test_what_is_no_notebook_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Rejected, match=r"^softmax\.ipynb ") as error:
        from_notebook("softmax.ipynb", content)
    assert why in str(error.value)


def test_labels_count_code_cells_as_people_do() -> None:
    code = from_notebook(
        "softmax.ipynb", notebook("x = 1", {"cell_type": "markdown", "source": ""}, "y = 2")
    )
    assert [cell.label for cell in code.cells] == ["cell 1", "cell 2"]


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda i: (
            st.lists(i)
            | st.dictionaries(
                st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "code"]), i
            )
        ),
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        code = from_notebook("softmax.ipynb", json.dumps(value).encode())
    except Rejected:
        return
    assert all(isinstance(cell.source, str) for cell in code.cells)


# notebook syntax


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1",
        "!pip install numpy\nx = 1",
        "%%time\nx = 1",
        "%%capture out\nx = 1",
        "files = !ls\nx = 1\ndel files",
        "print?\nx = 1",
        "?print\nx = 1",
        "if True:\n    %timeit 1 + 1\n    x = 1",
        "text = '''\n%not magic\n'''\nx = 1\ndel text",
        "x = 7 \\\n% 2",
    ],
)
def test_magics_cost_nothing(source: str) -> None:
    assert run(from_notebook("softmax.ipynb", notebook(source))) == {"x": 1}


@pytest.mark.parametrize(
    "source", ["%%bash\nrm -rf /", "%%html\n<b>x</b>", "%%writefile a.py\nx = 1"]
)
def test_cells_in_other_languages_are_passed_over(source: str) -> None:
    assert run(from_notebook("softmax.ipynb", notebook(source))) == {}


def test_a_line_number_counts_magics_too() -> None:
    with pytest.raises(ZeroDivisionError) as error:
        run(from_notebook("softmax.ipynb", notebook("%%time\n%matplotlib inline\n1 / 0")))
    assert error.traceback[-1].lineno == 2
