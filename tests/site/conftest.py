"""One browser for all tests of widgets, and the widgets as the site has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from course.site.extensions import digit_networks, widgets
from course.site.extensions.bundles import bundle
from lightning_modules.datamodules.store import load
from tests.graders.chromium import Browser, chromium

PAGE = """<!doctype html>
<html lang="en" data-theme="light">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{name}</title>
<link rel="stylesheet" href="widgets.css">
<script>
window.wrong = [];
addEventListener("error", event => wrong.push(event.message));
addEventListener("unhandledrejection", event => wrong.push(String(event.reason)));
console.error = (...words) => wrong.push(words.join(" "));
</script>
<div class="widget" data-widget="{name}">nothing yet</div>
<script defer src="{name}.js"></script>
</html>
"""


class Page:
    """What a person without a mouse does with a page, and is told."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def run(self, script: str) -> Any:
        answer = self.browser.send("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def focus(self, selector: str, number: int = 0) -> None:
        self.run(f"document.querySelectorAll({json.dumps(selector)})[{number}].focus()")

    def press(self, key: str, times: int = 1) -> None:
        typed = {"text": " "} if key == " " else {}
        for _ in range(times):
            self.browser.send("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **typed)
            self.browser.send("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)

    def says(self) -> str:
        return str(self.run("document.querySelector('[aria-live]').textContent"))

    def drawn(self, number: int = 0) -> str:
        """A canvas's picture, to be compared with another."""
        return str(self.run(f"document.querySelectorAll('canvas')[{number}].toDataURL()"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium("about:blank", tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="session")
def untrained() -> dict[str, torch.nn.Module]:
    """The networks of the widget that reads digits, as they start."""
    torch.manual_seed(0)
    return {name: build().eval() for name, build in digit_networks.NETWORKS.items()}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, untrained: dict[str, torch.nn.Module]) -> Path:
    """A folder with a page for each widget."""
    folder = tmp_path_factory.mktemp("site")
    arrays = {name: torch.from_numpy(array[:60]) for name, array in load("mnist_subset").items()}
    images, labels = arrays["test_images"], arrays["test_labels"].long()
    widgets.write(folder, digit_networks.module(untrained, images, labels))
    for name in widgets.NAMES:
        (folder / f"{name}.html").write_text(PAGE.format(name=name))
    return folder


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """The browser; at the end no script may have failed."""
    found = Page(browser)
    yield found
    assert found.run("window.wrong ?? []") == []


@pytest.fixture(scope="session")
def compute(browser: Browser) -> Callable[..., Any]:
    """Evaluates an expression in which modules of the widgets are constants."""
    sources = widgets.modules()

    def evaluate(expression: str, *modules: str, **given: Any) -> Any:
        imports = "\n".join(f'import {{}} from "./{name}.js";' for name in modules)
        code = bundle("test", {**sources, "test": imports})
        given = {name: json.dumps(value) for name, value in given.items()}
        given |= {name: f"${name}" for name in modules}
        data = "".join(f"const {name} = {value};" for name, value in given.items())
        return Page(browser).run(f"(() => {{ {code}\n{data} return {expression}; }})()")

    return evaluate
