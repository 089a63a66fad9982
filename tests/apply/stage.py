"""A project folder beside an emulated PBX: what most tests of writing stand on."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.cli.main import run
from tests.support.workdir import Ran, put

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.emulator import Emulator, LogEntry

#: Time-outs and tries that make a failing PBX cost little.
QUICK = ("--timeout", "2", "--retries", "2")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Stage:
    """A project folder and the PBX that it is about. Commands run in this process, with this environment alone."""

    folder: Path
    pbx: Emulator
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ |= {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PBXSYNC_URL": self.pbx.url,
            "PBXSYNC_READ_KEY": self.pbx.read_key,
            "PBXSYNC_WRITE_KEY": self.pbx.write_key,
        }

    def run(
        self, *words: str | Path, answer: str | None = None, terminal: io.StringIO | None = None, screen: bool = False
    ) -> Ran:
        """Run a command line in the folder; `answer` is what is typed on a terminal, without it there is none.

        With `screen` standard error is a terminal.
        """
        out, err = io.StringIO(), _Terminal() if screen else io.StringIO()
        stdin = terminal or (io.StringIO() if answer is None else _Terminal(answer))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.folder)
            patch.setattr("sys.stdin", stdin)
            patch.setattr("os.environ", self.environ)
            status = run([str(word) for word in words])
        return Ran(status, out.getvalue(), err.getvalue())

    def apply(self, *words: str | Path) -> Ran:
        """Run `apply --auto-approve`, without patience."""
        return self.run("apply", "--auto-approve", *QUICK, *words)

    def write(self, name: str, text: str) -> Path:
        """Put a file into the folder."""
        return put(self.folder, name, text)

    def want(self, tenant: str, *destinations: dict[str, Any], **further: Any) -> Path:
        """Put a tenant file into `tenants/`; JSON is YAML."""
        content = {"tenant": tenant, **further, "destinations": destinations}
        return self.write(f"tenants/{tenant}.yaml", json.dumps(content, ensure_ascii=False, indent=1))

    def save(self, *words: str | Path, name: str = "change.plan") -> Path:
        """Save a plan and return its path."""
        ran = self.run("plan", "--out", name, *words)
        assert ran.status == 0, ran.text
        return self.folder / name

    @property
    def journals(self) -> list[Path]:
        """The journals of the folder, the oldest first."""
        return sorted((self.folder / ".pbxsync" / "journal").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)

    @property
    def asked(self) -> list[tuple[str, str, str, str]]:
        """Every request so far: object, action, tenant, objectid."""
        return [(each.object, each.action, each.tenant, each.objectid) for each in self.pbx.log]

    @property
    def commits(self) -> list[LogEntry]:
        """Every request so far that changed the PBX."""
        return [each for each in self.pbx.log if each.committed]

    @property
    def sent(self) -> list[LogEntry]:
        """Every write so far, whether the PBX acted on it or not."""
        return [each for each in self.pbx.log if each.method == "POST"]


def lines(journal: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal."""
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def columns(row: dict[str, str]) -> dict[str, str]:
    """Return a row of the store without what is empty, its tenant and its id."""
    return {name: value for name, value in row.items() if value and name not in {"cu_id", "cu_te_id"}}
