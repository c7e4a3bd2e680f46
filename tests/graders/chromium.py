"""A real browser, looked at and clicked in as a person would, over Chromium's DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket  # one of Jupyter's own dependencies
from bs4 import BeautifulSoup

PATIENCE = 60  # seconds until what was clicked has to show

# The first element that matches a selector and holds a text, also inside of frames, and where its
# middle is on the screen; nothing while it is not there, hidden or covered, or its page loads.
FIND = """
((selector, text) => {
  const look = (root, left, top) => {
    if (root.readyState !== "complete") return null;
    for (const element of root.querySelectorAll(selector)) {
      if (!element.textContent.includes(text)) continue;
      element.scrollIntoView({block: "nearest"});
      const box = element.getBoundingClientRect();
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      const there = root.elementFromPoint(x, y);
      if (box.width && there && (element.contains(there) || there.contains(element)))
        return {x: left + x, y: top + y, text: element.innerText};
    }
    for (const frame of root.querySelectorAll("iframe")) {
      const box = frame.getBoundingClientRect();
      const found = box.width && look(frame.contentDocument, left + box.left, top + box.top);
      if (found) return found;
    }
    return null;
  };
  return look(document, 0, 0);
})(%s, %s)
"""


class Browser:
    """One tab of a Chromium."""

    def __init__(self, debugger: str) -> None:
        self._socket = websocket.create_connection(debugger, timeout=PATIENCE, suppress_origin=True)
        self._numbers = itertools.count(1)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def evaluate(self, script: str) -> Any:
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    def resize(self, width: int, height: int = 900, *, phone: bool = False) -> None:
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )

    def picture(self, **part: Any) -> bytes:
        """A PNG of what is seen; ``clip`` says of which part."""
        taken = self.send("Page.captureScreenshot", format="png", **part)
        return base64.b64decode(taken["data"])

    def open(self, url: str) -> None:
        """Show a page, and wait until it is there."""
        self.send("Page.navigate", url=url)
        until = time.monotonic() + PATIENCE
        while self.evaluate("document.readyState + ' ' + location.href") != f"complete {url}":
            assert time.monotonic() < until, f"{url} did not open"
            time.sleep(0.05)

    def find(self, selector: str, text: str = "") -> dict[str, Any]:
        """Wait until an element can be clicked and stays where it is; its place and text."""
        until = time.monotonic() + PATIENCE
        before = None
        while time.monotonic() < until:
            found = self.evaluate(FIND % (json.dumps(selector), json.dumps(text)))
            if found and found == before:  # a page that still moves would put another thing there
                return dict(found)
            before = found
            time.sleep(0.2)
        raise AssertionError(f"no {selector} with {text!r} on the page")

    def click(self, selector: str, text: str = "") -> None:
        at = self.find(selector, text)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.send(
                "Input.dispatchMouseEvent",
                type=kind,
                x=at["x"],
                y=at["y"],
                button="left",
                clickCount=1,
            )

    def page(self) -> BeautifulSoup:
        """The page as its scripts have made it."""
        return BeautifulSoup(self.evaluate("document.documentElement.outerHTML"), "html.parser")

    def type(self, text: str) -> None:
        """Type where the last click was."""
        self.send("Input.insertText", text=text)


@contextmanager
def chromium(url: str, profile: Path) -> Iterator[Browser]:
    """A browser that shows ``url``."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    assert program, "no Chromium to open pages in: install the Debian package `chromium`"
    process = subprocess.Popen(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         f"--user-data-dir={profile}", "--remote-debugging-port=0", "--window-size=1600,1300", url],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield Browser(_tab(process))
    finally:
        process.terminate()
        process.wait(30)


def _tab(process: subprocess.Popen[str]) -> str:
    """The address of the one tab's debugger."""
    assert process.stderr is not None
    line = next(line for line in process.stderr if "DevTools listening on" in line)
    port = line.partition("127.0.0.1:")[2].partition("/")[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=PATIENCE) as answer:
        tabs = json.load(answer)
    return str(next(tab for tab in tabs if tab["type"] == "page")["webSocketDebuggerUrl"])
