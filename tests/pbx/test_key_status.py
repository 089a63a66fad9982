"""The API has one text for a wrong key, an unknown tenant and a missing permission: pbxsync tells them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.tenantfile import forward

if TYPE_CHECKING:
    import pytest

    from pbxsync.emulator import Emulator
    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Exchange, Handler
    from tests.support.workspace import Workspace


def test_a_tenant_that_there_is_not_fails_alone(workdir: Workspace) -> None:
    with workdir.emulator(tenants=["A", "C"]) as pbx:
        for tenant in "ABC":
            workdir.tenant(tenant, forward("x"))
        ran = workdir.run("plan")
        assert ran.status == 1
        assert "! B failed: " in ran.out
        assert "Plan: 2 to add, 0 to change." in ran.out
        refused = [request for request in pbx.log if request.tenant == "B"]
        assert len(refused) == 1
        assert len(pbx.log) - len(refused) <= 6  # two looks at A and C, the types, and what the key was good for


def test_a_wrong_key_is_noticed_before_a_whole_fleet_was_asked(workdir: Workspace, pbx: Emulator) -> None:
    for number in range(200):
        workdir.tenant(f"T{number}", forward("x"))
    workdir.set(PBXSYNC_READ_KEY="not-the-right-key")
    ran = workdir.run("plan")
    assert ran.status == 1
    assert "the key is refused for each of the first 5 tenants" in ran.out
    assert len(pbx.log) <= 5 + 8
    assert len(ran.out) < 10_000  # and not once for each of the tenants


def test_a_key_that_is_revoked_in_the_middle_stops_the_run_at_once(
    workdir: Workspace, pbx: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(50):
        pbx.put(f"T{number}", cu_name="x")
        workdir.tenant(f"T{number}", forward("x"))
    answer = pbx.faults.run

    def revoke_after_30(exchange: Exchange, call_next: Handler) -> tuple[Answer, str | None]:
        if len(pbx.log) >= 30:
            pbx.revoke(pbx.read_key)
        return answer(exchange, call_next)

    monkeypatch.setattr(pbx.faults, "run", revoke_after_30)
    ran = workdir.run("plan")
    assert ran.status == 1
    assert "is refused now: it was revoked or changed" in ran.out
    refused = [request for request in pbx.log if request.reply.startswith("Too bad")]
    assert len(refused) <= 2 * 8  # those in flight, and a look for each whether the key is still good


def test_a_read_only_key_that_is_to_write_is_told_from_a_wrong_one(workdir: Workspace, pbx: Emulator) -> None:
    for tenant in "ABCDEF":
        workdir.tenant(tenant, forward("x"))
    workdir.set(PBXSYNC_WRITE_KEY=pbx.read_key)
    ran = workdir.run("apply", "--auto-approve", "--parallel", "1")
    assert ran.status == 1
    assert "it is a read-only key, or lacks this permission" in ran.out
    assert not any(request.committed for request in pbx.log)
    assert sum(request.action == "ADD" for request in pbx.log) == 2


def test_what_was_written_is_read_back_though_the_key_is_taken_for_a_read_only_one_meanwhile(
    workdir: Workspace, pbx: Emulator
) -> None:
    for tenant in "ABC":
        pbx.put(tenant, cu_name="old")
        workdir.tenant(tenant, forward("x"))
    # A and B are refused only once the add of C is surely under way.
    for tenant in "AB":
        pbx.faults.add(f"latency=0.5s action=add tenant={tenant}")
        pbx.faults.add(f"too-bad action=add tenant={tenant}")
    pbx.faults.add("latency=2s action=add tenant=C")
    ran = workdir.run("apply", "--auto-approve", "--parallel", "3")
    assert ran.status == 1
    assert "Apply failed: 1 added, 0 changed, 2 failed." in ran.out
    assert "could not read back" not in ran.out
    assert [len(pbx.rows(tenant)) for tenant in "ABC"] == [1, 1, 2]


def test_each_tenant_has_its_own_key_and_another_ones_revocation_is_nothing_to_it(
    workdir: Workspace, pbx: Emulator
) -> None:
    for tenant in "AB":
        pbx.add_key(f"key-of-{tenant}", "write", tenant)
        workdir.tenant(tenant, forward("x"))
        workdir.set(**{f"{tenant}_KEY": f"key-of-{tenant}"})
        workdir.keys.add(f"key-of-{tenant}")
    keys = "".join(f'  {tenant}: {{read: "${{{tenant}_KEY}}", write: "${{{tenant}_KEY}}"}}\n' for tenant in "AB")
    workdir.write("pbxsync.yaml", f"keys:\n{keys}")
    assert workdir.run("apply", "--auto-approve").status == 0
    pbx.revoke("key-of-A")
    ran = workdir.run("plan")
    assert ran.status == 1
    assert "! A failed: " in ran.out
    assert "1 unchanged" in ran.out
