"""What files may ask for is limited by the environment, before a key is read or a request is sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

AGENT = "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n"


def refused(workspace: Workspace, *places: str) -> str:
    """Run every command that would send a key; return what the plan says."""
    for command in (["plan"], ["apply", "--auto-approve"], ["doctor"], ["types", "DEMO"], ["export", "DEMO"]):
        ran = workspace.run(*command)
        assert ran.status == 1, command
        assert all(place in ran.text for place in places), (command, ran.text)
    assert workspace.pbx.log == []
    return workspace.run("plan").err


@pytest.fixture
def project(workspace: Workspace) -> Workspace:
    """A project whose file names the PBX, as a pull request can change it."""
    workspace.write("pbxsync.yaml", f"url: {workspace.pbx.url}\nread_key: ${{PBXSYNC_READ_KEY}}\n")
    workspace.tenant("DEMO", forward("Desk"))
    del workspace.environ["PBXSYNC_URL"]
    return workspace


def test_a_url_of_the_file_that_is_not_allowed_gets_no_key(project: Workspace) -> None:
    project.environ["PBXSYNC_ALLOWED_URLS"] = "https://portal.pbxcloud.example/pbx/proxyapi.php"
    err = refused(project, "pbxsync.yaml:1:6", "PBXSYNC_ALLOWED_URLS")
    assert project.pbx.url in err
    project.environ["PBXSYNC_ALLOWED_URLS"] += f" {project.pbx.url}"
    assert project.run("plan").status == 0


def test_the_url_of_the_environment_must_be_allowed_too(project: Workspace) -> None:
    project.environ.update({"PBXSYNC_URL": project.pbx.url, "PBXSYNC_ALLOWED_URLS": ""})
    assert "it is empty, so it allows nothing" in refused(project, "environment: PBXSYNC_URL")


def test_a_variable_that_is_not_allowed_is_not_read(project: Workspace) -> None:
    project.environ.update({"GITHUB_TOKEN": "ghs-token-of-the-job", "PBXSYNC_ALLOWED_VARIABLES": "PBXSYNC_*"})
    assert project.run("plan").status == 0
    project.write("pbxsync.yaml", f"url: {project.pbx.url}\nread_key: ${{GITHUB_TOKEN}}\n")
    project.pbx.clear_log()
    assert "${GITHUB_TOKEN} is not allowed by PBXSYNC_ALLOWED_VARIABLES" in refused(project, "pbxsync.yaml:2:11")
    project.write("pbxsync.yaml", f"url: {project.pbx.url}\nkeys:\n  DEMO: {{write: '${{GITHUB_TOKEN}}'}}\n")
    refused(project, "pbxsync.yaml:3:17")


def test_a_secret_file_outside_of_the_allowed_folders_is_not_read(project: Workspace) -> None:
    project.write("run/secrets/token", "the-token-of-the-cluster")
    project.write("pbxsync.yaml", f"url: {project.pbx.url}\nread_key: ${{file:run/secrets/token}}\n")
    project.environ["PBXSYNC_ALLOWED_FILES"] = str(project.folder / "run/allowed")
    refused(project, "pbxsync.yaml:2:11", "PBXSYNC_ALLOWED_FILES")


def test_a_sensitive_param_of_a_tenant_file_is_limited_alike(project: Workspace) -> None:
    project.write("pbxsync.yaml", f"url: {project.pbx.url}\n{AGENT}")
    project.environ.update({"PBXSYNC_ALLOWED_VARIABLES": "AI_*", "DEPLOY_KEY": "the-deploy-key-of-the-job"})
    project.write(
        "tenants/DEMO.yaml",
        "tenant: DEMO\ndestinations:\n  - name: Bot\n    type: AI AGENT\n"
        "    params: {prompt: x, api_key: '${DEPLOY_KEY}'}\n",
    )
    ran = project.run("plan")
    assert ran.status == 1
    assert "tenants/DEMO.yaml:5:34: ${DEPLOY_KEY} is not allowed by PBXSYNC_ALLOWED_VARIABLES" in ran.err
    assert project.pbx.log == []


def test_the_database_of_an_emulator_stays_below_the_project(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Desk"))
    del workspace.environ["PBXSYNC_URL"]
    for file in ("../pbx.db", f"{workspace.folder.parent}/pbx.db", "a/../../pbx.db"):
        workspace.write("pbxsync.yaml", f"url: emulator:{file}\n")
        ran = workspace.run("plan")
        assert (ran.status, "below the folder of the project file" in ran.err) == (1, True), file
    assert not (workspace.folder.parent / "pbx.db").exists()
    workspace.write("pbxsync.yaml", "url: emulator:.pbxsync/pbx.db\n")
    assert workspace.run("plan").status == 0


def test_a_url_that_the_environment_overrides_is_named_in_every_format(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", "url: https://other.example/pbx/proxyapi.php\n")
    workspace.tenant("DEMO", forward("Desk"))
    for fmt in ("text", "markdown", "html"):
        out = workspace.run("plan", "--format", fmt).out
        assert "PBXSYNC_URL wins" in out
        assert "https://other.example/pbx/proxyapi.php" in out
    assert json.loads(workspace.run("plan", "--format", "json").out)["overridden_url"].startswith("https://other")
    workspace.write("pbxsync.yaml", f"url: {workspace.pbx.url}\n")
    assert "PBXSYNC_URL wins" not in workspace.run("plan").out


def test_a_sensitive_param_says_where_its_value_comes_from(workspace: Workspace) -> None:
    workspace.write("pbxsync.yaml", AGENT)
    workspace.environ["AI_API_KEY"] = "the-key-of-the-agent"
    workspace.tenant("DEMO", {"name": "Bot", "type": "AI AGENT", "params": {"prompt": "x", "api_key": "${AI_API_KEY}"}})
    for fmt in ("text", "markdown", "html"):
        assert "(sensitive, from ${AI_API_KEY})" in workspace.run("plan", "--format", fmt).out
    plan = workspace.save()
    assert "(sensitive, from ${AI_API_KEY})" in workspace.run("show", plan).out
    assert "the-key-of-the-agent" not in plan.read_text()
