from __future__ import annotations

from pathlib import Path

import pytest

from pbxsync.errors import ProjectError
from pbxsync.project import find
from pbxsync.project.types import TypeSettings

URL = "https://portal.pbxcloud.eu/pbx/proxyapi.php"


def test_without_a_project_file_everything_has_its_default(tmp_path: Path) -> None:
    project = find([], None, {}, tmp_path)
    assert (project.file, project.root, project.tenants) == (None, tmp_path, (tmp_path / "tenants",))
    assert (project.timeout, project.retries, project.clear_unlisted) == (30.0, 4, False)
    assert (project.max_changes, project.max_changes_per_tenant) == (None, None)
    assert project.types == {"FORWARD": TypeSettings(("number", "callerid", "timeout"))}
    with pytest.raises(ProjectError, match=r"^environment: no url: add url: to pbxsync.yaml, or set PBXSYNC_URL$"):
        _ = project.url


def test_everything_that_a_project_file_says(tmp_path: Path) -> None:
    (tmp_path / "pbxsync.yaml").write_text(f"""
url: {URL}
tenants: [tenants/, ../more/acme.yaml, /absolute]
read_key: ${{R}}
write_key: ${{W}}
keys:
  ACME: {{read: "${{AR}}", write: "${{file:secrets/acme}}"}}
timeout: 2.5
retries: 1
max_changes: {{total: 50, per_tenant: 10}}
unlisted_params: clear
types:
  AI AGENT:
    params: [prompt, api_key]
    sensitive: [api_key, 20]
  "7": {{sensitive: [1]}}
  FORWARD: {{sensitive: [callerid]}}
""")
    project = find([], None, {}, tmp_path)
    assert project.file == tmp_path / "pbxsync.yaml"
    assert project.root == tmp_path
    assert project.url == URL
    assert project.tenants == (tmp_path / "tenants", tmp_path / "../more/acme.yaml", Path("/absolute"))
    assert (project.timeout, project.retries, project.clear_unlisted) == (2.5, 1, True)
    assert (project.max_changes, project.max_changes_per_tenant) == (50, 10)
    assert project.types == {
        "FORWARD": TypeSettings(("number", "callerid", "timeout"), frozenset({2})),
        "AI AGENT": TypeSettings(("prompt", "api_key"), frozenset({2, 20})),
        "7": TypeSettings((), frozenset({1})),
    }


@pytest.mark.parametrize(
    ("start", "found"),
    [("", "pbxsync.yaml"), ("a/b", "a/pbxsync.yaml"), ("a/b/c.yaml", "a/pbxsync.yaml"), ("a/missing/x", "a/pbxsync.yaml"),
     ("d", "pbxsync.yaml"), ("a/pbxsync.yaml", "a/pbxsync.yaml")],
)  # fmt: skip
def test_the_project_is_the_nearest_above_the_first_path(tmp_path: Path, start: str, found: str) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "d/pbxsync.yaml").mkdir(parents=True)
    (tmp_path / "a/b/c.yaml").touch()
    for place in ("pbxsync.yaml", "a/pbxsync.yaml"):
        (tmp_path / place).write_text("retries: 2")
    assert find([Path(start), Path("a/b")], None, {}, tmp_path).file == tmp_path / found


def test_config_wins_over_what_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "pbxsync.yaml").write_text("broken")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/my.yml").write_text("retries: 7")
    project = find([tmp_path], Path("other/my.yml"), {}, tmp_path)
    assert (project.retries, project.root, project.tenants) == (7, tmp_path / "other", (tmp_path / "other/tenants",))


def test_a_config_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProjectError, match=r"^my.yml: the project file cannot be read: No such file or directory$"):
        find([], Path("my.yml"), {}, tmp_path)
    with pytest.raises(ProjectError, match=r"^\.: the project file is not a regular file$"):
        find([], tmp_path, {}, tmp_path)


def test_the_url_of_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "pbxsync.yaml").write_text("url: https://a.example/x")
    assert find([], None, {"PBXSYNC_URL": URL}, tmp_path).url == URL
    assert find([], None, {"PBXSYNC_URL": ""}, tmp_path).url == "https://a.example/x"
    with pytest.raises(ProjectError, match=r"^environment: PBXSYNC_URL: plain http would expose the key"):
        find([], None, {"PBXSYNC_URL": "http://a.example/x"}, tmp_path)


def test_the_file_of_an_emulator_is_relative_to_where_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "pbxsync.yaml").write_text("url: emulator:state/pbx.sqlite")
    assert find([], None, {}, tmp_path / "in").url == f"emulator:{tmp_path}/state/pbx.sqlite"
    assert find([], None, {"PBXSYNC_URL": "emulator:x"}, tmp_path / "in").url == f"emulator:{tmp_path}/in/x"
    assert find([], None, {"PBXSYNC_URL": "emulator:/tmp/x"}, tmp_path).url == "emulator:/tmp/x"


GOOD_URLS = [
    "https://portal.pbxcloud.eu/pbx/proxyapi.php", "https://a.b:8443/", "https://10.0.0.1", "https://[2001:db8::1]:1/x",
    "http://localhost:8080/pbx/proxyapi.php", "http://127.0.0.1", "http://127.1.2.3:5/x", "http://[::1]:5/x",
    "https://a.example/~x/%20/y.php", "https://pbx_1.example.".replace("_", "-"), "http://LOCALHOST/",
]  # fmt: skip
PLAIN = "plain http would expose the key on the network: write https"
QUERY = "the url must not contain ? or #: pbxsync adds the key and the rest of the query to each request"
USER = "the url must not contain a user or password: keys belong in read_key and write_key"
NONE = "this is not the url of a PBX: write https://HOST/pbx/proxyapi.php, or emulator:FILE"
BAD_URLS = [
    *((url, PLAIN) for url in (
        "http://portal.pbxcloud.eu/pbx/proxyapi.php", "http://127.0.0.1.evil.example/", "http://localhost.evil.example",
        "http://10.0.0.1/", "http://[::2]/", "http://0.0.0.0/", "http://[::ffff:8.8.8.8]/", "http://128.0.0.1", "http://127.1/",
    )),
    *((url, QUERY) for url in (f"{URL}?", f"{URL}?key=hunter2", f"{URL}#hunter2")),
    *((url, USER) for url in ("https://hunter2@a.example/", "https://u:hunter2@a.example", "http://localhost@evil.example/")),
    *((url, NONE) for url in (
        "hunter2", "ftp://hunter2.example/", "https://", "https:///hunter2", "//hunter2.example", "HTTPS://hunter2.example",
        "https://hunter2 .example/", "https://hunter2.example/\\x", "http://localhost\\hunter2.example/", "https://hunter2:99999/",
        "https://hunter2:0/", "https://hunter2:x/", "https://ærø-hunter2.dk/", "https://hunter2..example/", "https://[::1/",
        "https://[:::]/", "https://hunter2.example/\tx", "https://127.0.0.1%hunter2/", "file:///hunter2",
    )),
    ("emulator:", "emulator: needs a file, for example emulator:pbx.sqlite"),
]  # fmt: skip


@pytest.mark.parametrize("url", GOOD_URLS)
def test_a_url_that_the_key_may_be_sent_to(tmp_path: Path, url: str) -> None:
    assert find([], None, {"PBXSYNC_URL": url}, tmp_path).url == url


@pytest.mark.parametrize(("url", "said"), BAD_URLS)
def test_a_url_that_the_key_may_not_be_sent_to_is_refused_and_not_shown(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "pbxsync.yaml").write_text("url: '" + url + "'")
    for refused_at, environ in (("", {"PBXSYNC_URL": url}), (":1:6: ", {"PBXSYNC_URL": URL})):
        with pytest.raises(ProjectError) as refused:
            find([] if not environ else [tmp_path], None, environ, tmp_path)
        assert str(refused.value).endswith(f"{refused_at}{said}")
        assert "hunter2" not in str(refused.value)
