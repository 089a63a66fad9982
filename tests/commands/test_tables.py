"""Tables from end to end: validate, plan, apply, render, export and git, against a PBX over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.repo import Repo

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

PROJECT = "tables:\n  - {file: customers.csv, profile: office}\n  - {file: extra.csv}\n"
OFFICE = """profile: office
inputs: {boss: {}, ring: {default: 25}}
destinations:
  - name: Boss phone
    type: FORWARD
    params: {number: {input: boss}, timeout: {input: ring}}
"""
CUSTOMERS = "tenant;boss;ring\r\nNORDTAND;+4520000001;\r\nSYDTAND;+4520000002;040\r\n"
EXTRA = 'tenant,name,type,number,callerid\nSYDTAND,"Fax\n2",FORWARD,#31#45,\nVESTTAND,Day,FORWARD,112,ORIGINAL\n'


@pytest.fixture
def tables(workspace: Workspace) -> Workspace:
    """Two tables of three tenants, and no tenant files."""
    workspace.write("pbxsync.yaml", PROJECT)
    workspace.write("profiles/office.yaml", OFFICE)
    (workspace.folder / "customers.csv").write_bytes(b"\xef\xbb\xbf" + CUSTOMERS.encode())
    workspace.write("extra.csv", EXTRA)
    return workspace


@pytest.fixture
def repo(tables: Workspace) -> Repo:
    """The same, applied and committed; and a branch `mine`, checked out."""
    repo = Repo(tables.folder)
    tables.write(".gitignore", ".pbxsync/\n*.plan\n*.jsonl\nstate/\n")
    repo.commit()
    assert tables.apply().status == 0
    repo.git("checkout", "-q", "-b", "mine")
    tables.pbx.clear_log()
    return repo


def planned(workspace: Workspace, *words: str) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    ran = workspace.run("plan", "--format", "json", *words)
    assert ran.status == 0, ran.err
    document: dict[str, Any] = json.loads(ran.out)
    return [
        (tenant["tenant"], change["source"], [(row["field"], row["before"], row["after"]) for row in change["diff"]])
        for tenant in document["tenants"]
        for change in tenant["changes"]
    ]


def test_plan_apply_and_a_second_plan_without_changes(tables: Workspace) -> None:
    assert tables.run("validate").out == (
        "Valid: 4 destinations of 3 tenants in 2 files.\nProfile office: 2 tenants.\n"
    )
    assert [(code, source) for code, source, _ in planned(tables)] == [
        ("NORDTAND", "profiles/office.yaml:4 for customers.csv:2"),
        ("SYDTAND", "profiles/office.yaml:4 for customers.csv:3"),
        ("SYDTAND", "extra.csv:2"),
        ("VESTTAND", "extra.csv:4"),
    ]
    assert tables.apply().status == 0
    assert planned(tables) == []
    rows = {row["cu_name"]: row for row in tables.pbx.rows("SYDTAND")}
    assert (rows["Fax\n2"]["cu_param1"], rows["Boss phone"]["cu_param3"]) == ("#31#45", "040")


def test_a_table_among_paths_is_a_table_and_another_csv_file_is_an_error(tables: Workspace) -> None:
    assert [code for code, *_ in planned(tables, "extra.csv")] == ["SYDTAND", "VESTTAND"]
    tables.write("other.csv", "tenant,name\nA,b\n")
    for words in (["plan"], ["apply", "--auto-approve"], ["validate"], ["render"], ["doctor"]):
        ran = tables.run(*words, "other.csv")
        assert ran.status == 1
        assert (
            "other.csv: this is not a table of the project: list it below tables: in pbxsync.yaml" in ran.out + ran.err
        )
    ran = tables.run("plan", "--out", "change.csv")
    assert (ran.status, (tables.folder / "change.csv").exists()) == (1, False)
    assert "--out change.csv: a saved plan may not end in .yaml, .yml or .csv as tenant files and tables do" in ran.err


def test_a_saved_plan_is_compared_with_the_tables(tables: Workspace) -> None:
    plan = tables.save()
    (tables.folder / "customers.csv").write_text(CUSTOMERS.replace("0001", "0009"))
    ran = tables.run("apply", plan)
    assert (ran.status, tables.sent) == (1, [])
    assert 'customers.csv:2 says "+4520000009", the plan would write "+4520000001": plan again' in ran.err
    (tables.folder / "customers.csv").write_text(CUSTOMERS)
    assert tables.run("apply", plan).status == 0
    assert planned(tables) == []


def test_render_writes_tenant_files_that_say_the_same(tables: Workspace) -> None:
    assert tables.apply().status == 0
    assert tables.run("render", "--out", "flat").status == 0
    tables.write("pbxsync.yaml", "tenants: [flat/]\n")
    assert planned(tables) == []
    assert tables.run("validate").out.startswith("Valid: 4 destinations of 3 tenants in 3 files.")


def test_merge_adds_to_tenant_files_what_no_table_has(tables: Workspace) -> None:
    tables.tenant("SYDTAND", {"name": "Fax 3", "type": "FORWARD", "params": ["113"]})
    assert tables.apply().status == 0
    tables.pbx.put("SYDTAND", cu_name="By hand", cu_ct_id=1, cu_param1="114")
    ran = tables.run("export", "--merge")
    assert ran.status == 0, ran.err
    text = (tables.folder / "tenants/SYDTAND.yaml").read_text()
    assert ("By hand" in text, "Boss phone" in text, "Fax\\n2" in text) == (True, False, False)
    assert (tables.folder / "extra.csv").read_text() == EXTRA
    assert planned(tables) == []


@pytest.mark.usefixtures("repo")
def test_since_plans_what_the_change_makes_of_a_table(tables: Workspace) -> None:
    assert planned(tables, "--since", "main") == []
    (tables.folder / "customers.csv").write_text(CUSTOMERS.replace("0001", "0009") + "VESTTAND;+4520000003;\n")
    assert planned(tables, "--since", "main", "customers.csv") == [
        ("NORDTAND", "profiles/office.yaml:4 for customers.csv:2", [("param1", "+4520000001", "+4520000009")]),
        (
            "VESTTAND",
            "profiles/office.yaml:4 for customers.csv:4",
            [
                ("name", None, "Boss phone"),
                ("type", None, "FORWARD"),
                ("param1", None, "+4520000003"),
                ("param3", None, "25"),
            ],
        ),
    ]
    assert {request.tenant for request in tables.pbx.log if request.object == "CUSTOM"} == {"NORDTAND", "VESTTAND"}


@pytest.mark.usefixtures("repo")
def test_since_sees_a_table_replaced_by_tenant_files_and_another_one_renamed(tables: Workspace) -> None:
    assert tables.run("render", "customers.csv", "--out", "tenants").status == 0
    (tables.folder / "customers.csv").unlink()
    (tables.folder / "extra.csv").rename(tables.folder / "more.csv")
    tables.write("pbxsync.yaml", "tables: [{file: more.csv}]\n")
    assert planned(tables, "--since", "main") == []
    assert not [request for request in tables.pbx.log if request.object == "CUSTOM"]
    tables.write("more.csv", EXTRA.partition("VEST")[0])
    ran = tables.run("plan", "--format", "json", "--since", "main")
    assert json.loads(ran.out)["scope"]["since"]["left"] == ["VESTTAND"]


def test_since_names_a_mistake_of_the_base_with_its_commit(tables: Workspace, repo: Repo) -> None:
    tables.write("extra.csv", "tenant,nme\nA,b\n")
    commit = repo.commit()
    tables.write("extra.csv", EXTRA)
    ran = tables.run("plan", "--since", "HEAD")
    assert (ran.status, f"{commit[:12]}:extra.csv:1:8: unknown column nme (did you mean name?)" in ran.err) == (1, True)


@pytest.mark.usefixtures("repo")
def test_a_table_that_is_not_committed_is_said(tables: Workspace) -> None:
    def state() -> tuple[bool, str]:
        document = json.loads(tables.run("plan", "--format", "json").out)
        return document["git"]["clean"], document["scope"]["files"]

    clean, digest = state()
    tables.write("unlisted.csv", "x")
    assert (clean, state()) == (True, (True, digest))
    (tables.folder / "customers.csv").write_text(CUSTOMERS.replace("0001", "0009"))
    assert (state()[0], state()[1] == digest) == (False, False)
    ran = tables.apply()
    assert "1 file is not as committed: customers.csv. What is applied now is in no commit" in ran.err


def test_tenants_of_tables_are_known_where_a_command_needs_one(tables: Workspace) -> None:
    assert tables.run("types").status == 0
    tables.write("extra.csv", EXTRA + 'A B,x,,,\nLAST\n"')  # after a mistake, what is before it
    ran = tables.run("doctor")
    assert "4 tenants" in ran.out, ran.out
    tables.write("extra.csv", "name\nx\n")
    (tables.folder / "customers.csv").unlink()
    assert "no TENANT given" in tables.run("types").err
