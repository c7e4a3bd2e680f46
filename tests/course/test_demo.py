"""The demo, whole: what a newcomer sees after `make demo`."""

import json

import pytest

from course.demo_class import replace_function


def test_it_trains_to_the_promised_accuracy(demo):
    out = demo.out
    (summary,) = (out / "training" / "test").rglob("metrics.csv")
    header, *rows = summary.read_text().splitlines()
    accuracy = dict(zip(header.split(","), rows[-1].split(","), strict=True))["test_acc"]
    assert float(accuracy) >= 0.88
    assert (out / "training" / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert list((out / "training").rglob("*.wandb"))


def test_it_grades_a_class_and_says_why(demo):
    out, said = demo.out, demo.said
    results = json.loads((out / "grades" / "results.json").read_text())
    scores = {s["student"]: s["score"] for s in results["submissions"]}
    assert len(scores) >= 12
    for student in scores:
        assert f" {student} " in said
    assert {scores[student] for student in ("ada", "ben", "chen", "ned")} == {100.0}
    assert {scores[student] for student in ("ivan", "jo", "lee", "olga")} == {0.0}


def test_every_file_that_it_names_is_there(demo):
    out, said = demo.out, demo.said
    named = said[said.index("Open these") :]
    for path in (
        out / "training" / "curves.png",
        out / "grades" / "report.html",
        out / "grades" / "feedback" / "dora.html",
        out / "handout",
        out / "grades" / "gradebook.db",
    ):
        assert str(path) in named
        assert path.exists()


def test_a_mistake_takes_the_place_of_one_function():
    source = "x = 1\n\ndef f(a):\n    return a\n\ndef g():\n    return f(2)\n"
    replaced = replace_function(source, "\ndef f(a):\n    return 2 * a\n")
    namespace = {}
    exec(replaced, namespace)
    assert (namespace["x"], namespace["g"]()) == (1, 4)
    with pytest.raises(ValueError, match="no function h"):
        replace_function(source, "def h(): pass")
