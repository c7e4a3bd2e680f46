"""What the engine takes from inside pytest: private names, so a release may change any of them.

pytest's public way (``pytest.main``, and its protocol around each test) configures, collects and
reports once for every run. Here the same tests run for one student after another, some hundred
times as often as they are collected, and reports would cost more than most tests. Each use stands
in a function of its own with its reason, and ``tests/graders/engine/test_pytest_internals.py``
has a test for each that names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from _pytest.config import _prepareconfig


def configured(arguments: Sequence[str], plugin: object) -> pytest.Config:
    """A configuration with ``plugin`` in it.

    ``_prepareconfig`` and ``Config._do_configure`` are the part of ``pytest.main`` that comes
    before it runs anything and prints.
    """
    config = _prepareconfig(list(arguments), plugins=[plugin])
    config._do_configure()
    return config


def collected(config: pytest.Config) -> pytest.Session:
    """A session with its tests collected, none of them run.

    ``Session.from_config`` makes the session that the collection hook needs, and that
    ``pytest.main`` would end after one run.

    Raises:
        pytest.UsageError: there is nothing to collect from.
    """
    session = pytest.Session.from_config(config)
    config.hook.pytest_sessionstart(session=session)
    config.hook.pytest_collection(session=session)
    return session


def renew_fixtures(item: pytest.Function, given: Mapping[str, Any]) -> None:
    """Let ``item`` run again with fixtures of its own, those of ``given`` set already.

    ``Function._initrequest`` forgets the fixtures of the last run, as pytest's plugins for
    repeated tests do. What stands in ``Function.funcargs`` is not looked for any more: pytest's
    way to a fixture takes longer than most tests, and so does its way to ``request``, which the
    fixtures that are ``given`` may name: ``Function._request`` is what it would find.
    """
    item._initrequest()
    known = {**given, "request": item._request}
    item.funcargs |= {name: known[name] for name in known if name in item.fixturenames}


def run(item: pytest.Item, following: pytest.Item | None) -> None:
    """Set ``item`` up, run it, and tear down what it does not share with the ``following`` one.

    ``Session._setupstate`` is what pytest's own ``runtest`` protocol calls, between reports.

    Raises:
        BaseException: whatever a fixture or the test raised.
    """
    state = item.session._setupstate
    try:
        state.setup(item)
        item.runtest()
    finally:
        state.teardown_exact(following)
