"""The schema that an editor gets knows the labels of the project that it is asked in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pbxsync.cli import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pbxsync.yaml").write_text("types:\n  ZEBRA CROSSING:\n    params: [stripes]\n")
    (tmp_path / "profiles").mkdir()
    profile = (
        "profile: x\ninputs: {yard: {description: of the lorries}}\ndestinations: [{name: {input: yard}, id: 5}]\n"
    )
    (tmp_path / "profiles/x.yaml").write_text(profile)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "title", "holds"),
    [
        ([], "pbxsync tenant file", "stripes"),
        (["tenant"], "pbxsync tenant file", "of the lorries"),
        (["profile"], "pbxsync profile", "stripes"),
        (["project"], "pbxsync project file", "write_key"),
    ],
)
def test_each_kind_of_file_has_its_schema(
    arguments: list[str], title: str, holds: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["schema", *arguments]) == 0
    text = capfd.readouterr().out
    schema = json.loads(text)
    assert (schema["title"], schema["$schema"]) == (title, "https://json-schema.org/draft/2020-12/schema")
    assert holds in text


def test_there_is_no_other_kind(capfd: pytest.CaptureFixture[str]) -> None:
    assert main.run(["schema", "tennant"]) == 1
    assert "tenant" in capfd.readouterr().err
