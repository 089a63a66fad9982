"""Writes docs/reference/cli.md from the commands themselves.

With --check nothing is written: status 1 says that the page is not what the commands say now.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pbxsync.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "reference" / "cli.md"
_HEAD: Final = """# Commands

<!-- Generated from the commands by `make docs`: change their help instead. -->

`pbxsync --help` and `pbxsync COMMAND --help` say the same at the terminal. Standard output carries the result alone;
progress, warnings and errors go to standard error. See also [exit statuses](exit-statuses.md) and
[environment variables](environment.md).

## Global options

All but `--version` may stand before the command or after it.
"""


def main() -> int:
    """Write the page, or check the one that is there."""
    text = page()
    if sys.argv[1:] != ["--check"]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is not what the commands say now: run make docs", file=sys.stderr)
    return 1


def page() -> str:
    """Return the whole page."""
    top = click.Context(cli, info_name="pbxsync")
    parts = [_HEAD, *_options(cli, top)]
    for name in cli.list_commands(top):
        command = cli.get_command(top, name)
        if command is not None and not command.hidden:
            parts += _command(command, click.Context(command, info_name=name, parent=top), 2)
    return "\n".join(parts)


def _command(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    """Yield the section of a command, and those of its own commands."""
    yield f"{'#' * level} {context.command_path}\n"
    yield _block([f"{context.command_path} {' '.join(command.collect_usage_pieces(context))}"])
    yield f"{_prose(command.help or '')}\n"
    yield from _options(command, context)
    if command.epilog:
        yield _block(examples(command))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _command(inner, click.Context(inner, info_name=name, parent=context), level + 1)


def examples(command: click.Command) -> list[str]:
    """Return the examples that the help of a command ends with."""
    text = re.sub(r"^Examples?:\s*", "", (command.epilog or "").replace("\b", "").strip())
    return [" ".join(each.split()) for each in re.split(r";\s|\n", text) if each.strip()]


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    """Yield the table of the options that are a command's own, as the help words them."""
    outer = set() if context.parent is None else {each.name for each in context.parent.command.params}
    records = [
        record
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and parameter.name not in outer and "--help" not in parameter.opts
        for record in [parameter.get_help_record(context)]
        if record is not None
    ]
    if records:
        rows = "\n".join(f"| `{_cell(names)}` | {_cell(text)} |" for names, text in records)
        yield f"| option | |\n| --- | --- |\n{rows}\n"


def _block(lines: Sequence[str]) -> str:
    return "\n".join(("```text", *lines, "```", ""))


def _prose(text: str) -> str:
    """Return help as Markdown: click's mark for lines to keep as they are becomes a block."""
    paragraphs = click.unstyle(text).strip().split("\n\n")
    return "\n\n".join(
        f"```text\n{each.removeprefix(chr(8)).strip(chr(10))}\n```"
        if each.startswith("\b")
        else _escaped(" ".join(each.split()))
        for each in paragraphs
    )


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def _escaped(text: str) -> str:
    """Keep what Markdown would read as emphasis or HTML, outside of code."""
    return "".join(
        part if part.startswith("`") else re.sub(r"([*_<>])", r"\\\1", part) for part in re.split(r"(`[^`]*`)", text)
    )


if __name__ == "__main__":
    sys.exit(main())
