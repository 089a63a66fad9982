"""Rows of another tenant, of no tenant or of another table: shown as what they are, and never written."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from tests.support.rawserver import RawServer, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.workspace import Workspace

TYPES = {"1": {"ct_id": "1", "ct_name": "FORWARD", "ct_description": ""}}
EMERGENCY: dict[str, Any] = {"name": "Emergency line", "type": "FORWARD", "params": ["70112112", "ORIGINAL", "20"]}
SHARED = "(of no tenant: never written)"


@contextmanager
def server(workdir: Workspace, answer: Callable[[str, str, str], Any]) -> Iterator[RawServer]:
    """A PBX whose reads are answered by `answer(object, action, tenant)`, and whose writes are refused."""

    def answered(request: bytes) -> bytes:
        line = request.partition(b" HTTP/")[0].decode()
        words = {name: values[0] for name, values in parse_qs(line.partition("?")[2]).items()}
        if request.startswith(b"POST"):
            return reply("no writes here", status=500)
        told = answer(words["object"], words["action"], words["tenant"])
        return reply(json.dumps(TYPES if told is None else told))

    with RawServer(answered) as running:
        workdir.connect(running.url, "read-key-1234", "write-key-1234")
        yield running


def row(cu_id: int, name: str, te_id: int | str | None = None, number: str = "100") -> dict[str, str]:
    told = {} if te_id is None else {"cu_te_id": str(te_id)}
    params = {f"cu_param{position}": "" for position in range(2, 21)}
    return {"cu_id": str(cu_id), "cu_name": name, "cu_ct_id": "1", "cu_param1": number, **params, **told}


def writes(server: RawServer) -> list[bytes]:
    return [request for request in server.requests if request.startswith(b"POST")]


OTHER_QUESTIONS = [
    ("CUSTOMTYPES", {"101": {"cu_id": "101", "cu_name": "Boss", "ct_name": "FORWARD"}}, "a destination among types"),
    ("CUSTOM", {"1": {"ct_id": "1", "ct_name": "FORWARD"}}, "a row without cu_name"),
]


@pytest.mark.parametrize(("table", "told", "fact"), OTHER_QUESTIONS, ids=["CUSTOMTYPES", "CUSTOM"])
def test_the_reply_to_another_question_fails_the_tenant_and_writes_nothing(
    workdir: Workspace, table: str, told: Any, fact: str
) -> None:
    workdir.tenant("DEMO", {"name": "New", "type": "FORWARD", "params": ["+4570123456"]})
    with server(workdir, lambda asked, *_: told if asked == table else {"CUSTOM": []}.get(asked)) as pbx:
        ran = workdir.apply()
    assert (ran.status, writes(pbx)) == (1, [])
    assert fact in ran.out


@pytest.mark.parametrize("table", ["CUSTOM", "CUSTOMTYPES"])
def test_an_emulator_that_answers_another_question_is_not_believed(workdir: Workspace, table: str) -> None:
    workdir.tenant("DEMO", {"name": "Boss", "type": "FORWARD", "params": ["+4570123456"]})
    with workdir.emulator("full", faults=[f"other-object object={table}"]) as pbx:
        pbx.put("DEMO", cu_name="Boss", cu_param1="1")
        assert workdir.apply().status == 1
        assert not workdir.sent


@pytest.mark.parametrize("params", ["with params", "without params"])
def test_the_list_of_another_tenant_fails_both(workdir: Workspace, params: str) -> None:
    for code, number in (("ALPHA", "111"), ("BETA", "222")):
        workdir.tenant(code, {"name": "Reception", "type": "FORWARD", "params": [number]})
    dialect = "full" if params == "with params" else "default"
    with workdir.emulator(dialect, faults=["other-tenant as=ALPHA tenant=BETA"]) as pbx:
        pbx.put("ALPHA", cu_name="Reception", cu_param1="100")
        ran = workdir.apply()
        assert ran.status == 1
        assert not workdir.sent
        assert pbx.rows("ALPHA")[0]["cu_param1"] == "100"
    assert "! ALPHA failed: the PBX lists " in ran.out
    assert "for ALPHA and also for BETA" in ran.out
    assert "for BETA and also for ALPHA" in ran.out


def test_two_codes_of_one_tenant_are_refused_with_both_names(workdir: Workspace) -> None:
    for code, number in (("ACME", "111"), ("ACME2", "222")):
        workdir.tenant(code, {"name": "Boss phone", "type": "FORWARD", "params": [number]})
    with server(workdir, lambda asked, *_: [row(286, "Boss phone", 42)] if asked == "CUSTOM" else None) as pbx:
        ran = workdir.apply()
    assert (ran.status, writes(pbx)) == (1, [])
    assert "rows of the same tenant of the PBX (cu_te_id 42) for ACME and also for ACME2" in ran.out


def test_one_tenant_id_with_rows_apart_is_refused_too(workdir: Workspace) -> None:
    for code in ("ACME", "BETA"):
        workdir.tenant(code, {"name": code, "type": "FORWARD", "params": ["7"]})
    rows = {"ACME": [row(1, "ACME", 42)], "BETA": [row(2, "BETA", 42)]}
    with server(workdir, lambda asked, _, tenant: rows[tenant] if asked == "CUSTOM" else None) as pbx:
        assert workdir.apply().status == 1
    assert not writes(pbx)


def test_codes_that_differ_in_case_alone_are_refused_once_one_id_is_seen_twice(workdir: Workspace) -> None:
    for code, number in (("DEMO", "111"), ("demo", "222")):
        workdir.tenant(code, {"name": "New line", "type": "FORWARD", "params": [number]})
    with workdir.emulator("tenant_case=ignored") as pbx:
        pbx.put("DEMO", cu_name="Old line")
        ran = workdir.apply()
        assert (ran.status, workdir.sent) == (1, [])
    assert "for DEMO and also for demo" in ran.out
    ran = workdir.run("validate")
    assert ran.status == 0
    assert "differs from that of tenants/DEMO.yaml (DEMO) only in case" in ran.err


def test_saved_plans_that_update_one_id_for_two_tenants_are_refused(workdir: Workspace) -> None:
    for code, number in (("ALPHA", "111"), ("BETA", "222")):
        workdir.tenant(code, {"name": "Reception", "type": "FORWARD", "params": [number]})
    with workdir.emulator() as pbx:
        for code in ("ALPHA", "BETA"):
            pbx.put(code, cu_name="Reception", cu_param1="100")
        plan = workdir.save()
        pbx.faults.add("te-id=42")
        ran = workdir.run("apply", plan)
        assert (ran.status, workdir.sent) == (1, [])
    assert "rows of the same tenant of the PBX (cu_te_id 42) for ALPHA and also for BETA" in ran.err


def test_a_revert_of_rows_of_two_tenants_that_are_one_writes_nothing(workdir: Workspace) -> None:
    for code, number in (("ALPHA", "111"), ("BETA", "222")):
        workdir.tenant(code, {"name": "Reception", "type": "FORWARD", "params": [number]})
    with workdir.emulator() as pbx:
        for code in ("ALPHA", "BETA"):
            pbx.put(code, cu_name="Reception", cu_param1="100")
        assert workdir.apply("--journal", "a.jsonl").status == 0
        pbx.clear_log()
        pbx.faults.add("te-id=42")
        ran = workdir.run("revert", "--auto-approve", "a.jsonl")
        assert (ran.status, workdir.sent) == (1, [])
    assert "for ALPHA and also for BETA" in ran.text


KINDS = [(shared, te_id) for shared in ("zero", "empty", "other") for te_id in ("yes", "no")]


@pytest.mark.parametrize(("shared", "te_id"), KINDS)
def test_a_file_that_names_a_shared_destination_gets_an_error_that_says_so(
    workdir: Workspace, shared: str, te_id: str
) -> None:
    workdir.tenant("ACME", EMERGENCY)
    with workdir.emulator(f"shared={shared},te_id={te_id}") as pbx:
        for number in range(3):
            pbx.put("ACME", cu_name=f"Own {number}")
        line = pbx.put_shared(cu_name="Emergency line", cu_param1="112")
        ran = workdir.apply()
        assert (ran.status, workdir.sent) == (1, [])
        assert pbx.shared_rows[0]["cu_param1"] == "112"
    assert "shared" in ran.out
    if shared != "other" or te_id == "yes":
        assert f'tenants/ACME.yaml:3:5: matches destination {line} ("Emergency line"), which is shared' in ran.out


@pytest.mark.parametrize("by", [{"id": "LINE"}, {"name": "Rescue", "renamed_from": "Emergency line"}])
def test_neither_an_id_nor_a_rename_reaches_a_shared_destination(workdir: Workspace, by: dict[str, str]) -> None:
    with workdir.emulator("full,shared=zero") as pbx:
        pbx.put("ACME", cu_name="Own")
        line = pbx.put_shared(cu_name="Emergency line", cu_param1="112")
        workdir.tenant("ACME", {"type": "FORWARD", "params": ["1"], **by} | ({"id": line} if "id" in by else {}))
        ran = workdir.apply()
        assert (ran.status, workdir.sent) == (1, [])
    assert f"matches destination {line}" in ran.out


@pytest.mark.parametrize("shared", ["zero", "empty", "other"])
def test_without_the_entry_it_is_listed_as_shared(workdir: Workspace, shared: str) -> None:
    workdir.tenant("ACME", {"name": "Own 1", "params": ["200"]})
    with workdir.emulator(f"full,shared={shared}") as pbx:
        for number in range(3):
            pbx.put("ACME", cu_name=f"Own {number}", cu_param1="100")
        line = pbx.put_shared(cu_name="Emergency line", cu_param1="112")
        shown = {name: workdir.run("-v", "plan", "--format", name).out for name in ("text", "json", "markdown", "html")}
        assert workdir.apply().status == 0
        assert len(workdir.commits) == 1
        assert pbx.shared_rows[0]["cu_param1"] == "112"
    for name in ("text", "markdown"):
        assert f"2 unmanaged (live, in no file: left alone), 1 shared {SHARED}." in shown[name]
        assert f'{line}  "Emergency line"' in shown[name]
    assert "1 shared" in shown["html"]
    assert "Emergency line" in shown["html"]
    document = json.loads(shown["json"])
    assert document["summary"]["shared"] == 1
    assert document["tenants"][0]["shared"] == [{"id": line, "name": "Emergency line", "type": "FORWARD"}]


@pytest.mark.parametrize("dialect", ["full", "default", "te_id=yes"])
@pytest.mark.parametrize("shared", ["zero", "empty", "other"])
def test_shared_destinations_are_never_exported(workdir: Workspace, shared: str, dialect: str) -> None:
    with workdir.emulator(f"{dialect},shared={shared}") as pbx:
        for number in range(3):
            pbx.put("ACME", cu_name=f"Own {number}")
        pbx.put_shared(cu_name="Emergency line", cu_param1="112")
        ran = workdir.run("export", "ACME")
    assert ran.status == 0
    assert ran.out.count("name: Own") == 3
    assert "Emergency" not in ran.out


def test_a_merge_leaves_shared_destinations_out(workdir: Workspace) -> None:
    workdir.tenant("ACME", {"name": "Own 0"})
    with workdir.emulator("shared=zero") as pbx:
        for number in range(3):
            pbx.put("ACME", cu_name=f"Own {number}")
        pbx.put_shared(cu_name="Emergency line", cu_param1="112")
        assert workdir.run("export", "--merge").status == 0
    text = (workdir.folder / "tenants/ACME.yaml").read_text()
    assert "Own 2" in text
    assert "Emergency" not in text


@pytest.mark.parametrize("te_id", ["yes", "no"])
@pytest.mark.parametrize("shared", ["zero", "empty", "other"])
def test_shared_destinations_in_every_list_fail_no_tenant(workdir: Workspace, shared: str, te_id: str) -> None:
    """Also a tenant that has fewer of its own than there are shared ones."""
    counts = {"ACME": 3, "BETA": 1, "GAMMA": 2}
    with workdir.emulator(f"shared={shared},te_id={te_id}") as pbx:
        for code, count in counts.items():
            for number in range(count):
                pbx.put(code, cu_name=f"{code} {number}", cu_param1="100")
            workdir.tenant(code, *({"name": f"{code} {number}", "params": ["200"]} for number in range(count)))
        for number in range(2):
            pbx.put_shared(cu_name=f"Emergency {number}", cu_param1="112")
        ran = workdir.apply()
        assert ran.status == 0, ran.text
        assert len(workdir.commits) == 6
        assert {line["cu_param1"] for line in pbx.shared_rows} == {"112"}
    assert f"0 unmanaged (live, in no file: left alone), 6 shared {SHARED}." in ran.out


def test_a_list_without_a_majority_fails_the_tenant(workdir: Workspace) -> None:
    workdir.tenant("ACME", EMERGENCY)
    rows = [row(1, "Own", 42), row(5, "Emergency line", 43, "112")]
    with server(workdir, lambda asked, *_: rows if asked == "CUSTOM" else None) as pbx:
        ran = workdir.apply()
    assert (ran.status, writes(pbx)) == (1, [])
    assert "their cu_te_id differs: 42, 43" in ran.out
