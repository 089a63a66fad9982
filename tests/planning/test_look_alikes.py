"""An add beside a destination whose name looks the same is refused: it could never be taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace


def forward(name: str) -> dict[str, Any]:
    return {"name": name, "type": "FORWARD", "params": ["+4520990411"]}


PAIRS = [
    ("Hansen &amp; S&oslash;n", "Hansen & Søn"),
    ("Hansen &#38; S\\u00f8n", "Hansen & Søn"),
    ("O\\'Brien", "O'Brien"),
    ("Front\u00a0desk", "Front desk"),
    ("Night\u200bduty", "Nightduty"),
    ("Tel  2", "Tel 2"),
    ("Vagt\uff11", "Vagt1"),
    ("VAGT", "Vagt"),
    ("Cafe\u0301", "Café"),
    (" Desk", "Desk"),
]


@pytest.mark.parametrize(("live", "name"), PAIRS)
@pytest.mark.parametrize("dialect", ["default", "full"])
def test_an_add_that_looks_like_an_unmanaged_destination_names_the_id_to_adopt(
    workdir: Workspace, live: str, name: str, dialect: str
) -> None:
    workdir.tenant_json("DEMO", forward(name))
    with workdir.emulator(dialect) as pbx:
        object_id = pbx.put("DEMO", cu_name=live)
        ran = workdir.apply()
        assert (ran.status, workdir.sent) == (1, [])
        assert f"the live destination {object_id}, which is in no file" in ran.out
        assert f"write `id: {object_id}` here" in ran.out
        workdir.tenant_json("DEMO", forward(name) | {"id": object_id})
        assert workdir.apply().status == 0


def test_both_are_fine_once_both_are_in_the_files(workdir: Workspace) -> None:
    with workdir.emulator() as pbx:
        object_id = pbx.put("DEMO", cu_name="FRONT DESK")
        workdir.tenant("DEMO", forward("Front desk"), {"id": object_id})
        ran = workdir.apply()
        assert ran.status == 0, ran.text
        assert [row["cu_name"] for row in pbx.rows("DEMO")] == ["FRONT DESK", "Front desk"]
    workdir.tenant("DEMO", forward("Front desk"), forward("FRONT DESK"))
    ran = workdir.run("validate")
    assert ran.status == 0
    assert ran.err.startswith("warning: tenants/DEMO.yaml:")


def test_a_server_that_stores_names_as_html_gets_no_second_add(workdir: Workspace) -> None:
    workdir.tenant("DEMO", forward("Hansen & Søn"))
    with workdir.emulator() as pbx:
        pbx.put("DEMO", cu_name="Hansen &amp; Søn", cu_param1="+4520990411")
        for _ in range(3):
            assert workdir.apply().status == 1
        assert len(pbx.rows("DEMO")) == 1


def test_several_that_look_the_same_are_all_named(workdir: Workspace) -> None:
    workdir.tenant("DEMO", forward("Desk"))
    with workdir.emulator() as pbx:
        first, second = (pbx.put("DEMO", cu_name=name) for name in ("desk", "DESK"))
        out = workdir.run("plan").out
    assert f"the live destination {first} (also {second})" in out


def test_a_merge_of_look_alikes_is_how_both_get_into_the_files(workdir: Workspace) -> None:
    workdir.tenant("DEMO", forward("Desk"))
    with workdir.emulator() as pbx:
        pbx.put("DEMO", cu_name="desk")
        assert workdir.run("export", "--merge").status == 0
        assert workdir.apply().status == 0
        assert len(pbx.rows("DEMO")) == 2


@pytest.mark.parametrize(("live", "name"), PAIRS)
def test_a_saved_add_is_stale_once_a_look_alike_is_live(
    workdir: Workspace, pbx: Emulator, live: str, name: str
) -> None:
    workdir.tenant_json("DEMO", forward(name))
    plan = workdir.save()
    object_id = pbx.put("DEMO", cu_name=live)
    for files in ([], ["--without-files"]):
        ran = workdir.run("apply", plan, *files)
        assert (ran.status, workdir.sent) == (1, [])
        assert f"which looks the same, is live now as {object_id}" in ran.text


def test_a_saved_add_hidden_by_one_list_and_spelt_otherwise_by_the_next_is_not_repeated(
    workdir: Workspace, pbx: Emulator
) -> None:
    """Seen after a killed apply: one list left out the row that it had added, and the next one had it in capitals."""
    pbx.put("DEMO", cu_name="Fax")
    pbx.put("DEMO", cu_name="Night & S\u00f8n", cu_param1="+4520990411")
    workdir.tenant_json("DEMO", forward("Night & S\u00f8n"))
    pbx.faults.add("missing-row action=LIST n=1")
    plan = workdir.save()
    pbx.faults.clear()
    pbx.faults.add("list-names-upper")
    ran = workdir.run("apply", plan)
    assert (ran.status, workdir.sent) == (1, [])
    assert "is live now as 2" in ran.text


@pytest.mark.parametrize("files", [[], ["--without-files"]], ids=["with files", "without"])
def test_a_saved_add_beside_a_look_alike_that_the_files_have_is_applied(
    workdir: Workspace, pbx: Emulator, files: list[str]
) -> None:
    object_id = pbx.put("DEMO", cu_name="FAX", cu_param1="1")
    workdir.tenant("DEMO", {"name": "FAX", "params": ["1"]}, forward("Fax"), forward("fax"))
    plan = workdir.save()
    document = json.loads(plan.read_text())
    assert [change["beside"] for change in document["tenants"][0]["changes"]] == [[object_id], [object_id]]
    ran = workdir.run("apply", plan, *files)
    assert ran.status == 0, ran.text
    assert [row["cu_name"] for row in pbx.rows("DEMO")] == ["FAX", "Fax", "fax"]
    assert workdir.run("plan", "--detailed-exitcode").status == 0


def test_a_resumed_plan_knows_the_look_alike_that_it_added_itself(workdir: Workspace, pbx: Emulator) -> None:
    workdir.tenant("DEMO", forward("Fax"), forward("FAX"))
    plan = workdir.save()
    pbx.faults.add("status-500 action=ADD n=2")
    failed = workdir.run("apply", plan, "--journal", "run.jsonl")
    assert failed.status == 1
    pbx.faults.clear()
    resumed = workdir.run("apply", plan, "--resume", "run.jsonl", "--journal", "again.jsonl")
    assert resumed.status == 0, resumed.text
    assert sorted(row["cu_name"] for row in pbx.rows("DEMO")) == ["FAX", "Fax"]
