"""Feeds profiles, and uses of them, that nobody would write to the loader: a sample of what `tenant_files` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.document.characters import FORBIDDEN
from pbxsync.errors import FilesError
from pbxsync.project import find
from pbxsync.tenants.load import load
from pbxsync.text.sanitize import DANGEROUS
from tests.fuzz.tenant_files import ROOT, SETTINGS, Corpus, Maker

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = b"""profile: p
inputs: {boss: {}, ring: {default: 25, description: x}, key: {default: ""}}
destinations:
  - name: {template: "{boss} {{of}} {tenant}"}
    type: FORWARD
    params: {number: {input: boss}, 3: {input: ring}, callerid: "x"}
  - {name: a, type: AI AGENT, params: [{template: "{boss}"}, {input: key}], renamed_from: b}
  - {name: c, type: {input: ring}, params: {20: {template: "{ring}{ring}"}}}
"""
USE = b"""tenant: A
profiles:
  - profile: p
    with: {boss: '5', key: "${VAR}"}
    without: [c]
    overrides: [{name: a, id: 7, params: {prompt: x}}, {name: "5 {of} A", renamed_from: z}]
destinations: [{name: x}]
"""


def refused(part: int) -> list[bytes]:
    """Return the profiles (0) or tenant files (1) of the table of refusals."""
    files = []
    for case in (ROOT / "tests/tenants/profile_refusals.txt").read_text().split("\n=== ")[1:]:
        text = "\n".join(line for line in case.split("\n")[1:] if not line.startswith("→"))
        files += [half.encode() for half in text.split("\n----\n")[part : part + 1]]
    return files


@pytest.mark.parametrize("part", ["profile", "use"])
def test_no_profile_and_no_use_breaks_the_loader(tmp_path: Path, part: str) -> None:
    (tmp_path / "pbxsync.yaml").write_text(SETTINGS)
    project = find([tmp_path], None, {}, tmp_path)
    files = {"profile": tmp_path / "profiles/p.yaml", "use": tmp_path / "t/a.yaml"}
    for path, text in zip(files.values(), (PROFILE, USE), strict=True):
        path.parent.mkdir()
        path.write_bytes(text)
    assert [entry.name for entry in load([files["use"]], project).entries("A")] == ["5 {of} A", "a", "x"]
    good, bad = ([PROFILE], refused(0)) if part == "profile" else ([USE], refused(1))
    maker = Maker(1, Corpus(good, bad))
    accepted = 0
    for number in range(600):
        data = maker.make(number)
        files[part].write_bytes(data)
        try:
            desired = load([files["use"]], project)
        except FilesError as error:
            for problem in error.problems:
                if problem.place.file.endswith("p.yaml" if part == "profile" else "a.yaml"):
                    assert 0 <= problem.place.line <= data.count(b"\n") + data.count(b"\r") + 2, (number, problem)
                assert not DANGEROUS.search(str(problem)), (number, problem)
            continue
        accepted += 1
        for entry in (entry for tenant in desired.tenants for entry in desired.entries(tenant)):
            texts = [entry.name, entry.type, entry.renamed_from, *(param.value for param in entry.params)]
            assert not any(FORBIDDEN.search(text) for text in texts if text), (number, entry)
            assert entry.name != "", number
    assert accepted > 10
