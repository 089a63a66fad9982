"""A command loads what it needs: nobody waits for libraries that are not used."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.coverage import unmeasured
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

#: Runs a command line, then writes the names of all that was loaded to standard error.
PROBE = (
    "import json, sys\nfrom pbxsync.cli.main import run\n"
    "try:\n    run(sys.argv[1:])\nfinally:\n    sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))"
)
NETWORK = {"requests", "urllib3", "http.client", "ssl", "pbxsync.http.transport"}
EMULATOR = {"pbxsync.emulator", "werkzeug", "cheroot", "sqlite3"}
PLANNING = {
    "pbxsync.planning.plan",
    "pbxsync.model.plan",
    "pbxsync.render",
    "pbxsync.journal.write",
    "pbxsync.planfile",
}
HEAVY = {"deepdiff", "dataclasses", "hashlib", "tempfile", "difflib", "importlib.metadata"}
FILES = {
    "yaml",
    "json",
    "pathlib",
    "pbxsync.project",
    "pbxsync.document",
    "pbxsync.cli.console",
    "pbxsync.text.sanitize",
}


def loaded(workdir: Workspace, *arguments: str) -> set[str]:
    """The modules that a command line loads, beyond those that click loads by itself."""
    found = set(_modules(workdir, PROBE, arguments))
    alone = _modules(workdir, "import click, json, sys; sys.stderr.write('\\n' + json.dumps(sorted(sys.modules)))", ())
    return found - (set(alone) - FILES - HEAVY)


def _modules(workdir: Workspace, program: str, arguments: Sequence[str]) -> list[str]:
    words = [sys.executable, "-c", program, *arguments]
    ended = subprocess.run(
        words, cwd=workdir.folder, env=unmeasured(workdir.environ), capture_output=True, text=True, check=True
    )
    names: list[str] = json.loads(ended.stderr.rpartition("\n")[2])
    return names


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_no_more_than_click(workdir: Workspace, option: str) -> None:
    # The probe itself needs json; a fixed budget of our own modules keeps the start what it is.
    found = loaded(workdir, option)
    assert not found & (NETWORK | EMULATOR | PLANNING | HEAVY | (FILES - {"json"}))
    assert len({name for name in found if name.startswith("pbxsync")}) <= 7


def test_validate_loads_nothing_that_sends_plans_or_shows(workdir: Workspace) -> None:
    workdir.tenant("A", forward("Desk"))
    found = loaded(workdir, "validate", "tenants")
    assert "yaml" in found
    assert not found & (NETWORK | EMULATOR | PLANNING | HEAVY)


def test_a_plan_without_changes_loads_neither_deepdiff_nor_the_emulator(workdir: Workspace, pbx: Emulator) -> None:
    pbx.put("A", cu_name="Desk", cu_param1="100", cu_param2="INCOMINGDID", cu_param3="30")
    workdir.tenant("A", forward("Desk"))
    found = loaded(workdir, "plan", "tenants")
    assert {"requests", "pbxsync.planning.plan"} <= found
    assert not found & ({"deepdiff"} | EMULATOR)


def test_a_plan_with_changes_loads_deepdiff(workdir: Workspace, pbx: Emulator) -> None:
    pbx.put("A", cu_name="Desk", cu_param1="200")
    workdir.tenant("A", forward("Desk"))
    assert "deepdiff" in loaded(workdir, "plan", "tenants")
