"""Each thing that is taken from inside pytest works as the engine needs it.

Where a release of pytest breaks one, its test here fails by its name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.engine import pytest_internals

TESTS = """
import pytest

runs = []

@pytest.fixture(scope="module")
def shared():
    runs.append("module set up")
    yield
    runs.append("module torn down")

@pytest.fixture
def own():
    runs.append("fixture")
    return len(runs)

@pytest.fixture
def given(request):
    runs.append("the plugin's own was used")
    return "from the fixture"

def test_first(shared, own, given):
    runs.append((own, given))

def test_second(shared):
    runs.append("second")
"""


class Plugin:
    def __init__(self) -> None:
        self.configured = False

    def pytest_configure(self, config: pytest.Config) -> None:
        self.configured = True


@pytest.fixture
def session(tmp_path: Path) -> pytest.Session:
    path = tmp_path / f"test_of_{tmp_path.name}.py"  # no module of another test
    path.write_text(TESTS)
    return pytest_internals.collected(configuration(path))


def configuration(path: Path, plugin: Plugin | None = None) -> pytest.Config:
    options = ["-p", "no:terminalreporter", "--capture=no", "--import-mode=importlib"]
    arguments = [*options, "-c", "/dev/null", "--rootdir", str(path.parent), str(path)]
    return pytest_internals.configured(arguments, plugin or Plugin())


def items(session: pytest.Session) -> tuple[pytest.Function, pytest.Function, list[object]]:
    first, second = session.items
    assert isinstance(first, pytest.Function)
    assert isinstance(second, pytest.Function)
    return first, second, first.function.__globals__["runs"]


def test_prepareconfig_and_do_configure_make_a_configuration_with_the_plugin_in_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plugin = Plugin()
    config = configuration(tmp_path / "test_some.py", plugin)
    assert plugin.configured
    assert config.pluginmanager.is_registered(plugin)
    assert config.rootpath == tmp_path
    assert capfd.readouterr().out == ""


def test_session_from_config_collects_and_runs_nothing(session: pytest.Session) -> None:
    assert [item.name for item in session.items] == ["test_first", "test_second"]
    assert items(session)[2] == []


def test_session_from_config_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="nowhere"):
        pytest_internals.collected(configuration(tmp_path / "nowhere"))


def test_initrequest_gives_fresh_fixtures_and_funcargs_those_that_are_given(
    session: pytest.Session,
) -> None:
    first, _, runs = items(session)
    for given in ("a", "b"):
        pytest_internals.renew_fixtures(first, {"given": given, "not asked for": 0})
        pytest_internals.run(first, following=None)
    torn_down = ["module set up", "fixture", (2, "a"), "module torn down"]
    assert runs == [*torn_down, "module set up", "fixture", (6, "b"), "module torn down"]


def test_request_is_given_as_well(session: pytest.Session) -> None:
    first, second, _ = items(session)
    pytest_internals.renew_fixtures(first, {"given": "g"})
    assert first.funcargs["request"].node is first
    pytest_internals.renew_fixtures(second, {"given": "g"})
    assert second.funcargs == {}


def test_setupstate_keeps_what_the_following_test_shares(session: pytest.Session) -> None:
    first, second, runs = items(session)
    for item, following in ((first, second), (second, None)):
        pytest_internals.renew_fixtures(item, {"given": "g"})
        pytest_internals.run(item, following)
    assert runs == ["module set up", "fixture", (2, "g"), "second", "module torn down"]


def test_setupstate_tears_down_after_a_failure_too(session: pytest.Session) -> None:
    first, second, runs = items(session)
    pytest_internals.renew_fixtures(first, {"given": "g"})
    first.obj = lambda shared, own, given: 1 / 0
    with pytest.raises(ZeroDivisionError):
        pytest_internals.run(first, following=None)
    assert runs[-1] == "module torn down"
    pytest_internals.renew_fixtures(second, {})
    pytest_internals.run(second, following=None)
    assert runs[-2:] == ["second", "module torn down"]
