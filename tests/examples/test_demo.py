"""`make demo`: what it shows, and that it can reach nothing of whoever runs it."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.examples.running import BIN, copied, environment, told
from tests.support.command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

#: Where a demonstration must never go: nothing answers there, so that going there is a failure.
ELSEWHERE = {"PBXSYNC_URL": "https://127.0.0.1:9/pbx/proxyapi.php", "PBXSYNC_WRITE_KEY": "a-real-key"}


@pytest.fixture(scope="module")
def shown() -> str:
    # The set-up is taken as done: a test installs nothing.
    ended = told(ROOT, environment(**ELSEWHERE), "make", "--no-print-directory", "--old-file=pyproject.toml", "demo")
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_each_command_is_printed_before_what_it_says_and_its_status_after(shown: str) -> None:
    steps = re.findall(r"^\$ (.*)\n(?:.*\n)*?\(exit status (\d)\)$", shown, re.MULTILINE)
    assert steps == [
        ("sed -n 2,19p tenants/hansen.yaml", "0"),
        ("pbxsync validate", "0"),
        ("pbxsync plan --out change.plan --detailed-exitcode", "2"),
        ("pbxsync apply change.plan", "0"),
        ("pbxsync plan --detailed-exitcode", "0"),
        ("pbxsync apply change.plan >/dev/null", "1"),
        ("pbxsync revert .pbxsync/journal/*.jsonl --auto-approve", "0"),
    ]


def test_it_plans_adds_and_updates_applies_them_and_plans_nothing_after(shown: str) -> None:
    said = iter(shown.splitlines())
    for line in (
        '  + "Holidays"  tenants/hansen.yaml:27',
        "Plan: 2 to add, 5 to change.",
        "Apply complete: 2 added, 5 changed.",
        "No changes. The PBX matches the files.",
        "error: the saved plan is stale, so nothing of it was written; plan again:",
        "Apply complete: 0 added, 5 changed.",
    ):
        assert line in said, f"not shown, or not in this order: {line}"


def test_it_leaves_the_users_own_database_alone_and_nothing_behind(tmp_path: Path) -> None:
    clone, scratch = tmp_path / "clone", tmp_path / "scratch"
    scratch.mkdir()
    shutil.copytree(ROOT / "scripts", clone / "scripts")
    database = copied(clone) / ".pbxsync" / "demo.db"
    database.parent.mkdir()
    database.write_text("of the user")
    before = sorted(clone.rglob("*"))
    ended = told(ROOT, environment(TMPDIR=str(scratch)), str(BIN / "python"), "-B", str(clone / "scripts" / "demo.py"))
    assert ended.returncode == 0, ended.stdout
    assert database.read_text() == "of the user"
    assert sorted(clone.rglob("*")) == before
    assert list(scratch.iterdir()) == []


def test_on_a_terminal_it_is_coloured() -> None:
    variables = {name: value for name, value in environment(TERM="xterm").items() if name != "NO_COLOR"}
    with pexpect.spawn(
        str(BIN / "python"), [str(ROOT / "scripts" / "demo.py")], env=variables, timeout=60, encoding="utf-8"
    ) as watched:
        watched.expect_exact("\x1b[1m$ pbxsync plan --out change.plan --detailed-exitcode\x1b[0m")
        watched.expect_exact('"Holidays"')
        watched.expect(r"\x1b\[[0-9;]+mNo changes|No changes")
        watched.expect(pexpect.EOF)
    assert watched.exitstatus == 0
