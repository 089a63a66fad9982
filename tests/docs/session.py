"""Does what a page says, in one shell and one folder of its own, and holds what is printed against the page."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.docs.pages import Command, File
from tests.examples.running import ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.docs.pages import Step

SECONDS: Final = 110
#: Where the folder of a page seems to be, in what is printed.
SHOWN_FOLDER: Final = "/home/ops/pbx"
#: What is different each time, and what stands for it when both sides are compared.
_UNSTABLE: Final = (
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}"), "JOURNAL"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"(?:sha256|hmac-sha256):[:0-9a-z-]+"), "DIGEST"),
    (re.compile(r"\d+\.\d s\b"), "SECONDS"),
    (re.compile(r"settled on \d+ at a time"), "PACE"),
    (re.compile(r'("pbxsync_version"|"user"|"host"): "[^"]*"'), r"\1: THIS"),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of a command: all that it printed, with the scratch folder named as in the pages, and its status."""

    command: Command
    said: str
    status: int
    status_is_shown: bool

    @property
    def as_shown(self) -> bool:
        """Whether it printed what the page shows."""
        return self.command.prints is None or matches(self.command.prints, self.said)

    def problems(self) -> list[str]:
        """Return a sentence for each thing that did not go as the page says."""
        where = f"line {self.command.line}: $ {self.command.text}"
        found = []
        if self.status and not self.status_is_shown:
            found.append(f"{where}\n  ended with status {self.status}, which the page does not show:\n{self.said}")
        if not self.as_shown:
            found.append(f"{where}\n  the page says:\n{self.command.prints}\n  the program says:\n{self.said}")
        return found


class Broken(Exception):
    """The shell of a page ended before its last command."""


def perform(steps: Sequence[Step], folder: Path) -> list[Ended]:
    """Do the steps of a page in a folder. Raises Broken."""
    commands = [step for step in steps if isinstance(step, Command)]
    mark = f"=={secrets.token_hex(8)}"
    shell = subprocess.run(
        ["bash", "-c", "\n".join(_script(step, mark) for step in steps)],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    parts = re.split(rf"\n{mark} (\d+)\n", shell.stdout.replace(str(folder), SHOWN_FOLDER))
    said, statuses = parts[0:-1:2], [int(each) for each in parts[1::2]]
    if len(said) != len(commands):
        raise Broken(f"the shell ended after {len(said)} of {len(commands)} commands: {shell.stdout[-2000:]}")
    shows = [following.text == "echo $?" for following in commands[1:]] + [False]
    return [Ended(*each) for each in zip(commands, said, statuses, shows, strict=True)]


def _script(step: Step, mark: str) -> str:
    if isinstance(step, File):
        end = secrets.token_hex(8)
        return f"mkdir -p \"$(dirname '{step.path}')\"\ncat > '{step.path}' <<'{end}'\n{step.text}{end}"
    return f'{{\n{step.text}\n}} 2>&1\n__kept=$?; printf "\\n{mark} %d\\n" $__kept; (exit $__kept)'


def _environment(folder: Path) -> dict[str, str]:
    return environment(
        HOME=str(folder),
        TMPDIR=str(folder.parent),
        PROJECT=str(ROOT),
        LC_ALL="C.UTF-8",
        TERM="dumb",
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_SYSTEM=os.devnull,
        GIT_AUTHOR_NAME="Ops",
        GIT_AUTHOR_EMAIL="ops@example.com",
        GIT_COMMITTER_NAME="Ops",
        GIT_COMMITTER_EMAIL="ops@example.com",
    )


def matches(shown: str, said: str) -> bool:
    """Whether what is printed is what a page shows."""
    pattern = ""
    for line in _stable(shown).split("\n") if shown else ():
        pattern += r"(?:.*\n)*?" if line == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r"\n"
    real = _stable(said)
    lines = "".join(line.rstrip() + "\n" for line in real.strip("\n").split("\n")) if real.strip("\n") else ""
    return re.fullmatch(pattern, lines) is not None


def _stable(text: str) -> str:
    for pattern, word in _UNSTABLE:
        text = pattern.sub(word, text)
    return text
