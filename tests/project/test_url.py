from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import ProjectError
from pbxsync.project import find

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://portal.pbxcloud.eu/pbx/proxyapi.php"


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
