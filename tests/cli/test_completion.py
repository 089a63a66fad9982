"""Completion, in the real shells: what is typed is finished from files and tables, and no request is sent."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pexpect
import pytest

from pbxsync.cli.main import COMMANDS
from tests.support.command import COMMAND

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

SHELLS = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config"],
}
INSTALLED = [
    pytest.param(shell, marks=pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed"))
    for shell in SHELLS
]


@pytest.fixture
def project(workdir: Workspace, pbx: Emulator) -> Workspace:
    workdir.set(PATH=f"{COMMAND.parent}:/usr/bin:/bin", TERM="dumb", NO_COLOR="1")
    workdir.write("pbxsync.yaml", "tenants: [tenants]\nkeys:\n  NOTED: {read: '${NR}'}\n")
    for code in ("ACME", "ACORN", "BETA"):
        workdir.write(f"tenants/{code.lower()}.yaml", f"# {code}\ntenant: {code}\ndestinations: []\n")
    workdir.write("saved.plan", "")
    assert pbx.url
    return workdir


def offered(workdir: Workspace, *words: str) -> list[str]:
    """Return what is offered for the last of these words, as the script of fish asks for it."""
    asked = workdir.process(
        _PBXSYNC_COMPLETE="fish_complete", COMP_WORDS=" ".join(["pbxsync", *words[:-1], ""]), COMP_CWORD=words[-1]
    )
    assert (asked.status, asked.err) == (0, "")
    return [line.partition(",")[2].partition("\t")[0] for line in asked.out.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["ex"], ["export"]),
        (["-v", "val"], ["validate"]),
        (["plan", "--tenant", "AC"], ["ACME", "ACORN"]),
        (["plan", "--tenant", ""], ["ACME", "ACORN", "BETA", "NOTED"]),
        (["types", "B"], ["BETA"]),
        (["export", "ACME", "ACO"], ["ACORN"]),
        (["plan", "--format", "m"], ["markdown"]),
        (["show", "--format", ""], ["text", "short", "json", "markdown", "html"]),
        (["types", "--format", "j"], ["json"]),
        (["doctor", "--format", "t"], ["text"]),
        (["plan", "--unmanaged", ""], ["fail", "warn", "ignore"]),
        (["plan", "--detail"], ["--detailed-exitcode"]),
        (["plan", "--color", "al"], ["always"]),
        (["plan", "--color=al"], ["--color=always"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["api", "m"], ["MANAGEDB", "MEDIAFILE"]),
        (["api", "MANAGEDB", "o"], ["object=CUSTOMTYPES", "object=CUSTOM"]),
        (["api", "MANAGEDB", "a"], ["action=list", "action=get", "action=add", "action=update"]),
        (["api", "managedb", "object=CUSTOM", "action="], ["action=list", "action=get", "action=add", "action=update"]),
        (["api", "MANAGEDB", "object=CUSTOMTYPES", ""], ["action=list"]),
        (["api", "MANAGEDB", "object=CUSTOM", "action=get", ""], ["tenant=", "objectid=", "cache=", "format="]),
        (["api", "MANAGEDB", "object=CUSTOM", "action=update", "tenant=ACME", ""], ["objectid="]),
        (["api", "VOICEMAIL", "action=message", "m"], ["mailbox=", "msgid="]),
        (["api", "INFO", "info=CDRS", "tenant=AC"], ["tenant=ACME", "tenant=ACORN"]),
        (["api", "INFO", "info=CDRS", "tenant="], [f"tenant={code}" for code in ("ACME", "ACORN", "BETA", "NOTED", "%")]),
        (["api", "INFO", "info=CDRS", "format="], ["format=csv", "format=json"]),
        (["api", "INFO", "info=CDRS", "start="], []),
        (["api", "NOTHING", ""], []),
    ],
)  # fmt: skip
def test_what_is_typed_is_finished_from_what_is_known(
    project: Workspace, pbx: Emulator, words: list[str], found: list[str]
) -> None:
    assert offered(project, *words) == found
    assert pbx.log == []


def test_every_command_is_offered_and_none_is_imported_for_it(project: Workspace) -> None:
    assert offered(project, "") == list(COMMANDS)


def test_a_project_that_is_broken_or_missing_offers_nothing_and_says_nothing(project: Workspace) -> None:
    project.write("pbxsync.yaml", "nonsense")
    assert offered(project, "plan", "--tenant", "") == []
    assert offered(project, "plan", "--config", "none.yaml", "--tenant", "") == []


def test_a_project_that_is_named_offers_its_tenants(project: Workspace) -> None:
    project.write("other/mine.yaml", "tenants: [.]\n")
    project.write("other/gamma.yaml", "tenant: 'GAMMA'\ndestinations: []\n")
    assert offered(project, "plan", "--config", "other/mine.yaml", "--tenant", "") == ["GAMMA"]


def test_thousands_of_files_are_looked_through_quickly(project: Workspace) -> None:
    for number in range(1200):
        project.write(f"tenants/{number}.yaml", f"tenant: T{number}\ndestinations:\n" + "  - name: x\n" * 300)
    assert len(offered(project, "plan", "--tenant", "T11")) == 111


def press(workdir: Workspace, shell: str, typed: str, added: str, then: str = "") -> str:
    """Type a beginning and TAB, wait for what that adds, type on and RETURN; return the words that the command got."""
    child = pexpect.spawn(
        SHELLS[shell][0],
        SHELLS[shell][1:],
        cwd=str(workdir.folder),
        env={**workdir.environ, "PS1": "READY> ", "HISTFILE": "/dev/null"},
        encoding="utf-8",
        dimensions=(40, 200),
        timeout=30,
    )
    for line in STARTS[shell]:
        child.sendline(line)
    child.sendline("echo rea''dy")
    child.expect("ready\r\n")
    child.send(typed)
    child.expect_exact(typed)
    child.send("\t")
    child.expect_exact(added)
    child.sendline(then)
    child.expect(r"words:<([^\r\n]*)>")
    assert isinstance(child.match, re.Match)
    found = str(child.match[1])
    child.sendline("exit")
    child.close(force=True)
    return found


#: The script is loaded as the help says; then the command is replaced by one that shows its words.
STARTS = {
    "bash": [
        "bind 'set enable-bracketed-paste off'",
        'eval "$(pbxsync completion bash)"',
        'show() { printf "words:<%s>\\n" "$*"; }; complete -o nosort -F _pbxsync_completion show',
        'eval "$(declare -f _pbxsync_completion | sed s/\\"\\$1\\"/pbxsync/)"',
    ],
    "zsh": [
        "unsetopt zle_bracketed_paste prompt_cr prompt_sp; autoload -U compinit; compinit -u -D",
        'eval "$(pbxsync completion zsh)"',
        'show() { printf "words:<%s>\\n" "$*"; }; compdef _pbxsync_completion show',
    ],
}


@pytest.mark.parametrize(
    ("typed", "added"),
    [
        ("pla", "n"),
        ("plan --tenant BE", "TA"),
        ("plan tenants/be", "ta.yaml"),
        ("apply sav", "ed.plan"),
        ("api MANAGEDB object=CUSTOMT", "YPES"),
        ("api INFO info=CDRS tenant=BE", "TA"),
        ("plan --color=al", "ways"),
    ],
)
@pytest.mark.parametrize("shell", [param for param in INSTALLED if param.values != ("fish",)])
def test_a_tab_finishes_the_word_and_begins_the_next(project: Workspace, shell: str, typed: str, added: str) -> None:
    assert press(project, shell, f"show {typed}", added, "next") == f"{typed}{added} next"


@pytest.mark.parametrize("shell", [param for param in INSTALLED if param.values != ("fish",)])
def test_no_blank_follows_the_name_of_a_parameter(project: Workspace, shell: str) -> None:
    assert press(project, shell, "show api COUNTCALLS ten", "ant=", "ACME") == "api COUNTCALLS tenant=ACME"


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("pbxsync pla", ["plan"]),
        ("pbxsync plan --tenant AC", ["ACME", "ACORN"]),
        ("pbxsync plan tenants/be", ["tenants/beta.yaml"]),
        ("pbxsync api MANAGEDB object=CUSTOMT", ["object=CUSTOMTYPES"]),
        ("pbxsync api COUNTCALLS ten", ["tenant="]),
    ],
)
def test_fish_offers_the_same(project: Workspace, typed: str, found: list[str]) -> None:
    program = f"pbxsync completion fish | source; complete --do-complete '{typed}'"
    child = pexpect.spawn(
        "fish",
        ["--no-config", "-c", program],
        cwd=str(project.folder),
        env=project.environ,
        encoding="utf-8",
        timeout=30,
    )
    shown = child.read()
    child.close()
    assert [line.partition("\t")[0] for line in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).splitlines()] == found
