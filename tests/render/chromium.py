"""A headless Chromium, driven over a pipe: what it is told, what it logs, what it asks of the network."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
]


class Event(NamedTuple):
    method: str
    params: dict[str, Any]


class Browser:
    """One Chromium process; `page` opens a tab in it."""

    def __init__(self, profile: Path) -> None:
        their_in, self._out = os.pipe()
        self._in, their_out = os.pipe()
        command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        # Chromium reads commands from file descriptor 3 and answers on 4.
        plumbing = f'exec "$@" 3<&{their_in} 4>&{their_out}'
        self._process = subprocess.Popen(
            ["bash", "-c", plumbing, "bash", *command],
            pass_fds=(their_in, their_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_in)
        os.close(their_out)
        self._buffer = b""
        self._number = 0
        self._targets: list[str] = []
        self.events: list[Event] = []

    def close(self) -> None:
        try:
            self.call("Browser.close")
            self._process.wait(10)
        except (OSError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; what happens meanwhile is kept in `events`."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params} | ({"sessionId": session} if session else {})
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result

    def open(self) -> str:
        """Open a tab; return its session."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._targets.append(target)
        session: str = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        return session

    def close_pages(self) -> None:
        """Close all tabs: large pages slow others down."""
        while self._targets:
            self.call("Target.closeTarget", targetId=self._targets.pop())

    def wait(self, method: str) -> None:
        while not any(event.method == method for event in self.events):
            self._read()

    def _read(self, timeout: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + timeout
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError("Chromium says nothing")
            got = os.read(self._in, 1 << 20)
            if not got:
                raise OSError("Chromium is gone")
            self._buffer += got
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        if "method" in message:
            self.events.append(Event(message["method"], message["params"]))
        return message

    def page(self, url: str, *, width: int = 1100, height: int = 900, dark: bool = False, scripts: bool = True) -> Page:
        return Page(self, url, width, height, dark=dark, scripts=scripts)


class Page:
    """A tab that has loaded a page."""

    def __init__(self, browser: Browser, url: str, width: int, height: int, *, dark: bool, scripts: bool) -> None:
        self._browser = browser
        self.url = url
        self._scripts = scripts
        self._session = browser.open()
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])
        if not scripts:
            self.call("Emulation.setScriptExecutionDisabled", value=True)
        browser.events.clear()
        self.call("Performance.enable")
        before = self._cpu_seconds()
        self.call("Page.navigate", url=url)
        browser.wait("Page.loadEventFired")
        self.settle()
        after = self._cpu_seconds()
        #: CPU seconds to load the page and draw it, which do not depend on what else runs. A new process begins at 0.
        self.cpu_seconds = after if after < before else after - before

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.call(method, self._session, **params)

    def run(self, script: str) -> Any:
        """Return the value of an expression, which may be a promise."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def _cpu_seconds(self) -> float:
        metrics = self.call("Performance.getMetrics")["metrics"]
        return next(float(metric["value"]) for metric in metrics if metric["name"] == "ProcessTime")

    def settle(self) -> None:
        """Wait until what was asked of the page is drawn."""
        if self._scripts:  # promises of a page without scripts are never kept
            self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def type(self, selector: str, text: str) -> None:
        """Give a field a value as a user would: it is there, then the page hears of it."""
        field = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{field}.value = {json.dumps(text)}; {field}.dispatchEvent(new Event('input', {{bubbles: true}}))")
        self.settle()

    def click(self, selector: str) -> None:
        self.run(f"document.querySelector({json.dumps(selector)}).click()")
        self.settle()

    def key(self, key: str, code: str, number: int = 0) -> None:
        """Press a key; `number` is its virtual key code, without which arrows and Enter do nothing."""
        names: dict[str, Any] = {"key": key, "code": code, "windowsVirtualKeyCode": number}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=key if len(key) == 1 else "", **names)
        self.call("Input.dispatchKeyEvent", type="keyUp", **names)
        self.settle()

    def visible(self, selector: str) -> list[str]:
        """Return the texts of the elements that can be seen without scrolling aside."""
        seen = f"[...document.querySelectorAll({json.dumps(selector)})].filter((node) => node.checkVisibility())"
        texts: list[str] = self.run(f"{seen}.map((node) => node.textContent)")
        return texts

    def troubles(self) -> list[Event]:
        """Return what the page logged, threw or asked of the network beyond itself."""
        self.settle()
        bad = {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded", "Page.javascriptDialogOpening"}
        return [
            event
            for event in self._browser.events
            if event.method in bad or (event.method == "Network.requestWillBeSent" and not self._own(event))
        ]

    def _own(self, event: Event) -> bool:
        url: str = event.params["request"]["url"]
        return url.partition("#")[0] == self.url.partition("#")[0] or url.startswith("data:")

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF")["data"])
