"""A document that pbxsync would not write is refused, with the place of the mistake."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync import planfile
from pbxsync.model.plan import TenantPlan
from tests.planfile.documents import refusal, signed
from tests.render import samples

if TYPE_CHECKING:
    from collections.abc import Callable


def change(index: int = 0, **values: object) -> Callable[[dict[str, Any]], None]:
    """Change keys of a change of the first tenant; `...` takes one away."""

    def spoil(document: dict[str, Any]) -> None:
        put(document["tenants"][0]["changes"][index], values)

    return spoil


def row(index: int, number: int, **values: object) -> Callable[[dict[str, Any]], None]:
    """Change keys of a diff row of a change of the first tenant."""

    def spoil(document: dict[str, Any]) -> None:
        put(document["tenants"][0]["changes"][index]["diff"][number], values)

    return spoil


def tenant(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: put(document["tenants"][0], values)


def top(**values: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: put(document, values)


def put(target: dict[str, Any], values: dict[str, object]) -> None:
    for key, value in values.items():
        if value is ...:
            del target[key]
        else:
            target[key] = value


SPOILED: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (top(url=""), "url must not be empty"),
    (top(url=...), "url must be a string"),
    (top(created_at="yesterday"), "created_at must be a time"),
    (top(complete=False), "complete does not match"),
    (top(complete=1), "complete must be true or false"),
    (top(summary={}), "tenants must be a whole number"),
    (top(summary=[]), "summary must be an object"),
    (top(tenants={}), "tenants must be a list"),
    (top(tenants=[1]), "tenants[0] must be an object"),
    (tenant(tenant=""), "tenants[0].tenant must not be empty"),
    (tenant(unchanged=-1), "tenants[0].unchanged must be a whole number"),
    (tenant(unchanged=True), "tenants[0].unchanged must be a whole number"),
    (tenant(unchanged=9), "summary.unchanged does not match"),
    (tenant(error="failed"), "tenants[0].changes must be empty if there is an error"),
    (tenant(error=...), "tenants[0].error must be a string or null"),
    (tenant(warnings="x"), "tenants[0].warnings must be a list of strings"),
    (tenant(unmanaged=[{"id": "1", "name": "", "type": ""}]), "unmanaged does not match its count"),
    (change(action="delete"), 'changes[0].action must be "add" or "update"'),
    (change(id=None), "changes[0].id must be a number in quotes"),
    (change(id="0"), "changes[0].id must be a number in quotes"),
    (change(id="²"), "changes[0].id must be a number in quotes"),
    (change(id="67&object=x"), "changes[0].id must be a number in quotes"),
    (change(live=...), "changes[0].live must be there"),
    (change(live=None), "changes[0].live must be a string"),
    (change(diff=[]), "changes[0].diff must not be empty"),
    (change(name="Another"), "changes[0].name is not the name in its diff"),
    (row(0, 1, field="name", after="Boss private phone"), "changes[0].diff has a field twice"),
    (row(0, 0, field="param21"), "diff[0].field must be name, type or param1 to param20"),
    (row(0, 0, field="cu_id"), "diff[0].field must be name, type or param1 to param20"),
    (row(0, 0, after=None), "diff[0].after must be a string"),
    (row(0, 0, before=None), "changes[0].diff has no value before an update"),
    (row(0, 0, before=...), "diff[0].before must be a string or null"),
    (row(0, 1, sensitive=True), "diff[1].fingerprint must be a string"),
    (row(0, 1, sensitive=True, fingerprint="x"), "diff[1].after must be null if it is sensitive"),
    (row(1, 1, sensitive=True, fingerprint="x"), "diff[1].sensitive does not belong to a type"),
    (change(1, id="5"), "changes[1].id must be null for an add"),
    (change(1, live="x"), "changes[1].live belongs to updates only"),
    (row(1, 2, before="x"), "changes[1].diff has a value before an add"),
    (row(1, 1, before_id="1"), "changes[1].diff has a value before an add"),
    (row(1, 1, after_id=None), "diff[1].after_id must be a string"),
    (row(1, 1, after_id="FORWARD"), "diff[1].after_id must be a number in quotes"),
    (row(1, 1, after_id="1" * 5000), "diff[1].after_id must be a number in quotes"),
    (row(1, 1, field="param2"), "changes[1].diff needs name and type for an add"),
]


@pytest.mark.parametrize(("spoil", "fact"), SPOILED, ids=[fact for _, fact in SPOILED])
def test_a_plan_that_pbxsync_would_not_write_is_refused_by_place(
    spoil: Callable[[dict[str, Any]], None], fact: str
) -> None:
    document = planfile.document(samples.FULL)
    spoil(document)
    assert fact in refusal(signed(document))


def test_one_tenant_or_id_or_new_name_twice_is_refused() -> None:
    twice = planfile.document(samples.plan(samples.DEMO, samples.DEMO))
    assert 'contain tenant "DEMO" twice' in refusal(signed(twice))
    other = replace(samples.DEMO, tenant="OTHER")
    assert "contain id 286 twice" in refusal(signed(planfile.document(samples.plan(samples.DEMO, other))))
    adds = TenantPlan("A", (samples.add("A", "x"), samples.add("A", "x")))
    assert 'contain the add of "x" to tenant "A" twice' in refusal(signed(planfile.document(samples.plan(adds))))
