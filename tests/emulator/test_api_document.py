"""Every request of the user's API document, its two PHP programs included, runs against the emulator as it is printed.

Only host and key are replaced. The data file is the part of the document that shows requests.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import shutil
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from pbxsync.emulator import Emulator
from tests.emulator.http_client import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT = (Path(__file__).parents[1] / "data" / "pbxcloud-api.txt").read_text(encoding="utf-8")
HOST = "https://portal.pbxcloud.eu/pbx/proxyapi.php"
KEY = "NLbP7GFNVRqu9SDm"
URLS = re.findall(rf"^{re.escape(HOST)}\S+$", DOCUMENT, re.MULTILINE)
PROGRAMS = re.findall(r"^\$config\['cu_name'\].*?^print_r\(\$data\);$", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def pbx() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


def _as_printed(pbx: Emulator, text: str) -> str:
    return text.replace(HOST, pbx.url).replace(KEY, pbx.write_key)


def _get(url: str) -> bytes:
    """GET to the letter: no library may mend the lone % of `tenant=%`."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        return connection.getresponse().read()
    finally:
        connection.close()


def _plays(body: bytes) -> bool:
    with wave.open(io.BytesIO(body), "rb") as sound:
        frames = sound.readframes(100_000)
        return sound.getframerate() == 8000 and 10_000 < len(frames) == 2 * sound.getnframes()


def _is_csv(first: str, last: str, columns: str) -> Callable[[bytes], bool]:
    def check(body: bytes) -> bool:
        rows = list(csv.DictReader(io.StringIO(body.decode())))
        days = {row[time_column][:10] for row in rows for time_column in ("start", "time") if time_column in row}
        in_span = first <= min(days) <= max(days) < last
        return body.startswith(columns.encode()) and len(rows) > 20 and in_span

    return check


ANSWERS: list[tuple[str, Callable[[bytes], bool]]] = [
    (
        "reqtype=DIAL",
        lambda body: re.fullmatch(rb"Success\|Originate successfully queued\|[0-9a-f]{14}\|", body) is not None,
    ),
    ("info=recording", _plays),
    ("reqtype=AGENT", lambda body: body.startswith(b"Success|")),
    ("reqtype=MEDIAFILE", _plays),
    ("action=list", lambda body: body.startswith((b"[{", b'{"'))),
    ("action=messages", lambda body: "1475685709-00000004" in {row["msgid"] for row in json.loads(body)}),
    ("action=message&", _plays),
    ("reqtype=COUNTCALLS", lambda body: body.isdigit()),
    ("info=CDRS&format=csv&tenant=DEMO", _is_csv("2017-01-01", "2017-02-01", "uniqueid,realsrc,")),
    ("info=CDRS&format=csv&tenant=%", _is_csv("2017-01-01", "2017-02-01", "tenant,ID,uniqueid,")),
    ("info=QUEUELOGS", _is_csv("2017-10-01", "2017-12-01", "time,queuename,")),
    ("action=get", lambda body: bool(json.loads(body)["cu_id"] == "67")),
]


def test_the_document_has_the_requests_that_are_tested() -> None:
    assert len(URLS) == 15
    assert len(PROGRAMS) == 2


@pytest.mark.parametrize("url", URLS)
def test_a_url_of_the_document_gets_an_answer_of_its_kind(pbx: Emulator, url: str) -> None:
    check = next(check for part, check in ANSWERS if part in url)
    assert check(_get(_as_printed(pbx, url)))


@pytest.mark.skipif(shutil.which("php") is None, reason="php-cli and php-curl are not installed")
def test_the_php_programs_of_the_document_add_and_update(pbx: Emulator) -> None:
    outputs = []
    for program in PROGRAMS:
        command = ["php", "-r", _as_printed(pbx, program)]
        outputs.append(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout.decode())
    rows = {row["cu_id"]: row for row in pbx.rows("DEMO")}
    added = rows[json.loads(outputs[0])["cu_id"]]
    assert [added[name] for name in ("cu_name", "cu_ct_id", "cu_param1", "cu_param2", "cu_param3", "cu_param4")] == [
        *("Boss phone", "1", "3564732920", "INCOMINGDID", "30", ""),
    ]
    assert outputs[1].startswith("update cu_customs set cu_name='Boss private phone'")
    assert (rows["286"]["cu_name"], rows["286"]["cu_param1"]) == ("Boss private phone", "0636287454")
    assert rows["286"]["cu_param2"] == "INCOMINGDID"


@pytest.mark.parametrize("url", [url for url in URLS if "reqtype=DIAL" in url or "reqtype=AGENT" in url])
def test_a_request_that_acts_needs_the_write_key(pbx: Emulator, url: str) -> None:
    assert _get(url.replace(HOST, pbx.url).replace(KEY, pbx.read_key)).startswith(b"Too bad")


def test_a_dialled_call_has_a_recording_counts_and_is_among_the_calls() -> None:
    with Emulator(demo=False) as pbx:
        assert ask(pbx, reqtype="COUNTCALLS").text == "0"
        sent = {"reqtype": "DIAL", "source": "402", "dest": "9922323232", "tenant": "DEMO", "var": "callid=453131"}
        call_id = ask(pbx, key=pbx.write_key, **sent).text.split("|")[2]
        assert pbx.log[-1].committed
        (call,) = pbx.calls
        assert (call.id, call.variables) == (call_id, {"DEMO-callid": "453131"})
        assert _plays(ask(pbx, reqtype="INFO", info="recording", id=call_id).content)
        assert ask(pbx, reqtype="INFO", info="recording", id="15a4cfe6429054").content == b""
        assert ask(pbx, reqtype="COUNTCALLS").text == "1"
        calls = {"reqtype": "INFO", "info": "CDRS", "start": "2020-01-01", "end": "2100-01-01", "format": "json"}
        for tenant in ("DEMO", "%"):
            assert [row["uniqueid"] for row in ask(pbx, tenant=tenant, **calls).json()] == [call_id]
            assert ask(pbx, tenant=tenant, **calls, phone="9922323232").json()[0]["uniqueid"] == call_id
        for nothing in ({"tenant": "ACME"}, {"tenant": "DEMO", "phone": "992232323"}):
            assert ask(pbx, **calls, **nothing).text == "]"
            assert ask(pbx, **{**calls, "format": "csv"}, **nothing).content == b""


def test_dial_answers_in_json_where_that_is_asked_for() -> None:
    with Emulator(demo=False) as pbx:
        sent = {"reqtype": "DIAL", "tenant": "DEMO", "dest": "99", "format": "json", "key": pbx.write_key}
        refused = ask(pbx, **sent)
        assert refused.json() == {"Response": "Error", "Message": "No source specified"}
        assert (pbx.calls, pbx.log[-1].committed) == ([], False)
        queued = ask(pbx, **sent, source="402")
        (call,) = pbx.calls
        assert queued.json() == {"Response": "Success", "Message": "Originate successfully queued", "ID": call.id}
        assert queued.headers["Content-Type"].startswith("application/json")


def test_a_paused_agent_shows_until_it_is_unpaused_and_leaves_its_marks_in_the_queue_log() -> None:
    with Emulator(demo=False) as pbx:
        agent = {"reqtype": "AGENT", "tenant": "DEMO", "extension": "104-DEMO"}
        ask(pbx, key=pbx.write_key, **agent, action="PAUSE", queue="281", pausereason="Breakfast")
        assert [each[1:] for each in pbx.pauses("DEMO")] == [("281", "104-DEMO", "Breakfast")]
        assert ask(pbx, **agent, action="listqueues").json() == [
            {"queue": "281", "extension": "104-DEMO", "paused": "1", "pausereason": "Breakfast"}
        ]
        ask(pbx, key=pbx.write_key, **agent, action="UNPAUSE", queue="281")
        assert pbx.pauses("DEMO") == []
        log = {"reqtype": "INFO", "info": "QUEUELOGS", "start": "2020-01-01", "end": "2100-01-01", "tenant": "%"}
        assert [row["event"] for row in ask(pbx, **log, format="json").json()] == ["PAUSE", "UNPAUSE"]
        assert ask(pbx, **{**log, "tenant": "ACME"}, format="json").text == "]"
        assert ask(pbx, **{**log, "tenant": "ACME"}).content == b""


def test_the_past_is_the_same_every_time_and_its_answered_calls_have_recordings() -> None:
    calls = {"reqtype": "INFO", "info": "CDRS", "tenant": "%", "start": "2017-03-01", "end": "2017-03-04"}
    with Emulator() as one, Emulator() as two:
        assert ask(one, **calls).content == ask(two, **calls).content
        rows = ask(one, **calls, format="json").json()
        assert {row["tenant"] for row in rows} == {"DEMO", "HANSEN", "NORDLYS", "KLINIK"}
        for disposition, check in (("ANSWERED", _plays), ("NO ANSWER", lambda body: body == b"")):
            call_id = next(row["uniqueid"] for row in rows if row["disposition"] == disposition)
            assert check(ask(one, reqtype="INFO", info="recording", id=call_id).content)


def test_a_world_without_the_demo_has_no_past() -> None:
    with Emulator(demo=False) as pbx:
        calls = ask(pbx, reqtype="INFO", info="CDRS", tenant="DEMO", start="2017-01-01", end="2017-02-01")
        assert calls.content == b""
        for sent in (
            {"reqtype": "VOICEMAIL", "action": "list"},
            {"reqtype": "VOICEMAIL", "action": "messages", "mailbox": "102"},
            {"reqtype": "MEDIAFILE", "action": "GETAUDIO", "objectid": "3619"},
        ):
            assert ask(pbx, tenant="DEMO", **sent).content == b""


@pytest.mark.parametrize(
    "sent",
    [
        {"reqtype": "MEDIAFILE", "action": "GETAUDIO", "objectid": "3620"},
        {"reqtype": "VOICEMAIL", "action": "messages", "mailbox": "999"},
        {"reqtype": "VOICEMAIL", "action": "message", "mailbox": "102", "msgid": "1"},
        {"reqtype": "INFO", "info": "CDRS", "start": "2017-01-01"},
        {"reqtype": "INFO", "info": "QUEUELOGS", "start": "soon", "end": "later"},
        {"reqtype": "INFO", "info": "recording", "id": "unknown"},
    ],
    ids=str,
)
def test_what_is_missing_or_not_found_is_an_empty_200_here_too(pbx: Emulator, sent: dict[str, str]) -> None:
    reply = ask(pbx, key=pbx.write_key, tenant="DEMO", **sent)
    assert (reply.status_code, reply.content) == (200, b"")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"reqtype": "INFO", "info": "recording"}, "No id specified"),
        ({"reqtype": "AGENT", "action": "PAUSE", "queue": "281"}, "No extension specified"),
        ({"reqtype": "AGENT", "action": "UNPAUSE", "queue": "281"}, "No extension specified"),
        ({"reqtype": "AGENT", "action": "LISTQUEUES"}, "No extension specified"),
        ({"reqtype": "AGENT", "action": "PAUSE", "extension": "104-DEMO"}, "No queue specified"),
        ({"reqtype": "AGENT", "action": "UNPAUSE", "extension": "104-DEMO"}, "No queue specified"),
        ({"reqtype": "MEDIAFILE", "action": "GETAUDIO"}, "No objectid specified"),
        ({"reqtype": "DIAL", "source": "402"}, "Error|No dest specified||"),
        ({"reqtype": "DIAL", "dest": "99"}, "Error|No source specified||"),
        ({"reqtype": "DIAL", "source": "402", "dest": "99", "tenant": ""}, "Wrong or missing tenant"),
        ({"reqtype": "VOICEMAIL", "action": "list", "tenant": ""}, "Wrong or missing tenant"),
        ({"reqtype": "MANAGEDB", "object": "CUSTOM", "action": "list", "tenant": ""}, "Too bad... you mistaken"),
        ({"reqtype": "COUNTCALLS", "tenant": "", "key": "demo-only"}, "Too bad... you mistaken"),
        ({"reqtype": "HELP", "tenant": "", "key": "demo-only"}, "Too bad... you mistaken"),
        ({"reqtype": "VOICEMAIL", "action": "list", "tenant": "ACME", "key": "demo-only"}, "Too bad... you mistaken"),
    ],
    ids=str,
)
def test_a_missing_parameter_is_named(pbx: Emulator, sent: dict[str, str], said: str) -> None:
    pbx.add_key("demo-only", "read", "DEMO")
    reply = ask(pbx, **{"key": pbx.write_key, "tenant": "DEMO", **sent})
    assert reply.status_code == 200
    assert reply.text.startswith(said)
    assert reply.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert not pbx.log[-1].committed


def test_help_shows_the_syntax_of_every_operation(pbx: Emulator) -> None:
    reply = ask(pbx, reqtype="HELP")
    text = reply.text
    assert reply.headers["Content-Type"].startswith("text/html")
    assert text.startswith("<pre>\n")
    assert text.endswith("\n</pre>\n")
    assert "reqtype=MANAGEDB object=CUSTOM action=UPDATE tenant objectid jsondata(POST)\n" in text
    assert "reqtype=INFO info=CDRS tenant start end [phone] [format]\n" in text
    assert text.count("reqtype=") == 18


def test_a_voicemail_box_tells_what_is_in_it(pbx: Emulator) -> None:
    boxes = ask(pbx, reqtype="VOICEMAIL", tenant="DEMO", action="list").json()
    assert [(box["mailbox"], box["newmessages"], box["oldmessages"]) for box in boxes] == [
        ("100", "0", "0"),
        ("102", "1", "1"),
    ]
    assert ask(pbx, reqtype="VOICEMAIL", tenant="DEMO", action="messages", mailbox="100").json() == []
