from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import ProjectError
from pbxsync.model.entry import Place, Secret, Type
from pbxsync.project import Project, find

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
read_key: ${R}
write_key: ${W}
keys:
  ACME: {read: "${AR}", write: "${AW}"}
  FILED: {read: "${file:secrets/read}", write: "${file:/nowhere/write}"}
  HALF: {write: "${HW}"}
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}
  "7": {params: [other], sensitive: [5]}
"""
ALL = {
    "R": "r-key",
    "W": "w-key",
    "AR": "ar-key",
    "AW": "aw-key",
    "HW": "hw-key",
    "PBXSYNC_READ_KEY": "er-key",
    "PBXSYNC_WRITE_KEY": "ew-key",
}


def project(folder: Path, environ: dict[str, str], text: str = FILE) -> Project:
    if text:
        (folder / "pbxsync.yaml").write_text(text)
    return find([], None, environ, folder)


@pytest.mark.parametrize(
    ("tenant", "without", "read", "write"),
    [
        ("ACME", "", "ar-key", "aw-key"),
        ("DEMO", "", "r-key", "w-key"),
        ("HALF", "", "r-key", "hw-key"),
        ("ACME", "AR AW", "r-key", "w-key"),
        ("ACME", "AR R", "er-key", "aw-key"),
        ("ACME", "AR R PBXSYNC_READ_KEY", "aw-key", "aw-key"),
        ("DEMO", "R PBXSYNC_READ_KEY", "w-key", "w-key"),
        ("DEMO", "R W PBXSYNC_READ_KEY", "ew-key", "ew-key"),
        ("HALF", "HW", "r-key", "w-key"),
    ],
)
def test_the_nearest_key_that_is_set_wins_and_a_write_key_reads_too(
    tmp_path: Path, tenant: str, without: str, read: str, write: str
) -> None:
    environ = {name: value for name, value in ALL.items() if name not in without.split()}
    found = project(tmp_path, environ)
    assert (found.read_key(tenant).reveal(), found.write_key(tenant).reveal()) == (read, write)
    assert found.has_key(tenant)
    assert found.has_key(tenant, write=True)


def test_the_environment_works_without_a_project_file(tmp_path: Path) -> None:
    found = project(tmp_path, {"PBXSYNC_READ_KEY": "er-key"}, "")
    assert found.read_key("ANY") == Secret("er-key")
    assert found.has_key("ANY")
    assert not found.has_key("ANY", write=True)
    with pytest.raises(
        ProjectError, match=r'^environment: no key to write tenant "ANY": set the environment variable PBX'
    ):
        found.write_key("ANY")


@pytest.mark.parametrize(
    ("tenant", "said"),
    [
        ("ACME", r':5:16: no key to read tenant "ACME": set the environment variable AR$'),
        ("DEMO", r':2:11: no key to read tenant "DEMO": set the environment variable R$'),
        ("FILED", r':6:17: no key to read tenant "FILED": the secret file secrets/read does not exist$'),
    ],
)
def test_a_missing_key_says_what_to_set(tmp_path: Path, tenant: str, said: str) -> None:
    found = project(tmp_path, {"R": "", "PBXSYNC_READ_KEY": ""})
    assert not found.has_key(tenant)
    with pytest.raises(ProjectError, match=said):
        found.read_key(tenant)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_key_can_come_from_a_mounted_file(tmp_path: Path, end: str) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/read").write_bytes(f"kæy+/=&%#{end}".encode())
    assert project(tmp_path, {}).read_key("FILED").reveal() == "kæy+/=&%#"


def test_a_byte_order_mark_is_no_part_of_a_key(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/read").write_bytes(b"\xef\xbb\xbfread-k3y\r\n")
    assert project(tmp_path, {}).read_key("FILED").reveal() == "read-k3y"


@pytest.mark.parametrize("odd", [" ", "\n", "\t", "\x00", "\x85", "\u2028", "\udcff"])
def test_a_key_with_blanks_or_controls_is_refused_and_not_shown(tmp_path: Path, odd: str) -> None:
    found = project(tmp_path, {"AR": f"hunter2{odd}"})
    assert found.has_key("ACME")
    said = r":5:16: the value of \$\{AR\} is not a key: it contains blanks, line breaks or control characters$"
    with pytest.raises(ProjectError, match=said) as refused:
        found.read_key("ACME")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("mark", ["'", '"'])
def test_a_key_with_quotes_around_it_is_refused_by_the_name_of_its_variable(tmp_path: Path, mark: str) -> None:
    said = r":5:16: the value of \$\{AR\} is not a key: it has quotes around it, so remove them$"
    with pytest.raises(ProjectError, match=said) as refused:
        project(tmp_path, {"AR": f"{mark}hunter2{mark}"}).read_key("ACME")
    assert "hunter2" not in str(refused.value)
    for inside in (mark, f"{mark}hunter2", f"hunter{mark}2"):
        assert project(tmp_path, {"AR": inside}).read_key("ACME").reveal() == inside


def test_a_secret_file_must_be_a_small_regular_file_of_text(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    secret = tmp_path / "secrets/read"
    found = project(tmp_path, {"R": "r-key"})
    for make, said in (
        (lambda: secret.write_bytes(b"x" * 65537), "is larger than 64 KiB"),
        (lambda: secret.write_bytes(b"\xff"), "is not UTF-8: save it as UTF-8"),
        (lambda: os.mkfifo(secret), "is not a regular file"),
        (secret.mkdir, "is not a regular file"),
    ):
        make()
        assert found.has_key("FILED")
        with pytest.raises(ProjectError, match=rf":6:17: the secret file {re.escape(str(secret))} {said}$"):
            found.read_key("FILED")
        secret.rmdir() if secret.is_dir() else secret.unlink()
    assert found.read_key("FILED").reveal() == "r-key"


def test_every_key_that_there_is_can_be_had_for_redaction(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets/read").write_bytes(b"\xff")
    found = project(tmp_path, ALL | {"W": "r-key", "AW": "", "OTHER": "no"})
    assert {secret.reveal() for secret in found.secrets()} == {"r-key", "ar-key", "hw-key", "er-key", "ew-key"}
    assert "'ar'" not in repr(found)


def test_labels_and_sensitive_params_by_name_and_number(tmp_path: Path) -> None:
    found = project(tmp_path, {})
    assert found.labels("FORWARD") == found.labels(Type("1", "FORWARD")) == ("number", "callerid", "timeout")
    assert found.labels(Type("7", "AI AGENT")) == ("prompt", "api_key")
    assert found.sensitive(Type("7", "AI AGENT")) == {2, 5}
    assert found.labels(Type("7", None)) == ("other",)
    assert found.sensitive("7") == {5}
    assert found.labels(Type("8", None)) == ()
    assert found.sensitive(Type("8", "QUEUE")) == frozenset()


def test_a_sensitive_value_is_what_its_reference_leads_to(tmp_path: Path) -> None:
    found = project(tmp_path, {"A": "two words\n", "EMPTY": "", "BAD": "a\x1bb"})
    (tmp_path / "s").write_text("hunter2\n")
    place = Place("t.yaml", 4, 5)
    assert found.secret_value("${A}", place).reveal() == "two words\n"
    assert found.secret_value("${file:s}", place).reveal() == "hunter2"
    for text, said in (
        ("hunter2", "this param is sensitive: write ${VARIABLE} or ${file:PATH}, never the value itself"),
        ("${EMPTY}", "this sensitive param has no value: set the environment variable EMPTY"),
        ("${file:no}", "this sensitive param has no value: the secret file no does not exist"),
        ("${BAD}", "the value of ${BAD} contains control characters, which a param cannot hold: remove them"),
        ("${file:.}", f"the secret file {tmp_path} is not a regular file"),
    ):
        with pytest.raises(ProjectError) as refused:
            found.secret_value(text, place)
        assert str(refused.value) == f"t.yaml:4:5: {said}"
