"""`make docs`: puts what the program prints now into the pages that show something else. Look at the changes after it."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.docs.pages import Command, steps
from tests.docs.session import Ended, perform
from tests.examples.running import ROOT

#: What is different each time, and what the pages have instead.
_UNSTABLE = (
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}"), "20260504T093000Z-1a2b3c"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "2026-05-04T09:30:00.000Z"),
    (re.compile(r"((?:hmac-)?sha256:(?:[0-9a-z]{5,8}:)?[0-9a-f]{8})[0-9a-f:]{20,}"), r"\1"),
    (re.compile(r'("user"|"host"): "[^"]*"'), r'\1: "ops"'),
)


def main() -> int:
    """Renew all pages, or those that are named; return 1 where a command ended otherwise than its page says."""
    status = 0
    pages = [Path(each).resolve() for each in sys.argv[1:]] or [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in sorted(pages):
        todo = steps(page)
        if any(isinstance(step, Command) for step in todo):
            with tempfile.TemporaryDirectory() as scratch:
                folder = Path(scratch) / "pbx"
                folder.mkdir()
                ended = perform(todo, folder)
            _renew(page, ended)
            for each in ended:
                if each.status and not each.status_is_shown:
                    print(f"{page.relative_to(ROOT)}: {each.problems()[0]}", file=sys.stderr)
                    status = 1
    return status


def _renew(page: Path, ended: list[Ended]) -> None:
    """Write what was printed where the page shows something else, from the last line to the first."""
    lines = page.read_text(encoding="utf-8").split("\n")
    for each in reversed(ended):
        if not each.as_shown:
            start = each.command.line + each.command.text.count("\n")
            size = len((each.command.prints or "").split("\n")) if each.command.prints else 0
            said = each.said.strip("\n")
            for pattern, instead in _UNSTABLE:
                said = pattern.sub(instead, said)
            lines[start : start + size] = [line.rstrip() for line in said.split("\n")] if said else []
    page.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
