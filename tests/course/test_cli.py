"""The command line: quick to start, helpful, and brief when something is wrong."""

import subprocess
import sys

import pytest

from course.cli import build_parser, main

COMMANDS = sorted(build_parser()._subparsers._group_actions[0].choices)


@pytest.mark.parametrize("arguments", [["--help"], ["grade", "--help"], ["doctor", "--help"]])
def test_help_imports_neither_torch_nor_lightning(arguments):
    script = (
        "import sys\n"
        "from course.cli import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'lightning', 'numpy', 'wandb', 'nbgrader'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage: dlcourse" in done.stdout


def test_python_m_course_is_the_same_command():
    done = subprocess.run(
        [sys.executable, "-m", "course", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("usage: dlcourse")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("validate", "predict")])
def test_every_command_is_in_the_overview_and_shows_an_example(command, capsys):
    overview = build_parser().format_help()
    assert f" {command} " in overview
    if command in ("fit", "test"):
        return  # LightningCLI writes their help
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"example: dlcourse {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["learn"], ["grade"], ["export", "softmax"]])
def test_wrong_usage_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "dlcourse" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["check", "sofmax"], "sofmax"),
        (["check", "softmax", "nowhere.py"], "nowhere.py"),
        (["release", "sofmax", "--out", "x"], "sofmax"),
        (["data", "get", "minst"], "minst"),
        (["export", "softmax", "--from", "x", "--format", "csv", "--to", "y"], "results.json"),
    ],
)
def test_bad_input_is_one_line_that_names_it(tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("dlcourse: ")
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
