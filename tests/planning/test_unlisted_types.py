"""A PBX that does not list its types is planned for all the same, as far as numbers tell everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.rawserver import RawServer, reply

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

KEY = "NLbP7GFNVRqu9SDm"
ROW = {"cu_id": "67", "cu_name": "Fax", "cu_ct_id": "7"} | {f"cu_param{number}": "" for number in range(1, 21)}
REFUSED = "Too bad... you mistaken the security api key."
NUMBERED: dict[str, object] = {"name": "Fax", "type": "7", "params": ["1"]}


def plan(workdir: Workspace, entry: dict[str, object], types: str, row: dict[str, str] = ROW) -> tuple[int, str]:
    def answer(request: bytes) -> bytes:
        of_types = b"object=CUSTOMTYPES" in request or b"object=customtype" in request
        return reply(types if of_types else json.dumps([row]))

    workdir.tenant("DEMO", entry)
    with RawServer(answer) as server:
        workdir.connect(server.url, KEY, KEY)
        ran = workdir.run("plan", "--retries", "1")
    return ran.status, ran.text


@pytest.mark.parametrize("types", ["[]", "", "null", REFUSED])
@pytest.mark.parametrize("entry", [NUMBERED, {"name": "Fax", "params": ["1"]}], ids=["a number", "no type"])
def test_a_number_that_is_live_needs_no_list_of_types(workdir: Workspace, types: str, entry: dict[str, object]) -> None:
    status, text = plan(workdir, entry, types)
    assert status == 0, text
    assert "Plan: 0 to add, 1 to change." in text


@pytest.mark.parametrize("types", ["[]", "", REFUSED])
def test_a_number_that_is_not_live_is_no_type(workdir: Workspace, types: str) -> None:
    status, text = plan(workdir, {"name": "New", "type": "9", "params": ["1"]}, types)
    assert status == 1
    assert 'the PBX has no type "9"' in text


@pytest.mark.parametrize("types", ["", REFUSED])
def test_a_name_needs_the_list(workdir: Workspace, types: str) -> None:
    status, text = plan(workdir, {"name": "Fax", "type": "FORWARD", "params": ["1"]}, types)
    assert status == 1
    assert "MANAGEDB CUSTOMTYPES list of DEMO: " in text


def test_a_row_that_does_not_give_its_number_needs_the_list(workdir: Workspace) -> None:
    row = {name: value for name, value in ROW.items() if name != "cu_ct_id"}
    assert plan(workdir, NUMBERED, REFUSED, row)[0] == 1


def test_sensitive_params_need_the_list_because_they_belong_to_names(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", "tenants: [tenants/]\ntypes:\n  BOT: {params: [key], sensitive: [key]}\n")
    status, text = plan(workdir, NUMBERED, REFUSED)
    assert status == 1
    assert "MANAGEDB CUSTOMTYPES list of DEMO: " in text


def test_a_list_that_answers_another_question_is_refused(workdir: Workspace) -> None:
    types = json.dumps({"101": {"cu_id": "101", "cu_name": "Boss", "ct_name": "FORWARD"}})
    status, text = plan(workdir, {"name": "New", "type": "FORWARD", "params": ["+4570123456"]}, types)
    assert status == 1
    assert "a destination among types" in text
