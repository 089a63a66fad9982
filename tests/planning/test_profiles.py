"""What a profile gives is planned and applied like what a file says, and every message shows both places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

AGENT = """profile: agent
inputs: {company: {}, key: {}}
destinations:
  - name: Agent
    type: AI AGENT
    params:
      prompt: {template: "You answer for {company}."}
      api_key: {input: key}
"""
USE = """tenant: ACME
profiles:
  - profile: agent
    with:
      company: Hansen & Søn
      key: ${AGENT_KEY}
"""
BOTH = "profiles/agent.yaml:4 for tenants/acme.yaml:3"


@pytest.fixture
def agent(workdir: Workspace, pbx: Emulator) -> Workspace:
    assert pbx.rows("ACME") == []
    workdir.write("pbxsync.yaml", "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n")
    workdir.write("profiles/agent.yaml", AGENT)
    workdir.write("tenants/acme.yaml", USE)
    workdir.set(AGENT_KEY="sk-live-7x7x7x7x")
    return workdir


@pytest.mark.parametrize("fmt", ["text", "json", "markdown", "html"])
def test_every_format_shows_both_places_and_no_secret(agent: Workspace, fmt: str) -> None:
    ran = agent.run("plan", "--format", fmt)
    assert ran.status == 0
    assert BOTH in ran.out
    assert "sk-live" not in ran.text


def test_what_the_inputs_give_is_what_the_pbx_gets(agent: Workspace, pbx: Emulator) -> None:
    ran = agent.apply("tenants")
    assert ran.status == 0
    (row,) = pbx.rows("ACME")
    assert (row["cu_name"], row["cu_param1"]) == ("Agent", "You answer for Hansen & Søn.")
    assert row["cu_param2"] == "sk-live-7x7x7x7x"
    assert "sk-live" not in ran.text
    assert agent.run("plan").out.endswith(
        "No changes. The PBX matches the files.\n1 unchanged, 0 unmanaged (live, in no file: left alone).\n"
    )


def test_a_variable_that_is_not_set_is_named_where_the_tenant_gives_it(agent: Workspace) -> None:
    agent.environ.pop("AGENT_KEY")
    ran = agent.run("plan")
    assert ran.status == 1
    assert (
        "tenants/acme.yaml:6:12: this sensitive param has no value: set the environment variable AGENT_KEY" in ran.text
    )


def test_a_type_that_the_pbx_does_not_have_is_named_with_both_places(agent: Workspace) -> None:
    agent.write(
        "profiles/agent.yaml", AGENT.replace("AI AGENT", "AI WAITER").replace("prompt", "1").replace("api_key", "2")
    )
    ran = agent.run("plan")
    assert ran.status == 1
    assert 'profiles/agent.yaml:4:5 for tenants/acme.yaml:3:5: the PBX has no type "AI WAITER"' in ran.text
