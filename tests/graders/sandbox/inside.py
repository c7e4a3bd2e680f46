"""Asking code that runs inside a sandbox, and looks around there."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from graders.sandbox import sandbox as sandbox_module
from graders.sandbox import wire
from graders.sandbox.connection import Connection, Refused
from graders.sandbox.isolation import Isolation
from graders.sandbox.limits import MIB, Limits
from graders.sandbox.sandbox import Died, Sandbox, Session

LIMITS = Limits(memory_bytes=256 * MIB, processes=24, file_bytes=2 * MIB, message_bytes=2 * MIB)
SECONDS = 20.0  # generous: what hangs is killed by it, nothing waits for it


@contextmanager
def sandbox_of(level: Isolation, limits: Limits = LIMITS) -> Iterator[Sandbox]:
    """A sandbox with that isolation: the lower one as on a machine that refuses the higher."""

    def refusing(isolation: Isolation, *rest: Any) -> Connection:
        if isolation is not level:
            raise Refused("simulated")
        return Connection(isolation, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox_module, "Connection", refusing)
        made = Sandbox(limits)
    with made:
        assert made.isolation is level
        yield made


def ask(session: Session, *request: Any, seconds: float = SECONDS, **more: Any) -> Any:
    revive: Callable[[Any], Any] = more.get("revive", lambda reference: reference)
    return session.exchange(wire.encode(request), seconds, revive, more.get("callbacks", []))


def run(session: Session, source: str, seconds: float = SECONDS) -> tuple[Any, ...]:
    """The answer to running ``source`` as a cell."""
    answer: tuple[Any, ...] = ask(
        session, "run", "cell 1", textwrap.dedent(source), seconds=seconds
    )
    return answer


def look(session: Session, source: str) -> Any:
    """What ``source`` finds, in its variable ``found``."""
    assert run(session, source)[0] == "result", run(session, source)
    return ask(session, "get", None, "found")[1]


def outcome(session: Session, source: str, seconds: float = SECONDS) -> str:
    """What stopped ``source``: the limit that ended the session, or the error that was raised."""
    try:
        return str(run(session, source, seconds)[:2])
    except Died as died:
        return died.reason
    except TimeoutError:
        return "time"
