"""Copies are found in disguise, and honest answers to the same question are left in peace."""

import ast
import json
import random
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup

from graders.engine.catalogue import course_root, source_path
from graders.errors import BadInput
from graders.nbgrader.gradebook_cells import released
from graders.reports import alike
from graders.reports.alike import similar_pairs
from graders.reports.own_code import Stub, prepare
from graders.reports.similarity import side_by_side, similarity
from tests.graders.reports.made_class import made_class

HONEST = {
    path.stem: path.read_text()
    for path in sorted((course_root() / "tests" / "alternates" / "softmax").glob("*.py"))
}
HONEST["reference"] = source_path("softmax").read_text()


@pytest.fixture(scope="module")
def stub():
    cells = released(source_path("softmax")).cells
    return Stub.of([cell.source for cell in cells if cell.cell_type == "code"])


def disguise(source, seed=0):
    """Rename every variable, drop docstrings and comments, shuffle functions, lay out anew."""
    rng = random.Random(seed)
    tree = ast.parse(source)
    names = sorted(
        {node.id for node in ast.walk(tree)
         if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    )  # fmt: skip
    new = {name: f"v{rng.randrange(10**6)}" for name in names if name != "self"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
        elif isinstance(node, ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    rest = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    rng.shuffle(functions)
    tree.body = rest + functions
    return ast.unparse(tree)


def test_copies_stand_out_from_a_class_that_writes_much_the_same(stub):
    """Which copies are found in a class of 500 prints tests/benchmarks/similarity.py."""
    made = made_class("softmax", 80, 6)
    pairs = similar_pairs([prepare(name, [text], stub) for name, text in made.sources.items()])
    shown = {frozenset(names_of(pair)) for pair in pairs}
    assert shown >= made.planted.keys()
    assert len(shown) <= len(made.planted) + 2


def test_what_was_handed_out_is_not_shown(stub):
    given = source_path("softmax").read_text()
    written = given.replace("### BEGIN SOLUTION", "# mine").replace("### END SOLUTION", "")
    shown = "\n".join(prepare("ann", [written], stub).lines)
    assert "def softmax(scores" in shown
    assert "exponentials.sum(axis=1" in shown
    assert "# mine" in shown
    for theirs in ("Turn each row of scores", "jupytext", "### BEGIN", "\n\n\n"):
        assert theirs not in shown


def names_of(pair):
    return {pair.left.student, pair.right.student}


@pytest.mark.parametrize("victim", sorted(HONEST))
def test_a_disguised_copy_stands_out_from_a_class_of_honest_answers(stub, victim):
    sources = HONEST | {"thief": disguise(HONEST[victim])}
    pairs = similar_pairs([prepare(name, [text], stub) for name, text in sources.items()])
    assert names_of(pairs[0]) == {"thief", victim}
    assert pairs[0].similarity > 0.5
    assert all(pair.similarity < 0.25 for pair in pairs[1:])


@pytest.mark.parametrize("copied", ["train_linear_softmax", "softmax_loss", "svm_loss"])
def test_one_copied_function_is_found_and_marked(stub, copied):
    def functions(text):
        return {n.name: ast.unparse(n) for n in ast.parse(text).body
                if isinstance(n, ast.FunctionDef)}  # fmt: skip

    mixed = functions(HONEST["loops"])
    mixed[copied] = functions(disguise(HONEST["reference"]))[copied]
    sources = HONEST | {"mixed": "\n\n".join(mixed.values())}
    del sources["loops"]
    (pair,) = similar_pairs([prepare(name, [text], stub) for name, text in sources.items()])
    assert names_of(pair) == {"mixed", "reference"}
    side = side_by_side(pair)[pair.right.student == "mixed"]
    marks = [line.matches for line in side]
    start = next(i for i, line in enumerate(side) if line.text.startswith(f"def {copied}("))
    length = len(mixed[copied].splitlines())
    assert np.mean(marks[start : start + length]) > 0.8
    assert np.mean(marks[:start] + marks[start + length :]) < 0.2
    assert pair.passage >= 0.7 * length


def test_honest_answers_alone_raise_nothing(stub):
    assert similar_pairs([prepare(name, [text], stub) for name, text in HONEST.items()]) == []


def test_what_was_handed_out_is_nobodys_own(stub):
    cells = [c.source for c in released(source_path("softmax")).cells if c.cell_type == "code"]
    script = [f"# %%\n{source}" for source in cells]
    untouched = [prepare("ann", cells, stub), prepare("ben", script, stub)]
    assert [own.fingerprints for own in untouched] == [(), ()]
    assert similar_pairs(untouched) == []


def test_what_the_whole_class_has_counts_for_little():
    rng = random.Random(0)

    def chapter(number):
        return "\n".join(
            f"a{i} = {rng.choice(['np.exp', 'np.log', 'len', 'abs'])}(b.c{rng.randrange(99)})"
            for i in range(number)
        )

    everyone, secret = chapter(40), chapter(12)
    none = Stub.of([])
    read = [prepare(f"s{i}", [everyone, chapter(12)], none) for i in range(30)]
    read += [prepare(name, [everyone, secret], none) for name in ("left", "right")]
    pairs = similar_pairs(read)
    assert names_of(pairs[0]) == {"left", "right"}
    assert len(pairs) == 1


@pytest.mark.parametrize("block", [1, 3, 4096])
def test_the_matrix_form_is_the_sum_over_shared_fingerprints(stub, monkeypatch, block):
    monkeypatch.setattr(alike, "BLOCK", block)
    hashes = [
        frozenset(p.hash for p in prepare(name, [text[:1500]], stub).fingerprints)
        for name, text in HONEST.items()
    ]
    weight = {hash_: 1.0 + hash_ % 7 for own in hashes for hash_ in own}
    shared = alike._shared_weight(hashes, weight, list(weight))
    for i, j in combinations(range(len(hashes)), 2):
        expected = sum(weight[hash_] for hash_ in hashes[i] & hashes[j])
        np.testing.assert_allclose(shared[i, j], expected, rtol=1e-6)


def test_the_order_of_submissions_changes_nothing(stub):
    sources = HONEST | {"thief": disguise(HONEST["einsum"])}
    read = [prepare(name, [text], stub) for name, text in sources.items()]
    (forward,), (backward,) = similar_pairs(read), similar_pairs(read[::-1])
    assert names_of(forward) == names_of(backward)
    assert forward.similarity == pytest.approx(backward.similarity)


@pytest.mark.parametrize("number", [0, 1])
def test_a_class_of_none_or_one_has_no_pairs(stub, number):
    assert similar_pairs([prepare("ann", [HONEST["loops"]], stub)][:number]) == []


@pytest.fixture
def folder(tmp_path):
    def hand_in(student, text, suffix=".py"):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / f"softmax{suffix}").write_text(text)

    for name in ("loops", "classes", "einsum"):
        hand_in(name, HONEST[name])
    cells = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []}
             for cell in disguise(HONEST["einsum"]).split("\n\n")]  # fmt: skip
    hand_in("thief", json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}), ".ipynb")
    hand_in("broken", "{", ".ipynb")
    (tmp_path / "in" / "absent").mkdir()
    return tmp_path / "in"


def test_the_report_shows_both_sides_and_who_was_not_compared(folder, tmp_path, capsys):
    assert similarity("softmax", folder, tmp_path / "report.html") == 0
    page = BeautifulSoup((tmp_path / "report.html").read_text(), "html.parser")
    (pair,) = page.select("details")
    assert "einsum and thief" in pair.summary.get_text()
    assert len(pair.select("ol.code")) == 2
    assert all(len(side.select("li.match")) > 20 for side in pair.select("ol.code"))
    skipped = {row.th.get_text(): row.td.get_text() for row in page.select("tbody tr")}
    assert skipped.keys() == {"absent", "broken"}
    assert "not a notebook" in skipped["broken"]
    out, err = capsys.readouterr()
    assert "4 compared, 1 pair to look at" in out
    assert "broken was not compared" in err


def test_submissions_are_read_and_never_run(folder, tmp_path):
    trap = f"open({str(tmp_path / 'ran')!r}, 'w').close()\n"
    markup = "# </li></ol><script>alert(1)</script> \x1b[31m\u202e\n"
    for name in ("eve", "mallory"):
        (folder / name).mkdir()
        (folder / name / "softmax.py").write_text(trap + markup + HONEST["reference"])
    similarity("softmax", folder, tmp_path / "report.html")
    assert not (tmp_path / "ran").exists()
    text = (tmp_path / "report.html").read_text()
    page = BeautifulSoup(text, "html.parser")
    assert "eve and mallory" in page.get_text()
    assert "identical" in page.get_text()
    assert not page.select("script")
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_wrong_use_is_one_line(folder, tmp_path):
    with pytest.raises(BadInput, match="no assignment is called"):
        similarity("nonsense", folder, tmp_path / "x.html")
    with pytest.raises(BadInput, match="is not a folder of submissions"):
        similarity("softmax", Path("nowhere"), tmp_path / "x.html")
    with pytest.raises(BadInput, match="is a folder"):
        similarity("softmax", folder, tmp_path)


def test_copies_of_the_courses_own_models_are_found_and_honest_blocks_are_not(tmp_path):
    folder = course_root() / "tests" / "alternates" / "architectures"
    honest = {path.stem: path.read_text() for path in sorted(folder.glob("*.py"))}
    honest["reference"] = source_path("architectures").read_text()
    block = ast.parse((course_root() / "lightning_modules" / "models" / "resnet.py").read_text())
    names = ("BasicBlock", "CifarBlock")
    (copied, *_) = [n for n in block.body if isinstance(n, ast.ClassDef) and n.name in names]
    copied.name = "ResidualBlock"
    for student, text in (honest | {"copier": disguise(ast.unparse(copied))}).items():
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / "architectures.py").write_text(text)
    assert similarity("architectures", tmp_path / "in", tmp_path / "page.html") == 0
    page = BeautifulSoup((tmp_path / "page.html").read_text(), "html.parser")
    shown = [summary.find_all("span")[0].get_text() for summary in page.select("summary")]
    assert shown == ["copier and the course's resnet.py"]
