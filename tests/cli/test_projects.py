"""One run is about one project, because its tenant files may be for another PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.support.tenantfile import forward, tenant_text
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROJECTS = ("pbx-a", "pbx-b")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Workspace, dict[str, Emulator]]]:
    """Two projects side by side, each with a PBX and a tenant of its own."""
    workspace = Workspace(tmp_path)
    with Emulator(demo=False) as one, Emulator(demo=False) as other:
        pbxes = dict(zip(PROJECTS, (one, other), strict=True))
        for name, pbx in pbxes.items():
            keys = {f"{kind}_{name[-1]}".upper(): key for kind, key in (("r", pbx.read_key), ("w", pbx.write_key))}
            workspace.set(**keys)
            read, write = (f"${{{variable}}}" for variable in keys)
            workspace.write(f"{name}/pbxsync.yaml", f"url: {pbx.url}\nread_key: {read}\nwrite_key: {write}\n")
            code = name[-1].upper()
            workspace.write(f"{name}/tenants/{code}.yaml", tenant_text(code, [forward("x")]))
        yield workspace, pbxes


COMMANDS = [["validate"], ["plan"], ["apply", "--auto-approve"], ["doctor"]]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_files_of_two_projects_are_refused_and_nothing_is_sent(
    both: tuple[Workspace, dict[str, Emulator]], command: list[str]
) -> None:
    workspace, pbxes = both
    ran = workspace.process(*command, *(f"{name}/tenants" for name in PROJECTS))
    assert ran.status == 1
    assert "pbx-b/tenants/B.yaml: belongs to pbx-b/pbxsync.yaml, but this run uses pbx-a/pbxsync.yaml" in ran.err
    assert [pbx.log for pbx in pbxes.values()] == [[], []]


def test_a_folder_above_nested_projects_is_refused_and_nothing_is_sent(
    both: tuple[Workspace, dict[str, Emulator]],
) -> None:
    workspace, pbxes = both
    workspace.write("pbxsync.yaml", f"url: {pbxes['pbx-a'].url}\nread_key: ${{R_A}}\ntenants: [.]\n")
    ran = workspace.process("plan")
    assert ran.status == 1
    for name, code in (("pbx-a", "A"), ("pbx-b", "B")):
        assert f"{name}/tenants/{code}.yaml: belongs to {name}/pbxsync.yaml, but this run uses pbxsync.yaml" in ran.err
    assert [pbx.log for pbx in pbxes.values()] == [[], []]


def test_with_a_named_project_its_tenant_files_may_be_anywhere(both: tuple[Workspace, dict[str, Emulator]]) -> None:
    workspace, pbxes = both
    ran = workspace.process("--config", "pbx-a/pbxsync.yaml", "plan", *(f"{name}/tenants" for name in PROJECTS))
    assert ran.status == 0
    assert {asked.tenant for asked in pbxes["pbx-a"].log if asked.object == "CUSTOM"} == {"A", "B"}
    assert pbxes["pbx-b"].log == []


def test_export_uses_the_project_that_it_runs_in_wherever_it_writes(
    both: tuple[Workspace, dict[str, Emulator]],
) -> None:
    workspace, pbxes = both
    pbxes["pbx-a"].put("NEW", cu_name="Ours", cu_param1="1")
    inside = Workspace(workspace.folder / "pbx-a", environ=workspace.environ)
    ran = inside.process("export", "NEW", "--out", "../pbx-b/exported")
    assert (ran.status, pbxes["pbx-b"].log) == (0, [])
    assert "Ours" in (workspace.folder / "pbx-b/exported/NEW.yaml").read_text()
