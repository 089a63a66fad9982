"""yaml-language-server, which editors use for YAML: installed once from npm, and asked over LSP as an editor asks it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.command import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

_SOURCE = Path(__file__).parent / "npm"
_CACHE = ROOT / ".cache/npm"
_SERVER = _CACHE / "node_modules/yaml-language-server/bin/yaml-language-server"
#: Without npm the tests are skipped, but not in CI, which must have it.
AVAILABLE = shutil.which("npm") is not None or bool(os.environ.get("CI"))


def install() -> Path:
    """Return the server's program after installing it as the lock file says, if that has changed since."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:  # several test processes run at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        installed = _CACHE / "package-lock.json"
        wanted = _SOURCE / "package-lock.json"
        if not _SERVER.exists() or installed.read_bytes() != wanted.read_bytes():
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_SOURCE / name, _CACHE / name)
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            subprocess.run(command, cwd=_CACHE, check=True, capture_output=True)
    return _SERVER


class LanguageServer:
    """A server whose workspace is `folder`. Files are found by their name there, but need not exist."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._into, self._out = process.stdin, process.stdout
        self._folder = folder
        self._asked = 0
        self._version = 0
        root = folder.as_uri()
        folders = [{"uri": root, "name": folder.name}]
        self._request("initialize", processId=None, rootUri=root, workspaceFolders=folders, capabilities={})
        self._send(method="initialized", params={})
        settings = {"yaml": {"validate": True, "completion": True, "schemaStore": {"enable": False}}}
        self._send(method="workspace/didChangeConfiguration", params={"settings": settings})

    def complaints(self, name: str, text: str) -> list[str]:
        """Open a file and return what the editor underlines: `line:column: message`, both from 1."""
        self._version += 1
        uri = (self._folder / f"{self._version}-{name}").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": self._version, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        while True:
            message = self._receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return [_complaint(diagnostic) for diagnostic in message["params"]["diagnostics"]]

    def offered(self, name: str, text: str) -> list[str]:
        """Return what the editor offers at the `@` in a text, in its order."""
        before, _, after = text.partition("@")
        self.complaints(name, before + after)
        position = {"line": before.count("\n"), "character": len(before) - (before.rfind("\n") + 1)}
        document = {"uri": (self._folder / f"{self._version}-{name}").as_uri()}
        answer = self._request("textDocument/completion", textDocument=document, position=position)
        return [item["label"] for item in answer["items"]]

    def _request(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._send(id=self._asked, method=method, params=params)
        while True:
            message = self._receive()
            if message.get("id") == self._asked and "method" not in message:
                return message["result"]

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._into.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._into.flush()

    def _receive(self) -> dict[str, Any]:
        length = 0
        while line := self._out.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server ended"
        message: dict[str, Any] = json.loads(self._out.read(length))
        if "method" in message and "id" in message:  # a request of the server: it has to have an answer
            self._send(id=message["id"], result=[None] * len(message["params"].get("items", ())))
        return message


def _complaint(diagnostic: dict[str, Any]) -> str:
    start = diagnostic["range"]["start"]
    return f"{start['line'] + 1}:{start['character'] + 1}: {diagnostic['message']}"


@contextmanager
def language_server(folder: Path) -> Iterator[LanguageServer]:
    """Run a language server whose workspace is `folder`."""
    command = ["node", str(install()), "--stdio"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield LanguageServer(process, folder)
        finally:
            process.kill()
