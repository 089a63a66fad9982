"""A job that plans every night can tell drift, additions by hand and nothing apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

NIGHTLY = ("plan", "--detailed-exitcode", "--unmanaged", "fail")


@pytest.fixture
def managed(workdir: Workspace, pbx: Emulator) -> None:
    for tenant in ("ACME", "BETA"):
        pbx.put(tenant, cu_name="Phone", cu_param1="1")
        workdir.tenant(tenant, {"name": "Phone", "params": ["1"]})


@pytest.mark.usefixtures("managed")
@pytest.mark.parametrize(
    ("changed", "added", "status"), [(False, False, 0), (True, False, 2), (False, True, 1), (True, True, 1)]
)
def test_the_exit_status_tells_what_has_moved(
    workdir: Workspace, pbx: Emulator, changed: bool, added: bool, status: int
) -> None:
    if changed:
        pbx.change(pbx.rows("ACME")[0]["cu_id"], cu_param1="2")
    if added:
        pbx.put("BETA", cu_name="By hand")
    ran = workdir.run(*NIGHTLY, "--format", "json")
    assert ran.status == status
    summary = json.loads(ran.out)["summary"]
    assert (summary["update"], summary["unmanaged"], summary["failed"]) == (int(changed), int(added), 0)
    assert ran.err == (
        "error: 1 live destination is in no file: BETA 1 (-v lists them; `pbxsync export --merge` adopts them)\n"
        if added
        else ""
    )


@pytest.mark.usefixtures("managed")
def test_a_warning_leaves_the_exit_status_alone(workdir: Workspace, pbx: Emulator) -> None:
    pbx.put("BETA", cu_name="By hand")
    warned = workdir.run("plan", "--detailed-exitcode", "--unmanaged", "warn")
    assert (warned.status, warned.err.startswith("warning: 1 live destination is in no file")) == (0, True)
    ignored = workdir.run("plan", "--detailed-exitcode", "--unmanaged", "ignore")
    assert (ignored.status, ignored.err) == (0, "")
    assert ignored == workdir.run("plan", "--detailed-exitcode")


def test_tenants_with_the_most_are_named_first_and_ten_of_them(workdir: Workspace, pbx: Emulator) -> None:
    for number in range(12):
        workdir.tenant(f"T{number:02}")
        for _ in range(3 if number == 11 else 1):
            pbx.put(f"T{number:02}", cu_name="By hand")
    ran = workdir.run(*NIGHTLY)
    assert ran.status == 1
    assert "14 live destinations are in no file: T11 3, T00 1, T01 1," in ran.err
    assert "T08 1 and 2 more tenants (" in ran.err


@pytest.mark.usefixtures("managed")
def test_an_incomplete_plan_is_1_whatever_is_unmanaged(workdir: Workspace, pbx: Emulator) -> None:
    pbx.faults.add("too-bad tenant=BETA")
    assert workdir.run(*NIGHTLY).status == 1
    assert workdir.run("plan", "--detailed-exitcode", "--unmanaged", "ignore").status == 1
