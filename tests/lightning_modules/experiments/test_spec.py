"""What an experiment's file may say, and the line that a wrong one gets."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from claims import experiment, fields

from lightning_modules.errors import BadInput
from lightning_modules.experiments.spec import load

TRIED = {"rate": {"try": [1, 2, 3]}}
TUNE = {"metric": "last/val_loss", "goal": "min"}


def write(folder: Path, **changed) -> Path:
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump(fields(**changed)))
    return path


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"claim": ""}, "claim: write a sentence"),
        ({"bars": []}, "unknown field bars; allowed: question"),
        ({"config": "x.yaml"}, "either a config: or a function:"),
        ({"function": None}, "either a config: or a function:"),
        ({"arms": {}}, "arms: name at least one"),
        ({"arms": {"a": 3, "b": {}}}, "arms.a: must hold options"),
        ({"metrics": {}}, "metrics: name those of the table"),
        ({"metrics": {"score": {"goal": "up"}}}, "metrics.score.goal is up; it must be max or min"),
        ({"bar": []}, "bar: a list of conditions"),
        ({"bar": [{"beter": ["a", "b"]}]}, "unknown field bar.0.beter"),
        ({"bar": [{"better": ["a", "z"]}]}, "bar.0.better: no arm z; there are a, b"),
        ({"bar": [{"better": ["a"]}]}, "name two arms or more"),
        ({"bar": [{"better": ["a", "b"], "metric": "loss"}]}, "metric is loss; it must be one of"),
        ({"bar": [{"better": ["a", "b"], "metric": "score"}]}, "bar.0.smallest is None"),
        (
            {"bar": [{"better": ["a", "b"], "metric": "score", "scale": "ratio", "smallest": 0.5}]},
            "smallest is 0.5; it must be a number, 1 or more",
        ),
        ({"seeds": 1}, "seeds is 1; it must be from 2"),
        ({"budgets": {"tiny": {}}}, "unknown field budgets.tiny; allowed: smoke, small, full"),
        ({"arms": {"a": TRIED, "b": {}}, "tune": TUNE}, "each must try equally often"),
        ({"options": TRIED}, "tune: goes with options that say {try:"),
        ({"tune": TUNE}, "tune: goes with options that say {try:"),
        (
            {"options": TRIED, "tune": {"metric": "last/test_acc", "goal": "max"}},
            "choose on validation, never on the test set",
        ),
        ({"options": TRIED, "tune": {"metric": "score"}}, "needs metric: and goal:"),
    ],
)
def test_a_wrong_field_is_one_line_that_names_it(tmp_path, changed, said):
    path = write(tmp_path, **changed)
    with pytest.raises(BadInput) as refused:
        load(path, tmp_path)
    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["- a", "a: [", ""])
def test_what_is_no_mapping_is_refused(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(BadInput, match=r"mine\.yaml: "):
        load(path, tmp_path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadInput, match="No such file"):
        load(tmp_path / "none.yaml", tmp_path)


def test_a_config_lies_beside_the_file_or_in_the_course(tmp_path):
    beside, course = tmp_path / "beside", tmp_path / "course"
    for folder, epochs in ((beside, 1), (course, 2)):
        folder.mkdir()
        (folder / "c.yaml").write_text(f"trainer: {{max_epochs: {epochs}}}")
    path = write(beside, function=None, config="c.yaml")
    assert load(path, course).config_values == {"trainer": {"max_epochs": 1}}
    (beside / "c.yaml").unlink()
    assert load(path, course).config_values == {"trainer": {"max_epochs": 2}}
    (course / "c.yaml").unlink()
    with pytest.raises(BadInput, match=r"config: no file c\.yaml beside it or in the course"):
        load(path, course)


def test_later_options_stand_over_earlier_ones():
    e = experiment(
        options={"x": 1, "rate": {"try": [1, 2]}},
        arms={"a": {"x": 2}, "b": {}},
        budgets={"full": {"x": 3}},
        tune=TUNE,
    )
    assert e.settings("a", "full", {"rate": 2}) == [{"x": 1}, {"x": 2}, {"x": 3}, {"rate": 2}]


def test_trials_are_all_combinations_and_smoke_takes_the_first():
    e = experiment(
        options={"x": {"try": [1, 2]}},
        arms={"a": {"y": {"try": [3, 4]}}, "b": {"z": {"try": [5, 6]}}},
        tune=TUNE,
    )
    assert e.trials("a", "small") == [{"x": i, "y": j} for i in (1, 2) for j in (3, 4)]
    assert e.trials("a", "smoke") == [{"x": 1, "y": 3}]
    assert experiment().trials("a", "small") == [{}]


def test_only_the_budget_of_a_run_is_in_its_hash():
    before, after = experiment(), experiment(budgets={"full": {"draws": 9}})
    assert before.setup_hash("small") == after.setup_hash("small")
    assert before.setup_hash("full") != after.setup_hash("full")
