"""`make docs`: replaces the outputs in the pages by what the commands print now. Read the diff afterwards."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.docs.pages import Command, steps
from tests.docs.session import take
from tests.support.command import ROOT

if TYPE_CHECKING:
    from tests.docs.session import Result

#: What differs in each run, and what the pages show instead.
_UNSTABLE: Final = (
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}"), "20260504T093000Z-1a2b3c"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "2026-05-04T09:30:00.000Z"),
    (re.compile(r"((?:hmac-)?sha256:(?:[0-9a-z]{5,8}:)?[0-9a-f]{8})[0-9a-f:]{20,}"), r"\1"),
    (re.compile(r"commit [0-9a-f]{12}\b"), "commit 1a2b3c4d5e6f"),
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:34567"),
    (re.compile(r"(pbxsync \S+ on) Python .*"), r"\1 Python 3.12.1, Linux"),
    (re.compile(r'("user"|"host"): "[^"]*"'), r'\1: "ops"'),
)


def main() -> int:
    """Renew all pages, or the ones named; return 1 if a command ended with a status that its page does not show."""
    status = 0
    pages = [Path(name).resolve() for name in sys.argv[1:]] or [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in sorted(pages):
        todo = steps(page)
        if any(isinstance(step, Command) for step in todo):
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch) / "pbx"
                folder.mkdir()
                results = take(todo, folder)
            _renew(page, results)
            for result in results:
                if result.status and not result.status_is_shown:
                    print(f"{page.relative_to(ROOT)}: {result.problems()[0]}", file=sys.stderr)
                    status = 1
    return status


def _renew(page: Path, results: list[Result]) -> None:
    """Replace each output that differs, from the last one to the first, which keeps the line numbers valid."""
    lines = page.read_text(encoding="utf-8").split("\n")
    for result in reversed(results):
        if not result.as_shown:
            start = result.command.line + result.command.text.count("\n")
            size = len(result.command.output.split("\n")) if result.command.output else 0
            output = result.output.strip("\n")
            for pattern, shown in _UNSTABLE:
                output = pattern.sub(shown, output)
            lines[start : start + size] = [line.rstrip() for line in output.split("\n")] if output else []
    page.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
