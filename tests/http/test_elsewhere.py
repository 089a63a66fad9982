"""The key goes only to the PBX that the project names, whatever the environment, TLS or a redirect says."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support.rawserver import RawServer, reply
from tests.support.tunnel import Tunnel

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

KEY = "NLbP7GFNVRqu9SDm"


def pbx_without_destinations(request: bytes) -> bytes:
    return reply('[{"ct_id": "1", "ct_name": "FORWARD"}]' if b"CUSTOMTYPES" in request else "[]")


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(ca: trustme.CA, tmp_path: Path) -> str:
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    return str(tmp_path / "ca.pem")


def tls(ca: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def connected(workdir: Workspace) -> Workspace:
    workdir.tenant("DEMO")
    return workdir


def plan(workdir: Workspace, server: RawServer, **variables: str) -> tuple[int, str]:
    workdir.connect(server.url, KEY, KEY)
    workdir.set(**variables)
    ran = workdir.run("-vv", "plan", "--retries", "1")
    return ran.status, ran.text


def test_a_ca_of_ones_own_is_added_by_its_file(connected: Workspace, ca: trustme.CA, bundle: str) -> None:
    with RawServer(pbx_without_destinations, tls(ca, "localhost")) as server:
        assert plan(connected, server, REQUESTS_CA_BUNDLE=bundle)[0] == 0
        assert len(server.requests) == 2
        assert len(server.connections) <= 2


def test_a_ca_that_nobody_named_is_refused_before_anything_is_sent(connected: Workspace, ca: trustme.CA) -> None:
    with RawServer(pbx_without_destinations, tls(ca, "localhost")) as server:
        status, text = plan(connected, server)
    assert (status, server.seen) == (1, b"")
    assert f"localhost:{server.port} shows a certificate that is not trusted" in text
    assert "name its file in REQUESTS_CA_BUNDLE" in text


def test_a_certificate_of_another_name_is_refused_before_anything_is_sent(
    connected: Workspace, ca: trustme.CA, bundle: str
) -> None:
    with RawServer(pbx_without_destinations, tls(ca, "portal.pbxcloud.example")) as server:
        status, text = plan(connected, server, REQUESTS_CA_BUNDLE=bundle)
    assert (status, server.seen) == (1, b"")
    assert "not trusted (Hostname mismatch" in text


def test_a_server_without_tls_behind_https_gets_nothing_to_read(connected: Workspace) -> None:
    with RawServer(pbx_without_destinations) as server:
        connected.connect(server.url.replace("http:", "https:"), KEY, KEY)
        ran = connected.run("plan", "--retries", "1", "--timeout", "2")
    assert ran.status == 1
    assert KEY.encode() not in server.seen


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_file_that_is_none_is_an_error_and_trusts_nobody(
    connected: Workspace, ca: trustme.CA, content: str | None
) -> None:
    if content is not None:
        connected.write("ca.pem", content)
    with RawServer(pbx_without_destinations, tls(ca, "localhost")) as server:
        status, text = plan(connected, server, REQUESTS_CA_BUNDLE=str(connected.folder / "ca.pem"))
    assert (status, server.seen) == (1, b"")
    assert "cannot be reached" in text or "not trusted" in text


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_gets_nothing_of_what_goes_over_plain_http_to_loopback(
    connected: Workspace, pbx: Emulator, name: str
) -> None:
    with RawServer(pbx_without_destinations) as proxy:
        connected.set(**{name: f"http://127.0.0.1:{proxy.port}"})
        assert connected.run("plan").status == 0
        assert (proxy.seen, len(pbx.log)) == (b"", 2)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_for_https_learns_the_host_and_never_the_key(connected: Workspace, name: str) -> None:
    refusing = reply("no", 403)
    with RawServer(lambda _: [refusing, b""]) as proxy:
        connected.connect("https://portal.pbxcloud.example/pbx/proxyapi.php", KEY, KEY)
        connected.set(**{name: f"http://127.0.0.1:{proxy.port}"})
        ran = connected.run("plan", "--retries", "1")
    assert ran.status == 1
    assert proxy.seen.startswith(b"CONNECT portal.pbxcloud.example:443 HTTP/1.")
    assert KEY.encode() not in proxy.seen
    assert b"proxyapi" not in proxy.seen


def test_an_add_that_was_lost_behind_a_proxy_is_not_sent_again(
    connected: Workspace, ca: trustme.CA, bundle: str
) -> None:
    connected.tenant("DEMO", {"name": "Night duty", "type": "FORWARD"})

    def losing_adds(request: bytes) -> list[bytes]:
        return [b""] if b"action=add" in request else [pbx_without_destinations(request)]

    with RawServer(losing_adds, tls(ca, "localhost")) as server, Tunnel() as proxy:
        connected.connect(server.url, KEY, KEY)
        connected.set(REQUESTS_CA_BUNDLE=bundle, HTTPS_PROXY=proxy.url)
        ran = connected.run("apply", "--auto-approve")
        adds = [request for request in server.requests if b"action=add" in request]
    assert (ran.status, len(adds)) == (1, 1)
    assert "broke before the whole reply had come" in ran.text
    assert "it is not in the tenant's list, and is not sent again in this run" in ran.text


def test_an_add_that_a_proxy_cut_in_two_is_not_sent_again(connected: Workspace, ca: trustme.CA, bundle: str) -> None:
    connected.tenant("DEMO", {"name": "Night duty", "type": "FORWARD", "params": ["1" * 8_000_000]})
    with RawServer(pbx_without_destinations, tls(ca, "localhost")) as server, Tunnel(most=1_000_000) as proxy:
        connected.connect(server.url, KEY, KEY)
        connected.set(REQUESTS_CA_BUNDLE=bundle, HTTPS_PROXY=proxy.url)
        ran = connected.run("apply", "--auto-approve")
        begun = server.seen.count(b"action=add")
    assert (ran.status, begun) == (1, 1)
    assert "it is not in the tenant's list, and is not sent again in this run" in ran.text


def test_no_netrc_adds_anything(connected: Workspace, pbx: Emulator) -> None:
    connected.write(
        ".netrc", "machine 127.0.0.1 login me password secret\nmachine localhost login me password secret\n"
    )
    (connected.folder / ".netrc").chmod(0o600)
    with RawServer(pbx_without_destinations) as server:
        assert plan(connected, server, NETRC=str(connected.folder / ".netrc"))[0] == 0
    assert len(server.requests) == 2
    assert b"authorization" not in server.seen.lower()
    assert not pbx.log


def test_a_redirect_of_a_plan_sends_nothing_elsewhere(connected: Workspace) -> None:
    with RawServer(pbx_without_destinations) as elsewhere:
        away = reply("", 302, Location=elsewhere.url)
        with RawServer(lambda _: away) as server:
            status, text = plan(connected, server)
        assert (status, len(server.requests), elsewhere.seen) == (1, 1, b"")
    assert "the server answers with a redirect (HTTP 302), which is never followed" in text
