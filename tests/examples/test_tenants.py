"""The example tenants on a new database: adds, updates, a rename, twins told apart, something left unmanaged."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from tests.examples.running import copied, run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copied(tmp_path)


def planned(folder: Path) -> dict[str, Any]:
    ended = run(folder, "pbxsync", "-v", "plan", "--format", "json")
    assert ended.returncode == 0, ended.stderr
    plan: dict[str, Any] = json.loads(ended.stdout)
    return plan


def test_they_are_valid(folder: Path) -> None:
    ended = run(folder, "pbxsync", "validate", "tenants")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "Valid: 15 destinations of 3 tenants in 4 files.\n"


def test_their_plan_has_adds_updates_and_renames_and_leaves_some_unmanaged(folder: Path) -> None:
    plan = planned(folder)
    assert [tenant["tenant"] for tenant in plan["tenants"]] == ["HANSEN", "KLINIK", "NORDLYS"]
    assert plan["summary"] == {
        "tenants": 3,
        "add": 2,
        "update": 5,
        "unchanged": 8,
        "unmanaged": 5,
        "failed": 0,
    }
    assert [tenant["warnings"] for tenant in plan["tenants"] if tenant.get("warnings")] == []


def test_a_rename_and_pinned_twins_are_updates_of_what_is_live(folder: Path) -> None:
    names = {
        change["id"]: (row["before"], row["after"])
        for tenant in planned(folder)["tenants"]
        for change in tenant["changes"]
        for row in change["diff"]
        if row["field"] == "name" and change["action"] == "update"
    }
    assert names == {
        "402": ("Reception", "Front desk"),
        "731": ("Vagt", "Vagt læge"),
        "732": ("Vagt", "Vagt sygeplejerske"),
    }


def test_after_their_apply_a_second_plan_is_empty(folder: Path) -> None:
    applied = run(folder.parent, "pbxsync", "apply", "examples/tenants", "--auto-approve")
    assert (applied.returncode, applied.stderr) == (0, "")
    assert "Apply complete: 2 added, 5 changed." in applied.stdout
    again = run(folder.parent, "pbxsync", "plan", "examples/tenants", "--detailed-exitcode")
    assert (again.returncode, again.stderr) == (0, "")
    assert "No changes. The PBX matches the files." in again.stdout


def test_they_keep_all_they_make_in_one_hidden_folder_beside_the_project_file(folder: Path) -> None:
    before = {path for path in folder.parent.rglob("*") if ".pbxsync" not in path.parts}
    run(folder.parent, "pbxsync", "apply", "examples/tenants", "--auto-approve")
    assert {path for path in folder.parent.rglob("*") if ".pbxsync" not in path.parts} == before
    assert sorted(path.name for path in (folder / ".pbxsync").iterdir()) == [".gitignore", "demo.db", "journal", "lock"]
    (journal,) = (folder / ".pbxsync" / "journal").iterdir()
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600


@pytest.mark.parametrize("kind", ["tenant", "project"])
def test_an_editor_finds_nothing_wrong_with_them(kind: str, folder: Path) -> None:
    schema = folder / ".pbxsync" / f"{kind}.schema.json"
    schema.parent.mkdir()
    schema.write_text(run(folder, "pbxsync", "schema", kind).stdout, encoding="utf-8")
    files = sorted((folder / "tenants").glob("*.yaml")) if kind == "tenant" else [folder / "pbxsync.yaml"]
    for file in files:
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert (file.parent / named).resolve() == schema
    checked = run(folder, "check-jsonschema", "--schemafile", str(schema), *map(str, files))
    assert checked.returncode == 0, checked.stdout
