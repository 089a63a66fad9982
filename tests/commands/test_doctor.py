"""`pbxsync doctor`: one line for each thing that a plan needs, and nothing written."""

from __future__ import annotations

import json
import ssl
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from pbxsync.doctor.server_checks import sample
from tests.support.rawserver import RawServer, reply
from tests.support.terminal import on_terminal
from tests.support.tunnel import Tunnel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.support.command import Ran
    from tests.support.workspace import Workspace

DIALECTS = ("default", "full", "full-object", "bare", "typed", "old", "silent", "numbers", "nested", "sql")


def marked(ran: Ran, mark: str) -> list[str]:
    return [line[2:] for line in ran.out.splitlines() if line.startswith(f"{mark} ")]


@pytest.fixture
def ready(workdir: Workspace, demo: Emulator) -> Workspace:
    """A folder in which a plan works."""
    workdir.write("pbxsync.yaml", "tenants: [tenants]\n")
    workdir.write("tenants/demo.yaml", "tenant: DEMO\ndestinations:\n  - id: 67\n")
    assert demo.url
    return workdir


def test_where_all_is_well_every_line_says_so(ready: Workspace, demo: Emulator) -> None:
    ran = ready.run("doctor")
    assert (ran.status, ran.err) == (0, "")
    assert marked(ran, "✗") == marked(ran, "!") == []
    lines = "\n".join(marked(ran, "✓"))
    for said in (
        "pbxsync 0.1.0 on Python 3.",
        "project file pbxsync.yaml",
        f"url {demo.url} (plain http, only on this machine)",
        "1 tenant file of 1 tenant with 1 destination",
        "read key ${PBXSYNC_READ_KEY} for DEMO",
        "write key ${PBXSYNC_WRITE_KEY} for DEMO",
        " answers",
        "1 tenant answered, with 2 destinations",
        "replies are understood: lists have no params, and types by their names",
        "10 custom destination types",
        "ms for a request",
        "--parallel ",
        "a plan of these files takes about 3 requests and 1 s",
        "the clocks agree",
        "${PBXSYNC_WRITE_KEY} is accepted for reads; whether it may write is not tried",
    ):
        assert said in lines, said


SECRETS = "types:\n  {}: {{params: [prompt, api_key], sensitive: [api_key]}}\n  QUEU: {{params: [number]}}\n"


@pytest.mark.parametrize("known", ["AI AGENT", '"4"', '"77"'])
def test_sensitive_params_of_a_type_that_is_not_there_are_told_without_a_further_request(
    workdir: Workspace, known: str
) -> None:
    with workdir.emulator("full", demo=True) as pbx:
        pbx.put("DEMO", cu_name="Odd", cu_ct_id=77)
        workdir.write("tenants/demo.yaml", "tenant: DEMO\ndestinations: []\n")
        workdir.write("pbxsync.yaml", SECRETS.format(known))
        ran = workdir.run("doctor")
        assert (ran.status, marked(ran, "!")) == (0, [])
        asked = [(each.object, each.action) for each in pbx.log]
        pbx.clear_log()
        workdir.write("pbxsync.yaml", SECRETS.format("AI AGNT"))
        ran = workdir.run("doctor")
    assert ran.status == 0
    (told,) = marked(ran, "!")
    assert told.endswith('they hide nothing: "AI AGNT" (did you mean AI AGENT?); `pbxsync types` lists its types')
    assert [(each.object, each.action) for each in pbx.log] == asked


def test_only_reads_are_sent_with_either_key(ready: Workspace, demo: Emulator) -> None:
    assert ready.run("doctor").status == 0
    assert {(asked.key_kind, asked.action, asked.method) for asked in demo.log} == {
        ("read", "LIST", "GET"),
        ("write", "LIST", "GET"),
    }


def test_a_write_key_that_is_refused_even_for_reads_is_an_error(ready: Workspace, demo: Emulator) -> None:
    demo.revoke(demo.write_key)
    ran = ready.run("doctor")
    assert ran.status == 1
    (line,) = marked(ran, "✗")
    assert line.startswith("${PBXSYNC_WRITE_KEY} is refused even for a read, so apply would fail: ")


def test_plans_that_read_with_a_write_key_and_a_missing_write_key_are_warnings(
    ready: Workspace, demo: Emulator
) -> None:
    ready.connect(demo.url, None, demo.write_key)
    ran = ready.run("doctor")
    assert ran.status == 0
    assert marked(ran, "!") == [
        "${PBXSYNC_WRITE_KEY} is accepted, but plans read with this write key too: a read-only key is safer"
    ]
    ready.connect(demo.url, demo.read_key, None)
    without = ready.run("doctor")
    assert without.status == 0
    assert "! no write key for DEMO, so apply would stop: set the environment variable PBXSYNC_WRITE_KEY" in without.out


@pytest.mark.parametrize(
    ("types", "errors"),
    [
        (["FORWARD", "1"], []),
        (["FOWARD", "FORWARD", "FOWARD"], ['tenants/a.yaml:3:5: the PBX has no type "FOWARD"']),
        (["88"], ['tenants/a.yaml:3:5: the PBX has no type "88"']),
        (["1", "77"], []),
    ],
)
def test_types_of_the_files_that_the_pbx_does_not_have_are_errors(
    workdir: Workspace, types: list[str], errors: list[str]
) -> None:
    rows = "".join(f"  - {{name: N{at}, type: '{kind}'}}\n" for at, kind in enumerate(types))
    workdir.write("tenants/a.yaml", f"tenant: A\ndestinations:\n{rows}")
    with workdir.emulator("full", demo=True) as pbx:
        pbx.put("A", cu_name="Live", cu_ct_id=77)
        ran = workdir.run("doctor")
        planned = workdir.run("plan")
    assert ran.status == bool(errors)
    assert [line.partition("; ")[0] for line in marked(ran, "✗")] == errors
    assert ("the PBX has every type of the files" in ran.out) == (not errors)
    assert planned.status == bool(errors)


def test_types_are_checked_in_all_tenants_not_only_in_the_sample(ready: Workspace) -> None:
    for number in range(60):
        kind = "FOWARD" if number == 31 else "FORWARD"
        rows = f"destinations:\n  - {{name: N, type: {kind}}}\n"
        ready.write(f"tenants/t{number:02}.yaml", f"tenant: T{number:02}\n{rows}")
    ran = ready.run("doctor")
    assert ran.status == 1
    (line,) = marked(ran, "✗")
    assert line.startswith('tenants/t31.yaml:3:5: the PBX has no type "FOWARD"')


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_dialect_is_recognised_whichever_it_is(workdir: Workspace, dialect: str) -> None:
    with workdir.emulator(dialect, demo=True) as pbx:
        ran = workdir.run("doctor", "--tenant", "DEMO", "--tenant", "EMPTY")
        with_params = dialect in {"full", "full-object", "old"}
        assert ran.status == 0, ran.out
        assert f"lists have {'the' if with_params else 'no'} params" in ran.out
        assert ("each destination of the files takes a request" in ran.out) != with_params
        assert ("no types" in ran.out) == (dialect == "bare")
        assert ("EMPTY: the list is empty, in a reply that can also" in ran.out) == (dialect in {"silent", "numbers"})
        assert "${PBXSYNC_WRITE_KEY} is accepted for reads" in ran.out.splitlines()[-1]
        assert not [asked for asked in pbx.log if asked.committed]


@pytest.mark.parametrize(
    ("faults", "complaint"),
    [
        (["too-bad"], "DEMO: MANAGEDB CUSTOM list of DEMO: the PBX refuses this"),
        (["reset"], "broke before the whole reply had come"),
        (["redirect"], "a redirect"),
        (["login-page"], "HTML instead of JSON"),
        (["status-404"], "check the url of the project"),
        (["bad-row"], "DEMO: MANAGEDB CUSTOM list of DEMO: a reply with a row that is not an object"),
        (["empty"], "MANAGEDB CUSTOMTYPES list of DEMO: an empty reply, twice, which may be an error"),
    ],
)
def test_what_would_stop_a_plan_is_a_failure(
    ready: Workspace, demo: Emulator, faults: list[str], complaint: str
) -> None:
    for fault in faults:
        demo.faults.add(fault)
    ran = ready.run("doctor", "--retries", "1")
    assert ran.status == 1
    assert any(complaint in line for line in marked(ran, "✗")), ran.out
    assert ready.run("plan", "--retries", "1").status == 1


def test_a_pbx_that_is_not_there_is_said_once(ready: Workspace) -> None:
    ready.set(PBXSYNC_URL="http://127.0.0.1:9/proxyapi.php")
    ran = ready.run("doctor", "--retries", "1")
    assert ran.status == 1
    assert len(marked(ran, "✗")) == 1
    assert "127.0.0.1:9 cannot be reached" in ran.out


def test_without_anything_it_says_what_is_missing(workdir: Workspace) -> None:
    ran = workdir.run("doctor")
    assert ran.status == 1
    assert "! no project file" in ran.out
    assert "no url: add url: to pbxsync.yaml, or set PBXSYNC_URL" in ran.out
    assert "✗ tenants: there is no such file or folder" in ran.out
    assert "name a tenant with --tenant" in ran.out


def test_a_tenant_that_is_none_and_a_pattern_without_one_stop_a_plan(ready: Workspace, demo: Emulator) -> None:
    ran = ready.run("doctor", "--tenant", "X*", "--tenant", "A B")
    assert ran.status == 1
    assert marked(ran, "✗") == ['--tenant "X*", "A B" matches no tenant of the files']
    assert demo.log == []


def test_a_bad_project_file_and_bad_tenant_files_are_lines_too(ready: Workspace) -> None:
    ready.write("tenants/bad.yaml", "tenant: BAD\ndestination: []\n")
    ran = ready.run("doctor")
    assert ran.status == 1
    assert any(line.startswith("tenants/bad.yaml:2:1: ") for line in marked(ran, "✗"))
    assert "2 tenants answered" in ran.out
    ready.write("pbxsync.yaml", "urll: x\nread_key: literal-k3y\n")
    broken = ready.run("doctor", "--format", "json")
    assert broken.status == 1
    assert "literal-k3y" not in broken.text
    assert [check["check"] for check in json.loads(broken.out)["checks"]] == ["project", "project"]


def test_a_tenant_without_a_key_stops_a_plan_and_the_others_are_asked(ready: Workspace, demo: Emulator) -> None:
    ready.connect(demo.url, None, None)
    ready.set(DR=demo.read_key)
    ready.keys.add(demo.read_key)
    ready.write("pbxsync.yaml", "keys:\n  DEMO: {read: '${DR}'}\n")
    ready.write("tenants/acme.yaml", "tenant: ACME\ndestinations: []\n")
    ran = ready.run("doctor")
    assert ran.status == 1
    assert "✓ read key ${DR} for DEMO" in ran.out
    assert "✗ no read key for ACME: set the environment variable PBXSYNC_READ_KEY" in ran.out
    assert "! no write key for ACME, DEMO, so apply would stop" in ran.out
    assert "1 tenant answered" in ran.out


def test_a_thousand_tenants_are_sampled_unless_all_are_wanted(ready: Workspace, demo: Emulator) -> None:
    for number in range(1000):
        ready.write(f"tenants/{number}.yaml", f"tenant: T{number}\ndestinations: []\n")
    ran = ready.run("doctor", "--parallel", "4")
    assert ran.status == 0
    assert "20 of 1,001 tenants were asked (--all asks every one)" in ran.out
    assert len(demo.log) < 60
    assert len(ran.out.splitlines()) < 20
    demo.revoke(demo.read_key)
    demo.clear_log()
    refused = ready.run("doctor", "--all")
    assert refused.status == 1
    assert len(refused.out.splitlines()) < 20
    assert "996 more tenants did not answer" in refused.out
    assert len(demo.log) < 40


def test_a_sample_is_spread_over_all() -> None:
    assert sample([str(number) for number in range(7)], 10) == tuple("0123456")
    assert sample([str(number) for number in range(100)], 4) == ("0", "25", "50", "75")


def test_a_pbx_with_too_much_to_do_is_given_fewer_at_a_time(ready: Workspace, demo: Emulator) -> None:
    demo.behaviour.max_in_flight = 2
    demo.behaviour.latency_ms = 30
    ran = ready.run("doctor", "--parallel", "16")
    assert ran.status == 0
    (line,) = [line for line in marked(ran, "!") if "refused" in line]
    assert "requests at 16 at a time: use --parallel " in line


def test_as_json_it_can_be_read_by_a_program(ready: Workspace) -> None:
    ran = ready.run("doctor", "--format", "json")
    document = json.loads(ran.out)
    assert (ran.status, document["ok"]) == (0, True)
    assert {check["status"] for check in document["checks"]} == {"ok"}
    assert [check["check"] for check in document["checks"]] == [
        "version", "project", "url", "files", "read key", "write key", "reached", "tenants", "dialect", "params",
        "types", "latency", "parallel", "clock", "write key",
    ]  # fmt: skip


def test_marks_are_coloured_on_a_terminal(ready: Workspace) -> None:
    ready.write("tenants/bad.yaml", "x")
    status, shown = on_terminal(ready, "doctor")
    assert status == 1
    assert "\x1b[32m✓\x1b[0m " in shown
    assert "\x1b[31m✗\x1b[0m " in shown


def types_and_no_destinations(request: bytes) -> bytes:
    return reply('[{"ct_id": "1", "ct_name": "FORWARD"}]' if b"CUSTOMTYPES" in request else "[]")


@pytest.fixture
def tls_server(workdir: Workspace, tmp_path: Path) -> Iterator[RawServer]:
    """A PBX with TLS, whose CA is in `ca.pem`."""
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    with RawServer(types_and_no_destinations, context) as server:
        workdir.connect(server.url, "reading-key", "writing-key")
        yield server


@pytest.mark.parametrize("trusted", [True, False])
def test_tls_is_told_of(workdir: Workspace, tmp_path: Path, tls_server: RawServer, trusted: bool) -> None:
    if trusted:
        workdir.set(REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"))
    ran = workdir.run("doctor", "--tenant", "DEMO")
    assert ran.status == (0 if trusted else 1)
    assert f"✓ url {tls_server.url} (TLS, verified)" in ran.out
    assert ("answers, and its certificate is trusted" in ran.out) == trusted
    assert ("✗ localhost:" in ran.out and "certificate that is not trusted" in ran.out) != trusted
    assert "proxy " not in ran.out


def test_a_proxy_is_named_without_its_password(workdir: Workspace, tmp_path: Path, tls_server: RawServer) -> None:
    assert tls_server.url
    with Tunnel() as proxy:
        address = proxy.url.removeprefix("http://")
        workdir.set(REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"), HTTPS_PROXY=f"http://user:pa55word@{address}")
        ran = workdir.run("doctor", "--tenant", "DEMO")
    assert ran.status == 0
    assert f"✓ requests go through the proxy {address}\n" in ran.out
    assert "pa55word" not in ran.text
    gone = workdir.run("doctor", "--tenant", "DEMO", "--retries", "1")
    assert gone.status == 1
    assert f"✗ the proxy {address} cannot be reached: Connection refused. Check HTTPS_PROXY\n" in gone.out


class Late(BaseHTTPRequestHandler):
    """A PBX whose clock is wrong, or which does not tell the time."""

    skew: float | None = 0.0

    def do_GET(self) -> None:
        body = b'{"1":{"ct_id":"1","ct_name":"FORWARD"}}' if "CUSTOMTYPES" in self.path else b"[]"
        self.send_response_only(200)
        self.send_header("Content-Length", str(len(body)))
        if self.skew is not None:
            self.send_header("Date", formatdate(time.time() + self.skew, usegmt=True))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def late(workdir: Workspace) -> Iterator[type[Late]]:
    class Handler(Late):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        workdir.connect(f"http://127.0.0.1:{server.server_address[1]}/", "reading-key", "writing-key")
        yield Handler
        server.shutdown()


@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (0.0, "✓ the clocks agree"),
        (3600.0, "s behind that of the PBX: correct it"),
        (-3600.0, "s ahead of that of the PBX: correct it"),
        (None, "! the PBX does not send the time"),
    ],
)
def test_a_clock_that_is_wrong_is_told(workdir: Workspace, late: type[Late], skew: float | None, said: str) -> None:
    late.skew = skew
    ran = workdir.run("doctor", "--tenant", "DEMO")
    assert ran.status == 0
    assert said in ran.out
