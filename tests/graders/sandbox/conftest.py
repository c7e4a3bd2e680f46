"""A sandbox of each form of isolation, and a session in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graders.sandbox.isolation import Isolation
from graders.sandbox.sandbox import Sandbox, Session
from tests.graders.sandbox.inside import sandbox_of


@pytest.fixture(
    scope="module", params=[Isolation.NESTED, Isolation.SINGLE], ids=lambda level: level.name
)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with sandbox_of(request.param) as made:
        yield made


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    opened = sandbox.open("softmax")
    yield opened
    opened.end()
