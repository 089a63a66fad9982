"""`pbxsync render`: the tenant files without profiles, which load to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace

OFFICE = """profile: office
inputs: {boss: {}, ring: {default: 25}}
destinations:
  - name: Boss phone
    type: FORWARD
    params: {number: {input: boss}, timeout: {input: ring}}
  - name: {template: "Agent of {tenant}"}
    type: AI AGENT
    params: ["Two\\nlines\\n", "${AI_API_KEY}"]
"""
RENDERED = {
    "ACME": """tenant: ACME
destinations:
  - id: 401
    name: Boss phone
    renamed_from: Boss
    type: FORWARD
    params:
      number: "+4520990401"
      timeout: "030"
  - name: Fax
""",
    "BETA": """tenant: BETA
unlisted_params: clear
destinations:
  - name: Boss phone
    type: FORWARD
    params:
      number: "112"
      timeout: 25
  - name: Agent of BETA
    type: AI AGENT
    params: ["Two\\nlines\\n", "${AI_API_KEY}"]
""".replace('"112"', "112"),
}
HEAD = "# Written by `pbxsync render`: change the files that it comes from.\n"


@pytest.fixture
def fleet(workdir: Workspace) -> Workspace:
    workdir.write("pbxsync.yaml", "types:\n  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}\n")
    workdir.write("profiles/office.yaml", OFFICE)
    use = "tenant: {}\nprofiles:\n  - profile: office\n    with: {{boss: '{}'}}\n"
    override = "{name: Boss phone, id: 401, renamed_from: Boss, params: {timeout: 030}}"
    more = f"    without: [Agent of ACME]\n    overrides: [{override}]\ndestinations: [{{name: Fax}}]\n"
    workdir.write("tenants/acme.yaml", use.format("ACME", "+4520990401") + more)
    workdir.write("tenants/beta.yaml", use.format("BETA", "112") + "unlisted_params: clear\n")
    return workdir


def test_several_tenants_are_several_documents(fleet: Workspace) -> None:
    ran = fleet.run("render")
    assert (ran.status, ran.out, ran.err) == (0, f"{RENDERED['ACME']}---\n{RENDERED['BETA']}", "")
    assert fleet.run("render", "--tenant", "B*").out == RENDERED["BETA"]


def test_each_tenant_gets_a_file_that_is_rewritten_only_if_it_changes(fleet: Workspace) -> None:
    ran = fleet.run("render", "--out", "flat")
    assert (ran.status, ran.out, ran.err) == (0, "", "2 files below flat, 2 of them changed\n")
    files = {path.name: path.read_text() for path in (fleet.folder / "flat").iterdir()}
    assert files == {f"{code}.yaml": HEAD + text for code, text in RENDERED.items()}
    assert fleet.run("render", "flat").out == fleet.run("render").out
    assert fleet.run("render", "--out", "flat").err == "2 files below flat, 0 of them changed\n"
    (fleet.folder / "flat/BETA.yaml").write_text("tenant: BETA\ndestinations: []\n")
    ran = fleet.run("render", "--out", "flat")
    assert (ran.status, ran.err) == (
        1,
        "error: flat/BETA.yaml was not written by render: name another folder with --out\n",
    )


@pytest.mark.parametrize("out", ["tenants", "tenants/flat", "flat/../tenants"])
def test_no_file_is_written_where_it_would_be_read_as_a_tenant_file(fleet: Workspace, out: str) -> None:
    before = fleet.files()
    ran = fleet.run("render", "--out", out)
    assert (ran.status, fleet.files()) == (1, before)
    assert "its files would define every destination twice, so name a folder outside" in ran.err


def test_a_folder_that_cannot_be_made_is_named(fleet: Workspace) -> None:
    ran = fleet.run("render", "--out", "pbxsync.yaml/x")
    assert (ran.status, ran.err) == (1, "error: --out pbxsync.yaml/x: part of its path is not a folder\n")


def test_a_tenant_whose_files_differ_in_what_is_unlisted_has_two(fleet: Workspace, tmp_path: Path) -> None:
    fleet.write("tenants/more.yaml", "tenant: BETA\ndestinations: [{name: Kept}]\n")
    assert fleet.run("render", "--out", tmp_path / "flat", "--tenant", "BETA").status == 0
    assert sorted(path.name for path in (tmp_path / "flat").iterdir()) == ["BETA.clear.yaml", "BETA.yaml"]
    assert fleet.run("render", tmp_path / "flat").out == fleet.run("render", "--tenant", "BETA").out


def test_validate_says_how_many_tenants_each_profile_serves(fleet: Workspace) -> None:
    fleet.write("profiles/other.yaml", "profile: 'home office'\ndestinations: []\n")
    fleet.write("tenants/c.yaml", "tenant: C\nprofiles: [{profile: home office}]\n")
    serves = 'Profile "home office": 1 tenant.\nProfile office: 2 tenants.\n'
    ran = fleet.run("validate")
    assert (ran.status, ran.out) == (0, f"Valid: 4 destinations of 3 tenants in 3 files.\n{serves}")
    assert fleet.run("validate", "tenants/acme.yaml").out.endswith("in 1 file.\nProfile office: 1 tenant.\n")


def test_a_misspelled_type_of_a_profile_gets_one_warning(fleet: Workspace) -> None:
    fleet.write("profiles/office.yaml", OFFICE.replace("type: FORWARD", "type: FORWRD").replace("number:", "1:"))
    text = (fleet.folder / "profiles/office.yaml").read_text().replace("timeout:", "3:")
    fleet.write("profiles/office.yaml", text)
    fleet.write("tenants/acme.yaml", "tenant: ACME\nprofiles: [{profile: office, with: {boss: 1}}]\n")
    assert fleet.run("validate").err == (
        'warning: profiles/office.yaml:4:5: the project has no type "FORWRD" (did you mean "FORWARD"?). `pbxsync types`'
        " lists the types of the PBX (2 uses of this profile)\n"
    )
