"""The environment limits what files may ask for: urls, variables, secret files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.project.allowed import Allowed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("allowed", "url", "refused"),
    [
        (None, "https://pbx.example/a.php", False),
        ("", "https://pbx.example/a.php", True),
        (" , ", "https://pbx.example/a.php", True),
        ("https://pbx.example/a.php", "https://pbx.example/a.php", False),
        ("https://pbx.example/a.php", "https://PBX.example:443/a.php", False),
        ("https://pbx.example/a.php", "https://pbx.example/b.php", True),
        ("https://pbx.example/a.php", "https://pbx.example:444/a.php", True),
        ("https://pbx.example/a.php", "https://pbx.example.evil.example/a.php", True),
        ("http://127.0.0.1:81/a.php", "https://127.0.0.1:81/a.php", True),
        ("pbx.example", "https://pbx.example/anything.php", False),
        ("pbx.example", "https://pbx.example:8443/a.php", False),
        ("pbx.example", "https://pbx.example./a.php", False),
        ("pbx.example", "https://xpbx.example/a.php", True),
        ("pbx.example", "https://pbx.example.evil.example/a.php", True),
        ("pbx.example:8443", "https://pbx.example:8443/a.php", False),
        ("pbx.example:443", "https://pbx.example/a.php", False),
        ("pbx.example:8443", "https://pbx.example/a.php", True),
        ("[::1]", "http://[::1]:81/a.php", False),
        ("[::1]:81", "http://[::1]:81/a.php", False),
        ("[::1]:82", "http://[::1]:81/a.php", True),
        ("https://pbx.example:99999/a.php", "https://pbx.example/a.php", True),
        ("[::1", "https://pbx.example/a.php", True),
        ("[::1/a.php://", "https://pbx.example/a.php", True),
        ("https:///a.php", "https://pbx.example/a.php", True),
        ("://", "https://pbx.example/a.php", True),
        ("https://pbx.example./a.php", "https://pbx.example/a.php", False),
        ("ftp://pbx.example/a.php", "https://pbx.example/a.php", True),
        ("http://pbx.example/a.php", "http://pbx.example:80/a.php", False),
        ("http://pbx.example/a.php", "http://pbx.example:81/a.php", True),
        ("a.example,b.example c.example", "https://c.example/a.php", False),
        ("pbx.example", "emulator:/srv/pbx.db", True),
        ("emulator:/srv/pbx.db", "emulator:/srv/pbx.db", False),
        ("emulator:/srv/pbx.db", "https://pbx.example/a.php", True),
        ("emulator:/srv/pbx.db", "https://emulator/a.php", True),
        ("https://pbx.example", "https://pbx.example/", False),
    ],
)
def test_a_url_is_allowed_whole_or_by_its_host(allowed: str | None, url: str, refused: bool) -> None:
    environ = {} if allowed is None else {"PBXSYNC_ALLOWED_URLS": allowed}
    refusal = Allowed.by(environ).url_refusal(url)
    assert (refusal is not None) is refused
    assert refusal is None or (url in refusal and "PBXSYNC_ALLOWED_URLS" in refusal)


def test_a_refusal_says_what_is_allowed_instead() -> None:
    url = "https://c.example/a.php"
    assert Allowed.by({"PBXSYNC_ALLOWED_URLS": "a.example b.example"}).url_refusal(url) == (
        f"{url} is not allowed by PBXSYNC_ALLOWED_URLS (it allows a.example, b.example)"
    )
    assert Allowed.by({"PBXSYNC_ALLOWED_URLS": ""}).url_refusal(url) == (
        f"{url} is not allowed by PBXSYNC_ALLOWED_URLS (it is empty, so it allows nothing)"
    )


@pytest.mark.parametrize(
    ("allowed", "variable", "refused"),
    [
        (None, "GITHUB_TOKEN", False),
        ("", "PBXSYNC_READ_KEY", True),
        ("PBXSYNC_*,AI_API_KEY", "GITHUB_TOKEN", True),
        ("PBXSYNC_*,AI_API_KEY", "AI_API_KEY", False),
        ("PBXSYNC_*,AI_API_KEY", "PBXSYNC_READ_KEY", False),
        ("pbxsync_*", "PBXSYNC_READ_KEY", True),
    ],
)
def test_a_variable_is_allowed_by_name_or_glob(allowed: str | None, variable: str, refused: bool) -> None:
    environ = {} if allowed is None else {"PBXSYNC_ALLOWED_VARIABLES": allowed}
    refusal = Allowed.by(environ).variable_refusal(variable)
    assert (refusal is not None) is refused
    assert refusal is None or f"${{{variable}}}" in refusal


def test_a_secret_file_is_allowed_below_a_folder_whatever_links_say(tmp_path: Path) -> None:
    project, secrets, elsewhere = (tmp_path / name for name in ("project", "secrets", "secrets-not"))
    for folder in (project, secrets, elsewhere):
        folder.mkdir()
        (folder / "key").write_text("x")
    (secrets / "out").symlink_to(elsewhere / "key")
    (project / "in").symlink_to(secrets)
    allowed = Allowed.by({"PBXSYNC_ALLOWED_FILES": str(project / "in")})
    for path, refused in {
        str(secrets / "key"): False,
        "../secrets/key": False,
        "in/key": False,
        str(secrets / "out"): True,
        str(elsewhere / "key"): True,
        str(secrets): True,
        "key": True,
        "in/../../secrets-not/key": True,
    }.items():
        refusal = allowed.file_refusal(path, project)
        assert (refusal is not None) is refused, path
    assert Allowed.by({}).file_refusal("/etc/passwd", project) is None
    assert Allowed.by({"PBXSYNC_ALLOWED_FILES": ""}).file_refusal("key", project) is not None
