"""Takes the steps of a page in one shell and an empty folder, and compares the output with what the page shows."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.docs.pages import Command, File
from tests.examples.running import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.docs.pages import Step

SECONDS: Final = 110
#: The folder that the pages show instead of the temporary one.
SHOWN_FOLDER: Final = "/home/ops/pbx"
#: A shell that runs a script names the line and the process where one at a terminal prints a single word.
_KILLED: Final = re.compile(r"^bash: line \d+: +\d+ Killed .*$", re.MULTILINE)
#: What differs in each run, and the word that replaces it before both sides are compared.
_UNSTABLE: Final = (
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}"), "JOURNAL"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "TIME"),
    (re.compile(r"(?:sha256|hmac-sha256):[:0-9a-z-]+"), "DIGEST"),
    (re.compile(r"commit [0-9a-f]{12}\b"), "COMMIT"),
    (re.compile(r"\d+\.\d s\b"), "SECONDS"),
    (re.compile(r"^[✓!] [^\n]*(?: ms\b|--parallel \d)[^\n]*$", re.MULTILINE), "PACE"),  # doctor's measurements
    (re.compile(r"\b127\.0\.0\.1:\d+"), "ADDRESS"),
    (re.compile(r"pbxsync \S+ on Python .*"), "THIS"),
    (re.compile(r"settled on \d+ at a time"), "PACE"),
    (re.compile(r'("pbxsync_version"|"user"|"host"): "[^"]*"'), r"\1: THIS"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """The output and the exit status of a command; the temporary folder is replaced by the one that the pages show."""

    command: Command
    output: str
    status: int
    status_is_shown: bool

    @property
    def as_shown(self) -> bool:
        return matches(self.command.output, self.output)

    def problems(self) -> list[str]:
        """A message for everything that did not go as the page says."""
        place = f"line {self.command.line}: $ {self.command.text}"
        problems = []
        if self.status and not self.status_is_shown:
            problems.append(f"{place}\n  ended with status {self.status}, which the page does not show:\n{self.output}")
        if not self.as_shown:
            problems.append(f"{place}\n  the page shows:\n{self.command.output}\n  the output is:\n{self.output}")
        return problems


class ShellEndedError(Exception):
    """The shell ended before the last command of the page."""


def take(steps: Sequence[Step], folder: Path) -> list[Result]:
    """Take the steps of a page in a folder. Raises ShellEndedError."""
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
    printed = _KILLED.sub("Killed", shell.stdout.replace(str(folder), SHOWN_FOLDER))
    parts = re.split(rf"\n{mark} (\d+)\n", printed)
    outputs, statuses = parts[0:-1:2], [int(status) for status in parts[1::2]]
    if len(outputs) != len(commands):
        message = f"the shell ended after {len(outputs)} of {len(commands)} commands: {shell.stdout[-2000:]}"
        raise ShellEndedError(message)
    shows_status = [following.text == "echo $?" for following in commands[1:]] + [False]
    return [Result(*values) for values in zip(commands, outputs, statuses, shows_status, strict=True)]


def _script(step: Step, mark: str) -> str:
    if isinstance(step, File):
        end = secrets.token_hex(8)
        return f"mkdir -p \"$(dirname '{step.path}')\"\ncat > '{step.path}' <<'{end}'\n{step.text}{end}"
    return f'{{\n{step.text}\n}} 2>&1\n__kept=$?; printf "\\n{mark} %d\\n" $__kept; (exit $__kept)'


def _environment(folder: Path) -> dict[str, str]:
    """What the pages expect of their reader: pbxsync on the path, a name and an address in git, and nothing else."""
    return environment(
        HOME=str(folder),
        TMPDIR=str(folder.parent),
        LC_ALL="C.UTF-8",
        TERM="dumb",
        GIT_CONFIG_GLOBAL=os.devnull,
        GIT_CONFIG_SYSTEM=os.devnull,
        GIT_AUTHOR_NAME="Ops",
        GIT_AUTHOR_EMAIL="ops@example.com",
        GIT_COMMITTER_NAME="Ops",
        GIT_COMMITTER_EMAIL="ops@example.com",
    )


def matches(shown: str, output: str) -> bool:
    """Whether an output is what a page shows."""
    pattern = ""
    for line in _stable(shown).split("\n") if shown else ():
        pattern += r"(?:.*\n)*?" if line == "..." else re.escape(line.rstrip()).replace(r"\.\.\.", ".*") + r"\n"
    stable = _stable(output).strip("\n")
    lines = "".join(line.rstrip() + "\n" for line in stable.split("\n")) if stable else ""
    return re.fullmatch(pattern, lines) is not None


def _stable(text: str) -> str:
    for pattern, word in _UNSTABLE:
        text = pattern.sub(word, text)
    return text
