"""Two codes that differ in case alone may be one tenant: nothing is added to both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from tests.support.workspace import Workspace


def test_one_name_is_not_added_under_two_codes_that_differ_in_case(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("New line"), forward("Fax"))
    workspace.write(
        "tenants/small.yaml", "tenant: demo\ndestinations:\n  - {name: new line, type: FORWARD, params: ['2']}\n"
    )
    ran = workspace.apply("tenants")
    assert ran.status == 1
    assert "DEMO and demo differ only in case, and both would get" in ran.out
    assert "tenants/small.yaml:3: " in ran.out
    assert "a PBX that ignores case would hold it twice. Keep it in the files of one of them" in " ".join(
        ran.out.split()
    )
    assert workspace.commits == []


def test_a_tenant_without_a_twin_before_the_twins_hides_nothing(workspace: Workspace) -> None:
    for code in ("ALPHA", "DEMO", "demo"):
        workspace.write(
            f"tenants/{'small' if code == 'demo' else code}.yaml",
            f"tenant: {code}\ndestinations:\n  - {{name: New line, type: FORWARD, params: ['2']}}\n",
        )
    ran = workspace.apply("tenants")
    assert ran.status == 1
    assert "DEMO and demo differ only in case" in ran.out
    assert workspace.commits == []


def test_other_names_and_other_codes_are_no_obstacle(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("New line"))
    workspace.tenant("ALPHA", forward("New line"))
    workspace.write(
        "tenants/small.yaml", "tenant: demo\ndestinations:\n  - {name: Fax, type: FORWARD, params: ['2']}\n"
    )
    assert workspace.apply("tenants").status == 0
    assert len(workspace.commits) == 3
