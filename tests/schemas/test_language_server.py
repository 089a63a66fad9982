"""What an editor shows of the schemas, asked of the server that editors use."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from pbxsync.project import find
from pbxsync.schemas.profile_file import profile_schema
from pbxsync.schemas.project_file import project_schema
from pbxsync.schemas.tenant_file import tenant_schema
from tests.schemas.test_tenant_file import OFFICE, USE, office
from tests.support.command import ROOT
from tests.support.language_server import AVAILABLE, LanguageServer, language_server
from tests.tenants.loading import cases
from tests.tenants.test_tenant_file import SETTINGS, of_demo

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="npm is not installed")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    folder = tmp_path_factory.mktemp("editor")
    (folder / "pbxsync.yaml").write_text(SETTINGS)
    project, profiles = find([folder], None, {}, folder), office(folder)
    (folder / "tenant.json").write_text(json.dumps(tenant_schema(project, profiles)))
    (folder / "profile.json").write_text(json.dumps(profile_schema(project)))
    (folder / "project.json").write_text(json.dumps(project_schema()))
    with language_server(folder) as running:
        yield running


def of_tenant(text: str) -> str:
    return f"# yaml-language-server: $schema=tenant.json\n{text}"


def of_profile(text: str) -> str:
    return f"# yaml-language-server: $schema=profile.json\n{text}"


def of_project(text: str) -> str:
    return f"# yaml-language-server: $schema=project.json\n{text}"


GOOD = [
    of_demo('  - {name: a, type: FORWARD, params: {number: "+45", 3: 045}}'),
    of_demo('  - {name: a, type: AI AGENT, params: {1: x, api_key: ""}}'),
    of_demo('  - {name: a, type: AI AGENT, params: [hello, "${KEY}"]}'),
    of_demo('  - {name: 5, type: 7, params: {digits: 045, 20: on, 2: "${file:x}"}}'),
    of_demo("  - {id: 286}\n  - {id: '287', params: {callerid: x, prompt: x, 12: y}}"),
    of_demo("  - {name: a, renamed_from: 2020-01-31, type: 12, params: [1, 1.5, true, '~', 12:30]}"),
    "tenant: 42\nunlisted_params: clear\ndestinations: []\n",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_file_has_no_complaints(server: LanguageServer, text: str) -> None:
    assert server.complaints("good.yaml", of_tenant(text)) == []


def test_the_examples_have_no_complaints(server: LanguageServer) -> None:
    for file in sorted((ROOT / "examples/tenants").rglob("*.yaml")):
        found = server.complaints(file.name, of_tenant(file.read_text()))
        assert [complaint for complaint in found if "no labels for this type" not in complaint] == [], file
    assert server.complaints("pbxsync.yaml", of_project((ROOT / "examples/pbxsync.yaml").read_text())) == []


TEXT = 'write text here: "" if it is empty, and quotes around null and ~'


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("  - name: a\n    type: FORWARD\n    params:\n      number: 5\n      timeout:\n", [f"8:15: {TEXT}"]),
        ("  - name:\n    id: 5\n    params: [a, ]\n    renamed_from:\n", [f"4:10: {TEXT}", f"7:18: {TEXT}"]),
        ("  - name: a\n    type:\n", ["5:10: write a type's name or number, or remove the key"]),
        (
            "  - {name: a, type: FORWARD, params: {1: x, number: y}}",
            ["4:39: number and 1 are the same param: remove one of them"],
        ),
        (
            "  - {name: a, type: FORWARD, params: {nubmer: x}}",
            ["4:39: the params of FORWARD are number, callerid, timeout or 1 to 20"],
        ),
        (
            "  - {name: a, type: AI AGENT, params: {api_key: hunter2}}",
            ["4:49: this param is sensitive: write ${VARIABLE} or ${file:PATH}, never the value itself"],
        ),
        (
            "  - {name: a, type: AI AGENT, params: {2: hunter2}}",
            ["4:43: this param is sensitive: write ${VARIABLE} or ${file:PATH}, never the value itself"],
        ),
        ("  - id: 5a", ["4:9: id must be the number of a live destination, as `pbxsync export` shows it"]),
        ("  - {type: QUEUE}", ["4:5: a destination needs a name, or the id of a live one"]),
        ("  - {id: 5, nmae: x}", ["4:13: a destination is a mapping of name:, type:, params:, id: and renamed_from:"]),
    ],
)
def test_a_complaint_says_what_to_write(server: LanguageServer, text: str, complaints: list[str]) -> None:
    assert server.complaints("bad.yaml", of_tenant(of_demo(text))) == complaints


def test_good_profiles_and_uses_have_no_complaints(server: LanguageServer) -> None:
    assert server.complaints("office.yaml", of_profile(OFFICE)) == []
    use = f"{USE}, without: [x], overrides: [{{name: x, id: 7, params: {{timeout: 030}}}}]}}\n"
    assert server.complaints("uses.yaml", of_tenant(use)) == []


@pytest.mark.parametrize(
    ("use", "complaints"),
    [
        ("{profile: office, with: {kye: 1}}", ["4:23: profile office needs company, key and takes næste"]),
        ("{profile: 7, with: {kye: 1}}", ["4:25: profile 7 has no inputs"]),
    ],
)
def test_a_complaint_about_a_use_says_what_the_profile_needs(
    server: LanguageServer, use: str, complaints: list[str]
) -> None:
    assert server.complaints("use.yaml", of_tenant(f"tenant: A\nprofiles:\n  - {use}\n")) == complaints


@pytest.mark.parametrize("text", [case.values[0] for case in cases(ROOT / "tests/tenants/profile_refusals.txt")])
def test_no_complaint_about_a_profile_or_its_use_is_a_regular_expression(server: LanguageServer, text: str) -> None:
    profile, _, file = text.partition("\n----\n")
    found = server.complaints("profile.yaml", of_profile(profile))
    found += server.complaints("uses.yaml", of_tenant(file)) if file else []
    assert not have_regular_expressions(found), found


def test_profiles_and_the_inputs_of_the_one_that_is_used_are_offered(server: LanguageServer) -> None:
    start = "tenant: A\nprofiles:\n  - profile: "
    assert set(server.offered("a.yaml", of_tenant(f"{start}@\n"))) >= {'"7"', "office"}
    assert {"company", "næste", "key"} <= set(
        server.offered("a.yaml", of_tenant(f"{start}office\n    with:\n      @\n"))
    )
    assert {"with", "without", "overrides"} <= set(server.offered("a.yaml", of_tenant(f"{start}office\n    @\n")))
    row = "profile: x\ndestinations:\n  - name: x\n    type: FORWARD\n    params:\n      @\n"
    assert server.offered("p.yaml", of_profile(row)) == ["number", "callerid", "timeout"]
    assert "description" in server.offered("p.yaml", of_profile("profile: x\ninputs:\n  boss:\n    @\n"))


def have_regular_expressions(complaints: list[str]) -> bool:
    return any(re.search(r"[\^\\]|pattern of|schema", complaint) for complaint in complaints)


@pytest.mark.parametrize("text", [case.values[0] for case in cases(ROOT / "tests/tenants/refusals.txt")])
def test_no_complaint_about_a_tenant_file_is_a_regular_expression(server: LanguageServer, text: str) -> None:
    found = server.complaints("refused.yaml", of_tenant(of_demo(text) if text.startswith("  -") else text))
    assert not have_regular_expressions(found), found


@pytest.mark.parametrize("text", [case.values[0] for case in cases(ROOT / "tests/project/refusals.txt")])
def test_no_complaint_about_a_project_file_is_a_regular_expression(server: LanguageServer, text: str) -> None:
    found = server.complaints("pbxsync.yaml", of_project(text))
    assert found or not text
    assert not have_regular_expressions(found), found


def test_labels_are_offered_and_types_and_keys(server: LanguageServer) -> None:
    start = "tenant: A\ndestinations:\n  - name: a\n    type: "
    params = server.offered("a.yaml", of_tenant(f"{start}FORWARD\n    params:\n      @\n"))
    assert params == ["number", "callerid", "timeout"]
    assert server.offered("a.yaml", of_tenant(f"{start}@\n"))[:2] == ["FORWARD", "AI AGENT"]
    assert {"name", "type", "params", "id"} <= set(
        server.offered("a.yaml", of_tenant("tenant: A\ndestinations:\n  - @\n"))
    )
