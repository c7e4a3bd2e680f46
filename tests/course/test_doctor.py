"""``dlcourse doctor`` tells what is there, what is not, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from course import doctor
from course.cli import main
from graders.errors import BadInput
from graders.installation import ROOT
from graders.sandbox.isolation import Isolation


def texts(findings: object) -> str:
    return "\n".join(f"{f.state} {f.about}: {f.text}" for f in findings)  # type: ignore[attr-defined]


def test_the_command_names_everything_and_succeeds_here(
    capsys: pytest.CaptureFixture[str],
) -> None:
    status = main(["doctor"])
    said = capsys.readouterr().out
    assert status == 0, said
    for what in ("Python", "packages", "devices", "W&B", "isolation", "bubblewrap", "torch 2."):
        assert what in said


def test_what_is_missing_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"": ["no-such-thing>=1", "pip>=10000"], "notebooks": ["pip", "nor-this"]}
    monkeypatch.setattr(
        doctor, "requirements", lambda extra: [Requirement(r) for r in asked.get(extra, ["pip"])]
    )
    told = texts(doctor.packages())
    install = f"in {ROOT}: pip install --constraint constraints.txt --editable"
    assert "problem packages: for assignments: no no-such-thing, pip 2" in told
    assert f", not >=10000; {install} .\n" in told
    assert f'note packages: only for notebooks: no nor-this; {install} ".[notebooks]"\n' in told
    assert "ok packages: for lessons and assignments in PyTorch: pip 2" in told


def test_tracking_reads_the_login_and_sends_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("WANDB_MODE", "WANDB_API_KEY", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    login = tmp_path / "netrc"
    monkeypatch.setenv("NETRC", str(login))
    assert texts(doctor.tracking()).startswith("note W&B: not logged in")
    login.write_text("machine api.wandb.ai login user password canary\n")
    login.chmod(0o600)
    assert texts(doctor.tracking()) == "ok W&B: logged in to api.wandb.ai"
    monkeypatch.setenv("WANDB_BASE_URL", "https://wandb.example.org")
    assert texts(doctor.tracking()).startswith("note W&B: not logged in")
    monkeypatch.setenv("WANDB_MODE", "offline")
    assert texts(doctor.tracking()) == "ok W&B: offline by WANDB_MODE"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ((Isolation.NESTED, ""), f"ok isolation: {Isolation.NESTED}"),
        ((Isolation.SINGLE, "EPERM"), f"note isolation: {Isolation.SINGLE}; namespaces do not"),
        (BadInput("no namespaces: mend it"), "problem isolation: none, so nothing is graded: no"),
    ],
)
def test_each_level_of_isolation_is_named(
    monkeypatch: pytest.MonkeyPatch, found: object, told: str
) -> None:
    def in_force() -> object:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr("graders.sandbox.sandbox.isolation_in_force", in_force)
    assert texts(doctor.isolation()).startswith(told)


def test_a_problem_is_the_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "devices", lambda: [doctor.Finding("ok", "devices", "none")])
    monkeypatch.setattr(
        doctor, "isolation", lambda: [doctor.Finding("problem", "isolation", "none")]
    )
    assert doctor.doctor() == 1
    assert "✗ isolation  none" in capsys.readouterr().out
