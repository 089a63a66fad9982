"""Reads the pages of the documentation as what a reader would do with them, step by step.

What counts, everything else is prose:

    ```console            commands after `$ ` (more lines of one after `> `), each followed by all that it prints;
                          `...` stands for anything, alone on a line for any lines
    ```yaml               a file, where the first line is a comment that holds nothing but its path
    <!-- $ command -->    a command that the reader is spared

A command ends with status 0, unless the next one is `echo $?` and so shows the status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from markdown_it.token import Token

_PATH = re.compile(r"# (\S+\.ya?ml)")
_HIDDEN = re.compile(r"<!-- \$ (.*?) -->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class File:
    """A file to write."""

    line: int
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command to run, and what it prints; None where that is not shown."""

    line: int
    text: str
    prints: str | None


Step = File | Command


def steps(page: Path) -> list[Step]:
    """Return what a page does, in order."""
    return [
        step for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")) for step in _steps(token)
    ]


def fences(page: Path) -> list[tuple[int, str, str]]:
    """Return the line, the language and the content of each fenced block."""
    tokens = MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))
    return [(_line(token), token.info.strip(), token.content) for token in tokens if token.type == "fence"]


def _steps(token: Token) -> Iterator[Step]:
    if token.type == "html_block":
        for hidden in _HIDDEN.findall(token.content):
            yield Command(_line(token), hidden, None)
    elif token.type == "fence" and token.info.strip() == "console":
        yield from _commands(token)
    elif token.type == "fence" and token.info.strip() == "yaml":
        named = _PATH.fullmatch(token.content.partition("\n")[0])
        if named:
            yield File(_line(token), named[1], token.content)


def _commands(token: Token) -> Iterator[Command]:
    """Split a block into its commands, each with the lines up to the next."""
    lines = token.content.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    if not starts or starts[0] != 0:
        raise ValueError(f"line {_line(token)}: a console block begins with a command")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        more = next((number for number in range(start + 1, end) if not lines[number].startswith("> ")), end)
        text = "\n".join(line[2:] for line in lines[start:more])
        yield Command(_line(token) + start + 1, text, "\n".join(lines[more:end]).strip("\n"))


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0
