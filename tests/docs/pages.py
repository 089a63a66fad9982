"""Reads a page of the documentation as the steps that a reader would take. Only what a reader sees counts:

    ```console    commands after `$ ` (continued after `> `), each followed by its output;
                  `...` stands for any text, alone on a line for any lines
    ```yaml       a file, if its first line is a comment that holds nothing but its path

A command must end with status 0, unless the next command is `echo $?`, which shows the status.
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


@dataclass(frozen=True, slots=True)
class File:
    """A file that the reader writes."""

    line: int
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that the reader types, and the output that the page shows."""

    line: int
    text: str
    output: str


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block."""

    line: int
    language: str
    content: str


Step = File | Command


def steps(page: Path) -> list[Step]:
    """The steps of a page, in order."""
    return [step for fence in fences(page) for step in _steps(fence)]


def fences(page: Path) -> list[Fence]:
    """The fenced blocks of a page."""
    return [Fence(_line(token), token.info.strip(), token.content) for token in _tokens(page) if token.type == "fence"]


def comments(page: Path) -> list[str]:
    """The HTML comments of a page, which its readers do not see."""
    return [token.content.strip() for token in _tokens(page) if token.type == "html_block"]


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8"))


def _steps(fence: Fence) -> Iterator[Step]:
    if fence.language == "console":
        yield from _commands(fence)
    elif fence.language == "yaml":
        path = _PATH.fullmatch(fence.content.partition("\n")[0])
        if path:
            yield File(fence.line, path[1], fence.content)


def _commands(fence: Fence) -> Iterator[Command]:
    """Split a block into its commands, each with the lines up to the next one."""
    lines = fence.content.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("$ ")]
    if not starts or starts[0] != 0:
        raise ValueError(f"line {fence.line}: a console block begins with a command")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        output = next((number for number in range(start + 1, end) if not lines[number].startswith("> ")), end)
        text = "\n".join(line[2:] for line in lines[start:output])
        yield Command(fence.line + start + 1, text, "\n".join(lines[output:end]).strip("\n"))


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 0
