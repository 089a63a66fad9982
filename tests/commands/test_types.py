"""`pbxsync types`, and the type names that the other commands suggest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.model.entry import Type
from pbxsync.project import Project, find
from pbxsync.project.secrets import SecretResolver
from pbxsync.render.types import as_text, as_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

LABELLED = """
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key, "7"]}
  "2": {params: [sound]}
"""


def test_types_are_listed_by_number_with_the_labels_of_the_project(workdir: Workspace, demo: Emulator) -> None:
    workdir.write("pbxsync.yaml", LABELLED)
    ran = workdir.run("types", "DEMO")
    assert ran.status == 0
    assert "     1  FORWARD          number, callerid, timeout" in ran.out
    assert "     2  WAITING          sound" in ran.out
    assert "     8  AI AGENT         prompt, api_key (sensitive), 7 (sensitive)  Talk to an AI agent" in ran.out
    found = [line.rsplit("  ", 1)[-1].lstrip() for line in ran.out.splitlines()[1:11]]
    assert found == [each.description for each in demo.types]


def test_types_without_labels_come_as_a_block_for_the_project_file(workdir: Workspace, demo: Emulator) -> None:
    demo.put_type(11, "ODD: name #1", "What it\nis")
    demo.put_type(12, "SPLIT")
    demo.put_type(13, "14")
    out = workdir.run("types", "DEMO").out
    block = out[out.index("types:\n") :]
    workdir.write("pbxsync.yaml", block)
    project = find([], None, {}, workdir.folder)
    assert project.labels("WAITING") == project.labels("ODD: name #1") == ("first", "second", "third")
    assert project.labels("4") == project.labels("12") == project.labels("13") == ("first", "second", "third")
    assert "SPLIT" not in project.types
    again = workdir.run("types", "DEMO").out
    assert "types:" not in again
    assert "first, second, third" in again


def test_as_json_they_can_be_read_by_a_program(workdir: Workspace, demo: Emulator) -> None:
    demo.put_type(99, "\x1b[31m")
    workdir.write("pbxsync.yaml", LABELLED)
    ran = workdir.run("types", "DEMO", "--format", "json")
    types = json.loads(ran.out)["types"]
    assert types[7] == {
        "id": "8",
        "name": "AI AGENT",
        "name_in_files": "AI AGENT",
        "description": "Talk to an AI agent",
        "labels": ["prompt", "api_key"],
        "sensitive": [2, 7],
    }
    assert types[-1]["name"] == "\x1b[31m"
    assert "\x1b" not in ran.out


def test_the_first_tenant_of_the_files_asks_where_none_is_named(workdir: Workspace, demo: Emulator) -> None:
    workdir.write("tenants/b.yaml", "tenant: BETA\ndestinations: []\n")
    workdir.write("tenants/a.yaml", "# Ours\ntenant: 'ALPHA'  # the first\ndestinations: []\n")
    assert workdir.run("types").status == 0
    assert [asked.tenant for asked in demo.log] == ["ALPHA"]


@pytest.mark.usefixtures("demo")
def test_without_a_tenant_file_it_asks_for_one(workdir: Workspace) -> None:
    ran = workdir.run("types")
    assert ran.status == 1
    assert "no TENANT given" in ran.err


def test_an_empty_answer_is_no_list_of_types(workdir: Workspace, demo: Emulator) -> None:
    demo.faults.add("empty")
    ran = workdir.run("types", "DEMO")
    assert (ran.status, ran.out) == (1, "")
    assert "an empty reply, twice, which may be an error" in ran.err


def test_no_types_are_said_to_be_none(tmp_path: Path) -> None:
    assert as_text([], Project(tmp_path, SecretResolver({}, tmp_path))) == "The PBX lists no custom destination types."


TYPES = st.builds(Type, st.integers(1, 30).map(str), st.text(max_size=12), st.text(max_size=20))


@settings(max_examples=100, deadline=None)
@given(st.lists(TYPES, unique_by=lambda each: each.id, max_size=6))
def test_the_block_is_a_project_file_whatever_the_types_are_called(
    tmp_path_factory: pytest.TempPathFactory, types: list[Type]
) -> None:
    folder = tmp_path_factory.mktemp("project")
    bare = Project(folder, SecretResolver({}, folder), types={})
    block = as_yaml(types, bare)
    assert "\x1b" not in as_text(types, bare)
    (folder / "pbxsync.yaml").write_text(block or "{}", encoding="utf-8")
    project = find([folder], None, {}, folder)
    assert all(project.labels(each)[:3] == ("first", "second", "third") for each in types)


def write_types(workdir: Workspace, *types: str) -> Path:
    rows = "".join(f"  - {{name: N{at}, type: {kind}}}\n" for at, kind in enumerate(types))
    return workdir.write("tenants/acme.yaml", f"tenant: ACME\ndestinations:\n{rows}")


def test_validate_suggests_the_type_of_the_project_that_is_nearest(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", LABELLED)
    write_types(workdir, "FOWARD", "forward", "FORWARD", "AI AGNET", "SPLIT", "'7'", "FORWARD ALL")
    ran = workdir.run("validate")
    assert ran.status == 0
    assert ran.err.splitlines() == [
        f"warning: tenants/acme.yaml:{line}:5: the project has no type {written} (did you mean {meant}?)."
        " `pbxsync types` lists the types of the PBX"
        for line, written, meant in (
            (3, '"FOWARD"', '"FORWARD"'),
            (4, '"forward"', '"FORWARD"'),
            (6, '"AI AGNET"', '"AI AGENT"'),
        )
    ]


@pytest.mark.usefixtures("demo")
def test_plan_suggests_the_type_of_the_pbx_that_is_nearest(workdir: Workspace) -> None:
    write_types(workdir, "WAITNG", "SPLT")
    ran = workdir.run("plan")
    assert ran.status == 1
    assert 'the PBX has no type "WAITNG"; did you mean "WAITING"?' in ran.text
    assert 'the PBX has no type "SPLT"; did you mean "SPLIT"?' in ran.text
