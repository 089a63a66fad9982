"""`pbxsync api`: any operation of the document, and nothing that was not asked for."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from pbxsync.api.operations import OPERATIONS
from tests.support.command import COMMAND
from tests.support.rawserver import RawServer, reply
from tests.support.secret_forms import holders
from tests.support.terminal import on_terminal

if TYPE_CHECKING:
    from pbxsync.api.operations import Operation
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

LIST = ("MANAGEDB", "object=CUSTOM", "action=list", "tenant=DEMO")
UPDATE = ("MANAGEDB", "object=CUSTOM", "action=update", "tenant=DEMO", "objectid=67", "--write")
RECORDING = ("INFO", "info=recording", "id=15a4cfe6429054")
HOSTILE = "\x1b[31mred\x07 ::error::x \u202egnp"


def piped(workdir: Workspace, *arguments: str) -> bytes:
    """Return what `pbxsync api` writes into a pipe, byte by byte."""
    words = [str(COMMAND), "api", *arguments]
    return subprocess.run(words, cwd=workdir.folder, env=workdir.environ, capture_output=True, check=True).stdout


@pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.words)
def test_the_example_of_every_operation_works_as_listed(workdir: Workspace, demo: Emulator, each: Operation) -> None:
    workdir.write("new.json", '{"cu_name": "Boss phone", "cu_ct_id": 1, "cu_param1": "3564732920"}')
    workdir.write("change.json", '{"cu_name": "Boss private phone", "cu_id": 286}')
    assert f"pbxsync api {each.example}" in workdir.run("api", "--list").out
    ran = workdir.run("api", *shlex.split(each.example))
    assert ran.status == 0, ran.err
    (asked,) = demo.log
    assert asked.committed == (not each.reads)


def test_a_reqtype_is_listed_alone_in_any_case(workdir: Workspace) -> None:
    ran = workdir.run("api", "voicemail", "--list")
    assert ran.out.count("\n\n") == 2
    assert "COUNTCALLS" not in ran.out
    assert "did you mean VOICEMAIL?" in workdir.run("api", "--list", "VOICEMIAL").err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("COUNTCALLS", "key=K33P"), "key cannot be given"),
        (("COUNTCALLS", "KEY=K33P"), "key cannot be given"),
        (("key=K33P",), "is not a REQTYPE"),
        (("COUNTCALLS", "key[]=K33P"), "not the name of a parameter"),
        (("COUNTCALLS", " key=K33P"), "not the name of a parameter"),
        (("COUNTCALLS", "k.ey=K33P"), "not the name of a parameter"),
        ((*LIST, "filter=1=1"), "filter is raw SQL"),
        ((*LIST, "Filter=1=1"), "filter is raw SQL"),
        ((*LIST, "tenant=ACME"), "tenant is given twice"),
        ((*LIST, "ACTION=delete"), "ACTION is given twice"),
        ((*LIST, "reqtype=DIAL"), "reqtype is given twice"),
        (("COUNTCALLS", "tenant"), '"tenant" has no value: write NAME=VALUE'),
        ((*UPDATE, "--json", "{}", "jsondata={}"), "jsondata is given twice"),
        ((*UPDATE, "--json", "[1]"), "must be a JSON object"),
        ((*UPDATE, "--json", '{"a": '), "jsondata is not JSON: Expecting value, at line 1"),
        ((*UPDATE, "--json", '{"a": NaN}'), "NaN is not a JSON value"),
        ((*UPDATE, "--json", "@nowhere.json"), "--json @nowhere.json: there is no such file"),
        ((), "which REQTYPE?"),
    ],
)
def test_what_makes_no_sense_is_refused_unsent(
    workdir: Workspace, demo: Emulator, words: tuple[str, ...], complaint: str
) -> None:
    ran = workdir.run("api", *words)
    assert (ran.status, ran.out) == (1, "")
    assert complaint in ran.err
    assert "K33P" not in ran.err
    assert demo.log == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("DIAL", "tenant=DEMO", "source=402", "dest=99"), "'DIAL of DEMO' is not a read"),
        (UPDATE[:-1], "is not a read"),
        ((*LIST, "jsondata={}"), "with jsondata is not known to be a read"),
        ((*LIST, "info=CDRS"), "is not known to be a read"),
        (("COUNTCALLS", "action=reset"), "is not known to be a read"),
        (("MANAGEDB", "object=CUSTOM", "action=delete", "tenant=DEMO"), "(known of MANAGEDB: object=CUSTOMTYPES"),
        (("MANAGEDB", "object=EXTENSION", "action=purge", "tenant=DEMO"), "to send it anyway, with the write key, add"),
        (("FAX", "action=list"), "'FAX list' is not known to be a read: to send it anyway"),
    ],
)
def test_what_is_no_known_read_is_sent_with_write_alone(
    workdir: Workspace, demo: Emulator, words: tuple[str, ...], complaint: str
) -> None:
    ran = workdir.run("api", *words)
    assert ran.status == 1
    assert complaint in ran.err
    assert "--write" in ran.err
    assert demo.log == []
    workdir.run("api", *words, "--write")
    assert [asked.key_kind for asked in demo.log] == ["write"]


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("MANAGEDB", "object=CUSTOM", "action=lst", "tenant=DEMO"), "action=list"),
        (("MANAGEDB", "object=EXTENSION", "action=getdestination", "tenant=DEMO"), "action=getdestinations"),
        (("MANAGEDB", "object=CUSTOM", "action=updat", "tenant=DEMO"), "action=update"),
        (("INFO", "info=CDR", "tenant=DEMO"), "info=CDRS"),
        (("VOICEMAIL", "action=mesages", "tenant=DEMO"), "action=messages"),
        (("VOICEMIAL", "action=list"), "VOICEMAIL"),
    ],
)
def test_a_misspelt_word_is_offered_the_right_one_and_not_the_write_key(
    workdir: Workspace, demo: Emulator, words: tuple[str, ...], near: str
) -> None:
    ran = workdir.run("api", *words)
    assert ran.status == 1
    assert f"is not a known operation: did you mean {near}?" in ran.err
    assert "--write" not in ran.err
    assert demo.log == []


@pytest.mark.parametrize("action", ["list", "get", "getdestinations", "getextensions", "GetExtendedInfos"])
@pytest.mark.parametrize("name", ["EXTENSION", "custom", "did"])
def test_any_object_is_read_with_the_read_key(workdir: Workspace, demo: Emulator, action: str, name: str) -> None:
    workdir.run("api", "MANAGEDB", f"object={name}", f"action={action}", "tenant=DEMO", "objectid=67")
    assert {asked.key_kind for asked in demo.log} == {"read"}


def test_selectors_are_known_in_any_case(workdir: Workspace, demo: Emulator) -> None:
    assert workdir.run("api", "managedb", "object=custom", "action=LIST", "tenant=DEMO").status == 0
    assert demo.log[0].key_kind == "read"


def test_values_arrive_as_they_were_written(workdir: Workspace, demo: Emulator) -> None:
    cdrs = ("INFO", "info=CDRS", "format=csv", "tenant=%", "start=2017-01-01", "end=2017-02-01")
    assert workdir.run("api", *cdrs).out.startswith("tenant,ID,")
    ran = workdir.run("api", "DIAL", "tenant=DEMO", "source=402", "dest=99", "var=callid=453131&æ %", "--write")
    assert ran.status == 0
    assert (demo.log[0].params["tenant"], demo.log[0].params["start"]) == ("%", "2017-01-01")
    assert demo.log[1].params["var"] == "callid=453131&æ %"


def test_a_value_that_is_encoded_already_is_sent_as_it_stands_and_remarked_on(
    workdir: Workspace, demo: Emulator
) -> None:
    ran = workdir.run("api", "DIAL", "tenant=DEMO", "source=402", "dest=99", "var=a%3D1", "--write")
    assert demo.log[0].params["var"] == "a%3D1"
    assert "var=a%3D1: sent exactly as written; pbxsync encodes values itself, so write = instead of %3D" in ran.err


def test_jsondata_is_posted_as_it_was_written(workdir: Workspace, demo: Emulator) -> None:
    text = '{"cu_name": "Caf\\u00e9",  "cu_param1": "007"}'
    workdir.write("change.json", text)
    assert workdir.run("api", *UPDATE, "--json", "@change.json").status == 0
    assert workdir.run("api", *UPDATE, "--json", text).status == 0
    assert workdir.process("api", *UPDATE, "--json", "-", stdin=text).status == 0
    assert workdir.run("api", *UPDATE, f"jsondata={text}").status == 0
    assert {(asked.method, asked.params["jsondata"]) for asked in demo.log} == {("POST", text)}
    assert demo.rows("DEMO")[0]["cu_name"] == "Café"


def test_the_key_is_that_of_the_tenant_and_of_the_purpose(workdir: Workspace, demo: Emulator) -> None:
    demo.add_key("acme-read", "read", "ACME")
    demo.add_key("acme-write", "write", "ACME")
    workdir.set(AR="acme-read", AW="acme-write")
    workdir.write("pbxsync.yaml", "keys:\n  ACME: {read: '${AR}', write: '${AW}'}\n")
    new = (
        "MANAGEDB",
        "object=CUSTOM",
        "action=add",
        "tenant=ACME",
        '--json={"cu_name": "x", "cu_ct_id": 1}',
        "--write",
    )
    assert workdir.run("api", *new).status == 0
    cdrs = ("INFO", "info=CDRS", "start=2017-01-01", "end=2017-01-02")
    for words in (("VOICEMAIL", "action=list", "tenant=DEMO"), (*cdrs, "tenant=DEMO"), (*cdrs, "tenant=%")):
        assert workdir.run("api", *words).status == 0
    assert workdir.run("api", "MANAGEDB", "object=CUSTOMTYPES", "action=list", "tenant=ACME").status == 0
    demo.revoke(demo.read_key)
    demo.revoke(demo.write_key)
    acme = ("MANAGEDB", "object=CUSTOM", "action=list", "tenant=ACME")
    assert workdir.run("api", *acme).status == 0
    assert workdir.run("api", *acme, "--write").status == 0
    assert workdir.run("api", *LIST).status == 1


def test_without_a_key_it_says_which_variable_to_set(workdir: Workspace, demo: Emulator) -> None:
    workdir.connect(demo.url, None, None)
    assert "set the environment variable PBXSYNC_READ_KEY" in workdir.run("api", "COUNTCALLS").err
    assert "set the environment variable PBXSYNC_WRITE_KEY" in workdir.run("api", "DIAL", "--write").err
    assert demo.log == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("too-bad", "the PBX refuses this"),
        ("empty", "an empty reply"),
        ("null", "an empty reply"),
        ("login-page", "an HTML page"),
        ("php-fatal", "an error message of PHP"),
        ("php-warning", "an error message of PHP"),
        ("cut-json", "JSON that was cut short"),
        ("bracket", "not JSON"),
        ("status-500", "the server failed (HTTP 500)"),
        ("status-401", "refused by a proxy or web server"),
        ("redirect", "redirect"),
        ("echo-key=500", "the server failed (HTTP 500)"),
        ("echo-key=200", "an HTML page"),
        ("cut-body", "broke before the whole reply had come"),
    ],
)
def test_errors_of_every_kind_end_in_exit_status_1(
    workdir: Workspace, demo: Emulator, fault: str, complaint: str
) -> None:
    demo.faults.add(fault)
    ran = workdir.run("api", *LIST, "--retries", "1")
    assert (ran.status, ran.out) == (1, "")
    assert complaint in ran.err


def test_a_call_that_was_not_queued_is_an_error(workdir: Workspace, demo: Emulator) -> None:
    ran = workdir.run("api", "DIAL", "tenant=DEMO", "dest=99", "--write")
    assert (ran.status, ran.out) == (1, "")
    assert "Error|No source specified||" in ran.err
    assert demo.calls == []


SUCCESS = '{"Response":"Success","Message":"Originate successfully queued","ID":"abc"}'
REFUSAL = '{"Response":"Error","Message":"Extension not found"}'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (SUCCESS, 0),
        (REFUSAL, 1),
        ("Success|Originate successfully queued|abc|", 0),
        ("Error|Extension not found|", 1),
        ("No extension specified", 1),
        ("Wrong or missing tenant", 1),
        ("{}", 1),
    ],
)
def test_a_call_is_placed_or_refused_in_either_form(workdir: Workspace, body: str, status: int) -> None:
    with RawServer(lambda _: reply(body)) as server:
        workdir.connect(server.url, "NLbP7GFNVRqu9SDm", "NLbP7GFNVRqu9SDm")
        ran = workdir.run("api", "DIAL", "tenant=DEMO", "source=402", "dest=99", "format=json", "--write")
        assert (ran.status, ran.out.strip()) == (status, body if status == 0 else ""), ran.err
        assert len(server.requests) == 1


TYPE_ROW = '{"1": {"ct_id": "1", "ct_name": "FORWARD"}}'
ROW = '{"67": {"cu_id": "67", "cu_name": "Fax", "ct_name": "FORWARD"}}'
GET = ("MANAGEDB", "object=custom", "action=get", "tenant=DEMO", "objectid=67")


@pytest.mark.parametrize(
    ("words", "body", "fact"),
    [
        (("MANAGEDB", "object=CUSTOMTYPES", "action=list", "tenant=DEMO"), ROW, "a destination among types"),
        (LIST, TYPE_ROW, "a type among destinations"),
        (GET, '{"cu_id": 68, "cu_name": "Fax"}', "the row of 68 instead of 67"),
        (GET, '[{"cu_id": "68", "cu_name": "Fax"}]', "the row of 68 instead of 67"),
        (GET, TYPE_ROW, "a type among destinations"),
    ],
)
def test_a_reply_to_another_question_is_an_error(
    workdir: Workspace, words: tuple[str, ...], body: str, fact: str
) -> None:
    with RawServer(lambda _: reply(body)) as server:
        workdir.connect(server.url, "NLbP7GFNVRqu9SDm", "NLbP7GFNVRqu9SDm")
        ran = workdir.run("api", *words)
    assert (ran.status, ran.out) == (1, "")
    assert fact in ran.err


@pytest.mark.parametrize(
    ("words", "body"),
    [
        (LIST, ROW),
        (LIST, '["anything", {"more": {}}]'),
        (GET, '{"cu_id": 67, "cu_name": "Fax", "ct_id": "1"}'),
        (("MANAGEDB", "object=EXTENSION", "action=list", "tenant=DEMO"), TYPE_ROW),
    ],
)
def test_a_reply_of_any_other_shape_is_shown(workdir: Workspace, words: tuple[str, ...], body: str) -> None:
    with RawServer(lambda _: reply(body)) as server:
        workdir.connect(server.url, "NLbP7GFNVRqu9SDm", "NLbP7GFNVRqu9SDm")
        ran = workdir.run("api", *words)
    assert (ran.status, ran.out.strip()) == (0, body), ran.err


def test_a_read_is_tried_again_and_a_write_never(workdir: Workspace, demo: Emulator) -> None:
    demo.faults.add("status-503 n=1")
    assert workdir.run("api", *LIST).status == 0
    demo.faults.add("reset-after-commit reqtype=DIAL")
    ran = workdir.run("api", "DIAL", "tenant=DEMO", "source=402", "dest=99", "--write")
    assert ran.status == 1
    assert len(demo.calls) == 1
    assert len(demo.log) == 3


def test_audio_goes_into_a_file_of_its_owner_alone_and_to_the_byte_into_a_pipe(
    workdir: Workspace, demo: Emulator
) -> None:
    ran = workdir.run("api", *RECORDING, "--out", "call.wav")
    file = workdir.folder / "call.wav"
    data = file.read_bytes()
    assert (ran.status, ran.out) == (0, "")
    assert f"Saved {len(data):,} bytes of audio/x-wav in call.wav\n" in ran.err
    assert file.stat().st_mode & 0o777 == 0o600
    assert data[:4] == b"RIFF"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert piped(workdir, *RECORDING) == data
    assert demo.log[0].tenant == ""


def test_a_download_that_breaks_leaves_the_file_as_it_was(workdir: Workspace, demo: Emulator) -> None:
    old = workdir.write("call.wav", "as it was")
    demo.faults.add("cut-body")
    ran = workdir.run("api", *RECORDING, "--out", "call.wav", "--retries", "1")
    assert ran.status == 1
    assert "broke before the whole reply had come" in ran.err
    assert old.read_text() == "as it was"
    assert [path.name for path in workdir.folder.iterdir()] == ["call.wav"]


def test_a_file_that_cannot_be_written_is_said_before_anything_is_sent(workdir: Workspace, demo: Emulator) -> None:
    ran = workdir.run("api", *RECORDING, "--out", "none/call.wav")
    assert ran.status == 1
    assert "--out none/call.wav: its folder does not exist" in ran.err
    assert demo.log == []


def test_audio_is_refused_to_a_terminal_before_anything_is_sent(workdir: Workspace, demo: Emulator) -> None:
    status, shown = on_terminal(workdir, "api", *RECORDING)
    assert status == 1
    assert "the reply is binary, so it is not shown on a terminal: use --out FILE, or a pipe" in shown
    assert demo.log == []


def test_a_binary_reply_that_nobody_expected_is_kept_off_a_terminal(workdir: Workspace, demo: Emulator) -> None:
    demo.change(67, cu_name="æ")
    demo.faults.add("latin-1")
    status, shown = on_terminal(workdir, "api", *UPDATE, "--json", '{"cu_name": "\u00e6"}')
    assert status == 1
    assert "the reply is binary" in shown


def test_a_long_download_shows_how_far_it_is_on_a_terminal(workdir: Workspace, demo: Emulator) -> None:
    words = ("api", "INFO", "info=CDRS", "tenant=DEMO", "start=2017-01-01", "end=2017-02-01", "--out", "calls.csv")
    demo.faults.add("drip=0.2ms n=1")
    demo.faults.add("latency=1200ms n=1")
    status, shown = on_terminal(workdir, *words)
    assert status == 0
    assert "Receiving █" in shown
    assert "of 0.0 MB" in shown
    assert workdir.run(*words).err.count("\n") == 1


def test_hostile_text_is_exact_in_a_pipe_and_harmless_on_a_terminal(workdir: Workspace, demo: Emulator) -> None:
    words = (*UPDATE, "--json", json.dumps({"cu_name": HOSTILE, "cu_param1": "a\r\n\tb"}))
    assert piped(workdir, *words).decode().split("'")[1::2] == [HOSTILE, "a\r\n\tb", "67", "1"]
    status, shown = on_terminal(workdir, "api", *words)
    assert status == 0
    assert shown == (
        "update cu_customs set cu_name='\\u001b[31mred\\u0007 ::error::x \\u202egnp',cu_param1='a\n"
        "        b' where cu_id='67' and cu_te_id='1'\n"
    )
    assert demo.rows("DEMO")[0]["cu_name"] == HOSTILE


def test_a_key_in_an_answer_is_shown_nowhere(workdir: Workspace, demo: Emulator) -> None:
    demo.put("DEMO", cu_name=f"<{demo.read_key}>", cu_param1=demo.write_key)
    ran = workdir.run("api", *LIST, "-vv")
    assert '"<(key)>"' in ran.out
    assert workdir.run("api", *LIST, "--out", "list.json").status == 0
    assert holders([demo.read_key, demo.write_key], {"list.json": (workdir.folder / "list.json").read_bytes()}) == []


def test_requests_are_told_of_with_vv(workdir: Workspace, demo: Emulator) -> None:
    assert demo.url
    assert "GET COUNTCALLS: 200, begun" in workdir.run("api", "COUNTCALLS", "-vv").err


SENSITIVE = """
types:
  AI AGENT: {params: [prompt, api_key], sensitive: [api_key]}
"""


@pytest.mark.parametrize("dialect", ["default", "full", "old", "numbers", "nested", "bare"])
def test_sensitive_params_are_hidden_by_their_field_in_every_dialect(workdir: Workspace, dialect: str) -> None:
    workdir.write("pbxsync.yaml", SENSITIVE)
    with workdir.emulator(dialect) as pbx:
        agent = pbx.put("ACME", cu_name="Agent", cu_ct_id=8, cu_param1="Be kind", cu_param2="s3cr3t-value")
        phone = pbx.put("ACME", cu_name="Phone", cu_ct_id=1, cu_param1="45", cu_param2="INCOMINGDID")
        ask = ("api", "MANAGEDB", "object=CUSTOM", "tenant=ACME")
        shown = workdir.run(*ask, "action=get", f"objectid={agent}").out
        assert "Be kind" in shown
        assert "(sensitive)" in shown
        assert "INCOMINGDID" in workdir.run(*ask, "action=get", f"objectid={phone}").out
        everything = shown + workdir.run(*ask, "action=list").out
        assert "s3cr3t-value" not in everything


@pytest.mark.parametrize("dialect", ["default", "nested", "numbers"])
def test_what_a_write_answers_hides_sensitive_params_too(workdir: Workspace, dialect: str) -> None:
    workdir.write("pbxsync.yaml", SENSITIVE)
    with workdir.emulator(dialect) as pbx:
        fields = {"cu_name": "Agent", "cu_ct_id": 8, "cu_param2": "s3cr3t-value"}
        words = ("api", "MANAGEDB", "object=CUSTOM", "tenant=ACME", "--json", json.dumps(fields), "--write")
        added = workdir.run(*words, "action=add")
        changed = workdir.run(*words, "action=update", f"objectid={pbx.rows('ACME')[0]['cu_id']}")
        assert (added.status, changed.status) == (0, 0)
        assert "s3cr3t-value" not in added.text + changed.text
        assert pbx.rows("ACME")[0]["cu_param2"] == "s3cr3t-value"


def test_the_emulator_of_a_project_can_be_asked_without_any_key(workdir: Workspace) -> None:
    workdir.write("pbxsync.yaml", "url: emulator:pbx.db\n")
    ran = workdir.run("api", *LIST)
    assert ran.status == 0
    assert json.loads(ran.out)["67"]["cu_name"] == "Old fax"
