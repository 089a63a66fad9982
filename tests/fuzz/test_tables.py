"""Feeds tables that nobody would write to the loader: a sample of what `tenant_files` makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.document.characters import FORBIDDEN
from pbxsync.errors import FilesError
from pbxsync.project import find
from pbxsync.tenants.load import load
from pbxsync.text.sanitize import DANGEROUS
from tests.fuzz.tenant_files import ROOT, SETTINGS, Corpus, Maker
from tests.fuzz.test_profiles import PROFILE

if TYPE_CHECKING:
    from pathlib import Path

WITH_PROFILE = b'tenant;boss;key;ring\r\nA;"5\r\n""6""";${VAR};\r\nB;7;;40\r\n'
WITHOUT = b"""\xef\xbb\xbftenant,name,type,id,number,3,prompt
A,x,FORWARD,,#31#4,"5,",
B,,,7,,,
A,"y
y",AI AGENT,,,,\"\"\"z\"\"\"
"""


def refused() -> list[bytes]:
    """Return the tables of the table of refusals."""
    return [
        "\n".join(line for line in case.split("\n")[1:] if not line.startswith("→")).encode()
        for case in (ROOT / "tests/tenants/table_refusals.txt").read_text().split("\n=== ")[1:]
    ]


@pytest.mark.parametrize("profile", [", profile: p", ""], ids=["tenants", "destinations"])
def test_no_table_breaks_the_loader(tmp_path: Path, profile: str) -> None:
    (tmp_path / "pbxsync.yaml").write_text(f"{SETTINGS}\ntables: [{{file: t.csv{profile}}}]\n")
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/p.yaml").write_bytes(PROFILE)
    project, table = find([tmp_path], None, {}, tmp_path), tmp_path / "t.csv"
    good = WITH_PROFILE if profile else WITHOUT
    table.write_bytes(good)
    assert load((), project).tenants == ("A", "B")
    maker = Maker(1, Corpus([good], refused()))
    accepted = 0
    for number in range(1_000):
        data = maker.make(number)
        table.write_bytes(data)
        try:
            desired = load((), project)
        except FilesError as error:
            for problem in error.problems:
                if problem.place.file.endswith("t.csv"):
                    assert 0 <= problem.place.line <= data.count(b"\n") + 2, (number, problem)
                assert not DANGEROUS.search(str(problem)), (number, problem)
            continue
        accepted += 1
        for entry in (entry for tenant in desired.tenants for entry in desired.entries(tenant)):
            texts = [entry.name, entry.type, *(param.value for param in entry.params)]
            assert not any(FORBIDDEN.search(text) for text in texts if text), (number, entry)
            assert entry.name != "", number
    assert accepted > 10
