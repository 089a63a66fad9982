"""`pbxsync.client`: every operation of the document as a method, over real HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING

import pytest

from pbxsync.client import Cdr, Client, Secret
from pbxsync.errors import Denied, NotStored, NotThere, Unreachable, Unrecognised, UsageError, WireError
from tests.support.command import ROOT
from tests.support.rawserver import RawServer, reply
from tests.support.secret_forms import holders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

DIALECTS = ("default", "full", "bare", "old", "silent", "numbers", "nested", "sql")
PAGE = (ROOT / "docs/reference/client.md").read_text(encoding="utf-8")


@pytest.fixture
def client(demo: Emulator) -> Iterator[Client]:
    with Client(demo.url, demo.write_key, retries=1) as client:
        yield client


def test_a_call_that_is_dialled_has_a_recording(client: Client, demo: Emulator) -> None:
    call = client.dial("DEMO", "402", "9922323232", account="402-DEMO", variable=("callid", "453131"))
    assert [(each.id, each.source, each.dest) for each in demo.calls] == [(call, "402", "9922323232")]
    assert demo.log[-1].params["var"] == "callid=453131"
    with client.recording(call) as audio:
        assert audio.content_type == "audio/x-wav"
        data = audio.read()
    assert data[:4] == b"RIFF"
    assert client.count_calls() == 1


def test_an_agent_is_paused(client: Client, demo: Emulator) -> None:
    assert client.pause_agent("DEMO", "281", "104-DEMO", "Breakfast").startswith("Success|")
    assert [(each.queue, each.extension, each.reason) for each in demo.pauses("DEMO")] == [
        ("281", "104-DEMO", "Breakfast")
    ]


@pytest.mark.parametrize("tenant", ["DEMO", "%"])
def test_calls_come_as_rows_in_the_formats_of_the_tenant_and_of_the_admin(client: Client, tenant: str) -> None:
    rows = list(client.cdrs(tenant, date(2017, 1, 1), "2017-02-01"))
    with client.cdrs_csv(tenant, "2017-01-01", date(2017, 2, 1)) as body:
        lines = body.read().decode().splitlines()
    assert len(rows) == len(lines) - 1 > 0
    first = next(row for row in rows if row.answer is not None)
    assert first.start is not None
    assert first.start.year == 2017
    assert first.seconds == int(first.columns["duration"])
    assert (first.uniqueid, first.source, first.dest) == tuple(
        first.columns[name] for name in ("uniqueid", "realsrc", "lastdst")
    )
    assert ",".join(first.columns) == lines[0]
    assert ("ID" in first.columns) == (tenant == "%")
    assert {row.tenant for row in rows} == ({"DEMO"} if tenant == "DEMO" else {"DEMO", "HANSEN", "KLINIK", "NORDLYS"})


def test_a_queue_log_comes_as_rows(client: Client) -> None:
    rows = list(client.queue_logs("DEMO", "2017-10-01", "2017-12-01"))
    assert rows
    assert all(row.queue and row.event and row.time and row.time.year == 2017 for row in rows)
    assert all(row.data == tuple(row.columns[f"data{at}"] for at in (1, 2, 3)) for row in rows)
    with client.queue_logs_csv("DEMO", "2017-10-01", "2017-12-01") as body:
        assert body.read().count(b"\n") == len(rows) + 1


def test_voice_mail_is_listed_and_heard(client: Client) -> None:
    boxes = {box.number: box for box in client.voicemails("DEMO")}
    messages = client.voicemail_messages("DEMO", "102")
    assert boxes["102"].name
    assert (boxes["102"].new or 0) + (boxes["102"].old or 0) == len(messages)
    (message,) = [each for each in messages if each.id == "1475685709-00000004"]
    assert message.time == datetime.fromtimestamp(1475685709, timezone.utc)
    assert message.seconds is not None
    with client.voicemail_message("DEMO", "102", message.id) as audio:
        assert audio.read()[:4] == b"RIFF"


def test_a_media_file_is_saved_whole_for_its_owner_alone(client: Client, tmp_path: Path) -> None:
    with client.media_file("DEMO", "3619", "19") as audio:
        size = audio.save(tmp_path / "media.wav")
        assert audio.length == size
    assert (tmp_path / "media.wav").stat().st_size == size
    assert (tmp_path / "media.wav").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("dialect", DIALECTS)
def test_destinations_are_listed_got_added_and_changed_in_every_dialect(workdir: Workspace, dialect: str) -> None:
    with workdir.emulator(dialect) as pbx, Client(pbx.url, pbx.write_key) as client:
        assert client.custom_types("ACME")[0].name == "FORWARD"
        there = pbx.put("ACME", cu_name="There", cu_param1="1")
        added = client.add("ACME", "New", "1", {1: "007", 3: "30"})
        assert (added.name, added.type_id) == ("New", "1")
        assert added.params is not None
        assert added.params[:4] == ("007", "", "30", "")
        changed = client.update("ACME", added.id, name="Newer", type_id="2", params={1: "", 2: "x"})
        assert changed.params is not None
        assert (changed.name, changed.type_id, changed.params[:3]) == ("Newer", "2", ("", "x", "30"))
        assert client.get("ACME", there).name == "There"
        assert {row.id for row in client.custom_destinations("ACME").rows} == {there, added.id}
        assert [row["cu_name"] for row in pbx.rows("ACME")] == ["There", "Newer"]


@pytest.mark.parametrize("fault", ["reset-after-commit", "status-500-after-commit", "empty", "timeout-after-commit"])
def test_an_add_whose_answer_is_lost_is_found_and_never_sent_twice(demo: Emulator, fault: str) -> None:
    with Client(demo.url, demo.write_key, timeout=1.0) as client:
        demo.faults.add(f"{fault} action=add")
        demo.faults.add(f"{fault} action=update")
        row = client.add("DEMO", "New", "1", {1: "1"})
        assert client.update("DEMO", row.id, params={1: "2"}).params is not None
    assert [each["cu_param1"] for each in demo.rows("DEMO") if each["cu_name"] == "New"] == ["2"]


def test_a_lost_add_is_not_taken_for_a_row_that_a_failed_list_left_out(client: Client, demo: Emulator) -> None:
    client.add("DEMO", "New", "1")
    demo.faults.add("null action=list object=CUSTOM times=2")
    demo.faults.add("reset action=add")
    with pytest.raises(
        NotStored,
        match=r"^it is unknown whether \"New\" of DEMO was added \(.*\), because the PBX listed nothing before",
    ):
        client.add("DEMO", "New", "1")


def test_what_did_not_arrive_or_was_stored_otherwise_is_an_error(client: Client, demo: Emulator) -> None:
    demo.faults.add("reset action=add n=1")
    with pytest.raises(NotStored, match=r'"New" of DEMO: it is not there, and was not sent again \('):
        client.add("DEMO", "New", "1")
    demo.faults.add("cut-values=3 field=cu_param1")
    with pytest.raises(NotStored, match="was accepted, but the PBX stored a different value: cu_param1"):
        client.add("DEMO", "Long", "1", {1: "12345"})
    demo.faults.add("lie")
    with pytest.raises(NotStored, match="cu_name"):
        client.update("DEMO", "67", name="x")


def test_a_write_that_is_refused_is_denied_and_nothing_is_looked_for(demo: Emulator) -> None:
    with Client(demo.url, demo.read_key) as client:
        with pytest.raises(Denied):
            client.add("DEMO", "New", "1")
        with pytest.raises(Denied):
            client.dial("DEMO", "402", "1")


def test_a_read_only_client_has_no_way_to_write(demo: Emulator) -> None:
    with Client(demo.url, Secret(demo.write_key), read_only=True) as client:
        assert client.count_calls() == 0
        for write in (
            lambda: client.dial("DEMO", "402", "1"),
            lambda: client.pause_agent("DEMO", "281", "104-DEMO"),
            lambda: client.add("DEMO", "New", "1"),
            lambda: client.update("DEMO", "67", name="New"),
        ):
            with pytest.raises(UsageError, match="read-only"):
                write()
    assert not [asked for asked in demo.log if asked.key_kind is None or asked.committed]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda client: client.recording("nope"), NotThere),
        (lambda client: client.media_file("DEMO", "1"), NotThere),
        (lambda client: client.voicemails("NORDLYS"), NotThere),
        (lambda client: client.voicemail_message("DEMO", "102", "nope"), NotThere),
        (lambda client: client.get("DEMO", "999"), NotThere),
        (lambda client: client.cdrs("DEMO", "2017-13-01", "2018-01-01"), UsageError),
        (lambda client: client.add("DEMO", "", "1"), UsageError),
        (lambda client: client.add("DEMO", "x", "FORWARD"), UsageError),
        (lambda client: client.add("DEMO", "x", "1" * 5000), UsageError),
        (lambda client: client.add("DEMO", "x", "\u0661"), UsageError),
        (lambda client: client.add("DEMO", "x", "1", {21: "x"}), UsageError),
        (lambda client: client.update("DEMO", "67"), UsageError),
    ],
)
def test_what_is_not_there_or_makes_no_sense_is_an_error_of_its_kind(
    client: Client, call: Callable[[Client], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        call(client)


@pytest.mark.parametrize(
    "url", ["http://pbx.example/proxyapi.php", "https://user:K33P@pbx.example/", "emulator:x", "x?key=K33P"]
)
def test_a_key_goes_to_no_url_that_is_not_safe(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        Client(url, "secret")
    assert "K33P" not in str(refused.value)


def test_no_key_is_in_errors_or_in_the_client_itself(demo: Emulator) -> None:
    said = {}
    for fault in ("echo-key=500", "echo-key=200", "reset", "too-bad", "cut-json", "redirect"):
        demo.faults.clear()
        demo.faults.add(fault)
        with Client(demo.url, demo.write_key, retries=2) as client:
            for method, *words in (("count_calls",), ("voicemails", "DEMO"), ("get", "DEMO", "67")):
                with pytest.raises(WireError) as error:
                    getattr(client, method)(*words)
                said[f"{fault} {method}"] = f"{error.value!r} {client!r} {error.getrepr(showlocals=False)}".encode()
    assert holders([demo.write_key], said) == []


def test_replies_that_are_no_reports_are_errors(client: Client, demo: Emulator) -> None:
    demo.put_type(1, "x")
    demo.faults.add("latin-1 action=CDRS")
    demo.faults.add("cut-json reqtype=VOICEMAIL")
    demo.faults.add("cut-body action=QUEUELOGS")
    client.dial("DEMO", "402", "æ")
    today = datetime.now(timezone.utc).date()
    with pytest.raises(Unrecognised, match="the report is not UTF-8"):
        list(client.cdrs("DEMO", today, date(2999, 1, 1)))
    with pytest.raises(Unrecognised, match="broken JSON"):
        client.voicemails("DEMO")
    with pytest.raises(Unreachable):
        list(client.queue_logs("DEMO", "2017-10-01", "2017-12-01"))


@pytest.mark.parametrize("digits", ["9" * 5000, "9" * 19, "\u0661", "-1", "1_0", "0x1", "1e3"])
def test_digits_that_are_no_number_are_no_crash(digits: str) -> None:
    replies = {
        b"COUNTCALLS": digits,
        b"CDRS": f"uniqueid,duration\nx,{digits}\n",
        b"messages": f'[{{"msgid": "1", "origtime": "{digits}", "duration": "{digits}"}}]',
        b"VOICEMAIL": f'[{{"mailbox": "102", "newmessages": "{digits}", "oldmessages": "7"}}]',
    }

    def answer(request: bytes) -> bytes:
        return reply(next(text for name, text in replies.items() if name in request))

    with RawServer(answer) as server, Client(f"http://127.0.0.1:{server.port}/", "K33P", retries=1) as client:
        with pytest.raises(Unrecognised, match="COUNTCALLS"):
            client.count_calls()
        assert [row.seconds for row in client.cdrs("DEMO", "2017-01-01", "2017-02-01")] == [None]
        assert [(row.new, row.old) for row in client.voicemails("DEMO")] == [(None, 7)]
        assert [(row.time, row.seconds) for row in client.voicemail_messages("DEMO", "102")] == [(None, None)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ('[{"mailbox": 102, "msgid": null, "fullname": "Boss"}]', ("102", "")),
        ('{"102": {"fullname": "Boss"}, "103": {"mailbox": "7", "msgid": "x"}}', ("102", "102")),
        ('{"9": {"mailbox": "102", "msgid": "1-4", "more": [1]}}', ("102", "1-4")),
    ],
)
def test_voice_mail_by_key_or_in_a_list_has_its_numbers(rows: str, found: tuple[str, str]) -> None:
    with RawServer(lambda _: reply(rows)) as server, Client(f"http://127.0.0.1:{server.port}/", "K33P") as client:
        assert (client.voicemails("DEMO")[0].number, client.voicemail_messages("DEMO", "102")[0].id) == found


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        ('{"67": {"cu_id": "67", "cu_name": "Fax"}}', "a row of another kind"),
        ('[{"ct_id": "1", "ct_name": "FORWARD"}]', "a row of another kind"),
        ('[{"fullname": "Boss"}]', "a row without "),
        ('{"error": "no such tenant"}', "a row that is not an object"),
    ],
)
def test_rows_of_another_kind_are_no_voice_mail(body: str, fact: str) -> None:
    with RawServer(lambda _: reply(body)) as server, Client(server.url, "K33P", retries=1) as client:
        with pytest.raises(Unrecognised, match=fact):
            client.voicemails("DEMO")
        with pytest.raises(Unrecognised, match=fact):
            client.voicemail_messages("DEMO", "102")


CALLS = "uniqueid,realsrc,lastdst,start\n1,402,99,2017-01-01 00:00:00\n"
QUEUES = "time,queuename,agent,event\n2017-01-01 00:00:00,281,104,PAUSE\n"


def test_a_report_of_another_kind_is_an_error() -> None:
    bodies = iter([QUEUES, CALLS, "a,b\n1,2\n", "a,b\n1,2\n"])
    with RawServer(lambda _: reply(next(bodies))) as server, Client(server.url, "K33P", retries=1) as client:
        with pytest.raises(Unrecognised, match="INFO CDRS of DEMO: the reply is a report of another kind"):
            list(client.cdrs("DEMO", "2017-01-01", "2017-02-01"))
        with pytest.raises(Unrecognised, match="INFO QUEUELOGS of DEMO: the reply is a report of another kind"):
            list(client.queue_logs("DEMO", "2017-01-01", "2017-02-01"))
        assert [call.columns for call in client.cdrs("DEMO", "2017-01-01", "2017-02-01")] == [{"a": "1", "b": "2"}]
        assert [event.columns for event in client.queue_logs("DEMO", "2017-01-01", "2017-02-01")] == [
            {"a": "1", "b": "2"}
        ]


def test_a_call_that_is_answered_in_json_has_its_id() -> None:
    body = '{"Response":"Success","Message":"Originate successfully queued","ID":"abc"}'
    with RawServer(lambda _: reply(body)) as server, Client(server.url, "K33P") as client:
        assert client.dial("DEMO", "402", "99") == "abc"


def test_an_empty_line_of_a_report_is_no_row_and_an_error_in_json_no_empty_report() -> None:
    bodies = iter(["uniqueid,did\n\n1,2\n\n", "uniqueid\n", '{"error": "no such tenant"}'])
    with RawServer(lambda _: reply(next(bodies))) as server:
        client = Client(f"http://127.0.0.1:{server.port}/", "K33P", retries=1)
        assert [row.uniqueid for row in client.cdrs("DEMO", "2017-01-01", "2017-02-01")] == ["1"]
        assert list(client.cdrs("DEMO", "2017-01-01", "2017-02-01")) == []
        with pytest.raises(Unrecognised, match="JSON instead of CSV"):
            list(client.cdrs("DEMO", "2017-01-01", "2017-02-01"))
        client.close()


def test_a_line_with_other_fields_than_the_first_is_an_error(client: Client, demo: Emulator) -> None:
    demo.faults.add("php-warning action=QUEUELOGS")
    with pytest.raises(Unrecognised, match="an error message of PHP"):
        client.queue_logs("DEMO", "2017-10-01", "2017-12-01")
    demo.faults.clear()
    demo.faults.add("cut-json action=CDRS")  # the first half of the text: it ends within a line
    with pytest.raises(Unrecognised, match=r"line \d+ (has \d+ fields|is not CSV)"):
        list(client.cdrs("DEMO", "2017-01-01", "2017-02-01"))


def test_a_long_report_is_handed_on_as_it_comes(client: Client, demo: Emulator) -> None:
    with client.cdrs_csv("%", "2017-01-01", "2018-01-01") as body:
        pieces = [len(piece) for piece in body]
    assert sum(pieces) > 200_000
    assert max(pieces) <= 8192
    demo.faults.add("cut-body action=CDRS")
    rows = client.cdrs("%", "2017-01-01", "2018-01-01")
    had: list[Cdr] = []
    with pytest.raises(Unreachable):
        had.extend(rows)
    assert len(had) > 500


def test_the_example_of_the_page_prints_what_the_page_says(workdir: Workspace, demo: Emulator) -> None:
    program, printed = (re.findall(rf"```{word}\n(.*?)```", PAGE, re.DOTALL)[0] for word in ("python", "text"))
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=workdir.folder,
        env=workdir.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stderr, ran.stdout) == ("", printed)
    assert (workdir.folder / "call.wav").stat().st_size > 1000
    assert demo.calls


def test_the_page_has_every_method_and_no_other() -> None:
    methods = {name for name in vars(Client) if not name.startswith("_") and name != "close"}
    assert set(re.findall(r"^\| `(\w+)\(", PAGE, re.MULTILINE)) == methods
    assert all(getattr(Client, name).__doc__ for name in methods)
