"""``dlcourse doctor`` tells what is there, what is not, and what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from course import doctor
from course.cli import main
from graders.errors import BadInput
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


def test_a_missing_package_is_named_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor.metadata, "requires", lambda name: ["no-such-thing>=1", "pip>=10000"]
    )
    told = texts(doctor.packages())
    assert "problem packages: for everyone: no-such-thing is not installed, pip" in told
    assert "is not >=10000: pip install dlcourse" in told


def test_extras_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        doctor.metadata,
        "requires",
        lambda name: ["pip", "no-such-thing; sys_platform == 'linux' and extra == 'grade'"],
    )
    told = texts(doctor.packages())
    assert "ok packages: for everyone: pip" in told
    assert "note packages: for instructors: no-such-thing is not installed: " in told
    assert "pip install 'dlcourse[grade]'" in told


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
