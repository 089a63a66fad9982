"""Behind a proxy an error names the hop that failed, by host and port, and never the user and password of the proxy."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
import trustme

from pbxsync.api.request import Request
from pbxsync.errors import NoConnection, UntrustedServer
from pbxsync.http.transport import ReadTransport, Settings
from pbxsync.model.entry import Secret
from tests.support.listener import Listener
from tests.support.rawserver import RawServer, reply
from tests.support.tunnel import Tunnel

if TYPE_CHECKING:
    import ssl

READ = Request((("reqtype", "COUNTCALLS"),))
KEY = Secret("NLbP7GFNVRqu9SDm")
URL = "https://portal.pbxcloud.example/pbx/proxyapi.php"
#: What a proxy answers to CONNECT, and what is said of it.
ANSWERS = {
    407: "(HTTP 407 Whatever): it wants a user and password, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
    403: "(HTTP 403 Whatever): ask who runs it to allow this host, or name the host in NO_PROXY",
    502: "(HTTP 502 Whatever): it could not reach this host: check the url, or ask who runs the proxy",
    504: "(HTTP 504 Whatever): it could not reach this host: check the url, or ask who runs the proxy",
    302: "(HTTP 302 Whatever): check HTTPS_PROXY",
}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def failure(monkeypatch: pytest.MonkeyPatch, proxy: str, url: str = URL) -> str:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55word@{proxy}")
    with ReadTransport(Settings(url, 5)) as transport:
        assert transport.proxy == proxy
        with pytest.raises(NoConnection) as refused:
            transport.read(READ, KEY)
    assert not refused.value.open_outcome
    assert "pa55word" not in str(refused.value)
    assert "user:" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("status", ANSWERS)
def test_what_the_proxy_answers_is_told(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with RawServer(lambda _: [reply("user:pa55word", status, Proxy_Authenticate="Basic"), b""]) as server:
        text = failure(monkeypatch, f"127.0.0.1:{server.port}")
    start = f"the proxy 127.0.0.1:{server.port} refuses to connect to portal.pbxcloud.example "
    assert text == start + ANSWERS[status]


def test_a_proxy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    text = failure(monkeypatch, f"127.0.0.1:{port}")
    assert text == f"the proxy 127.0.0.1:{port} cannot be reached: Connection refused. Check HTTPS_PROXY"


def test_a_proxy_without_an_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    text = failure(monkeypatch, "nowhere.invalid:3128")
    assert text == "the proxy nowhere.invalid:3128 cannot be reached: Name or service not known. Check HTTPS_PROXY"


def test_a_proxy_that_hangs_up_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: [b""]) as server:
        text = failure(monkeypatch, f"127.0.0.1:{server.port}")
    assert f"portal.pbxcloud.example cannot be reached through the proxy 127.0.0.1:{server.port}: " in text


class Plain(Listener):
    """A server that answers before anybody asks, and without TLS."""

    def serve(self, sock: socket.socket) -> None:
        sock.sendall(reply("no TLS", 400))
        sock.recv(65536)


def test_a_server_behind_a_proxy_that_does_not_speak_tls_is_blamed_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with Plain() as server, Tunnel() as proxy:
        text = failure(monkeypatch, f"127.0.0.1:{proxy.port}", f"https://127.0.0.1:{server.port}/")
    start = (
        f"127.0.0.1:{server.port} cannot be reached through the proxy 127.0.0.1:{proxy.port}: the TLS handshake failed"
    )
    assert text.startswith(start)


def test_a_certificate_behind_a_proxy_is_that_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda _: reply("12"), _tls()) as server, Tunnel() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with ReadTransport(Settings(server.url, 5)) as transport, pytest.raises(UntrustedServer) as refused:
            transport.read(READ, KEY)
    assert str(refused.value).startswith(f"localhost:{server.port} shows a certificate that is not trusted")
    assert f"nothing was sent through the proxy 127.0.0.1:{proxy.port}." in str(refused.value)


def test_without_a_proxy_there_is_none_to_name() -> None:
    with ReadTransport(Settings(URL, 5)) as transport:
        assert transport.proxy is None


def _tls() -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - a fixture of one test

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    return context
