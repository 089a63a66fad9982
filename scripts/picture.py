"""Generates docs/terminal.svg, the README's picture: real commands on a pseudo-terminal, in a copy of the examples.

With --check nothing is written; status 1 means that the picture is outdated.
"""

from __future__ import annotations

import html
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

import pexpect
from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "terminal.svg"
#: The folder that the picture shows instead of the temporary one.
SHOWN_FOLDER: Final = "/home/ops/pbx"
COLUMNS: Final = 84
COMMANDS: Final = (
    "pbxsync plan",
    "pbxsync apply --auto-approve | grep complete",
    "pbxsync plan",
)


def main() -> int:
    """Write the picture, or with --check compare it."""
    output = session()
    if sys.argv[1:] != ["--check"]:
        PICTURE.write_text(render(output), encoding="utf-8")
        return 0
    if read(PICTURE.read_text(encoding="utf-8")) == "".join(Text.from_ansi(output).plain.split()):
        return 0
    print(f"{PICTURE.relative_to(ROOT)} is outdated: run make docs", file=sys.stderr)
    return 1


def session() -> str:
    """Run the commands on a new database and return the terminal's content, colours included."""
    with tempfile.TemporaryDirectory(prefix="pbxsync-picture-") as scratch:
        folder = shutil.copytree(
            ROOT / "examples", Path(scratch) / "examples", ignore=shutil.ignore_patterns(".pbxsync")
        )
        shown = "\n\n".join(f"\x1b[1m$ {command}\x1b[0m\n{_output(command, folder)}" for command in COMMANDS)
        return shown.replace(str(folder.resolve()), SHOWN_FOLDER)


def render(output: str) -> str:
    """Return the picture as SVG that loads no fonts or other resources."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(
        Text.from_ansi(output + "\n")
    )  # without an empty last line, the line above it is cut off at the bottom
    svg = console.export_svg(title="pbxsync", theme=DIMMED_MONOKAI, unique_id="terminal")
    return re.sub(r" *@font-face \{.*?\}\n*", "", svg, flags=re.DOTALL)


def read(svg: str) -> str:
    """Return the text of a picture without blanks, because the library decides how to draw those."""
    return "".join(
        "".join(html.unescape(text).split()) for text in re.findall(r"<text [^>]*clip-path[^>]*>(.*?)</text>", svg)
    )


def _output(command: str, folder: Path) -> str:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PBXSYNC_", "NO_COLOR"))}
    variables |= {"TERM": "xterm-256color", "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    with pexpect.spawn(
        "/bin/sh", ["-c", command], cwd=str(folder), env=variables, timeout=60, encoding="utf-8"
    ) as terminal:
        terminal.expect(pexpect.EOF)
        output: str = terminal.before
    if terminal.exitstatus:
        raise SystemExit(f"{command} ended with status {terminal.exitstatus}:\n{output}")
    return output.replace("\r\n", "\n").rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
