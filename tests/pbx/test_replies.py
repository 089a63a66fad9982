"""A reply that does not begin like an answer to its operation is an error, although the server says 200."""

from __future__ import annotations

import pytest

from pbxsync.api.operations import operation
from pbxsync.api.request import Request
from pbxsync.errors import NotThere, Unrecognised
from pbxsync.pbx.replies import check_start, checked_json, looks_binary
from pbxsync.redaction.redactor import Redactor

LIST = "MANAGEDB object=CUSTOM action=list"
DIAL, COUNT, SOUND = "DIAL", "COUNTCALLS", "INFO info=recording"
CSV, CDRS = "INFO info=CDRS format=csv", "INFO info=CDRS format=json"
PAUSE, HELP, OTHER = "AGENT action=PAUSE", "HELP", "FAX action=send"
JSON_DIAL, EXTENSIONS = "DIAL format=json", "MANAGEDB object=EXTENSION action=list"


def request(words: str) -> Request:
    reqtype, *rest = words.split()
    return Request(
        (("reqtype", reqtype), *((name, value) for name, _, value in (each.partition("=") for each in rest)))
    )


def begun(words: str, start: bytes) -> None:
    asked = request(words)
    check_start(start, asked, operation(asked), Redactor())


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (LIST, b"[]"),
        (LIST, b'\xef\xbb\xbf {"1": {}}'),
        (DIAL, b"Success|Originate successfully queued|15a4cfe6429054|"),
        (DIAL, b"\nsuccess|queued|1|"),
        (COUNT, b" 12\n"),
        (SOUND, b"RIFF\x24\x00\x00\x00WAVE"),
        (SOUND, b"\xff\xfb\x90d" + b"\xaa" * 60),
        (CSV, b"uniqueid,realsrc\n"),
        (CSV, b"Warning,Error\nError,1\n"),
        (CDRS, b'[{"uniqueid": "1"}]'),
        (PAUSE, b"Paused"),
        (HELP, b"<html><body>Syntax</body></html>"),
        (OTHER, b"anything at all"),
        (JSON_DIAL, b'{"Response":"Success","Message":"Originate successfully queued","ID":"abc"}'),
        (EXTENSIONS, b'[{"ex_id": "1"}]'),
    ],
)
def test_what_is_an_answer_passes(words: str, start: bytes) -> None:
    begun(words, start)


@pytest.mark.parametrize(
    ("words", "start", "complaint"),
    [
        (LIST, b"SELECT 1", "not JSON"),
        (LIST, b"]", "not JSON"),
        (DIAL, b"Failure|Extension not found|", "the PBX refuses this"),
        (DIAL, b"Successor", "neither of the two forms of success"),
        (PAUSE, b"error: no such queue", "the PBX refuses this"),
        (OTHER, b"Failed|", "the PBX refuses this"),
        (JSON_DIAL, b'{"Response":"Error","Message":"Extension not found"}', "the PBX refuses this"),
        (JSON_DIAL, b'{"Response":"Succ', "neither of the two forms of success"),
        (JSON_DIAL, b'{"Message":"Success"}', "neither of the two forms of success"),
        (JSON_DIAL, b'[{"Response":"Success"}]', "neither of the two forms of success"),
        (SOUND, b"No id specified", "the PBX refuses this"),
        (PAUSE, b"No extension specified", "the PBX refuses this"),
        (OTHER, b"Missing parameter mailbox.\n", "the PBX refuses this"),
        (CSV, b"Invalid date", "the PBX refuses this"),
        (EXTENSIONS, b"SELECT 1", "not JSON"),
        (COUNT, b"12 calls", "not a number"),
        (COUNT, b"[]", "not a number"),
        (SOUND, b"not found", "text instead of audio"),
        (CSV, b"<!DOCTYPE html><html>", "an HTML page"),
        (CSV, b'{"error": "no such tenant"}', "JSON instead of CSV"),
        (OTHER, b"\n<HTML>", "an HTML page"),
        (HELP, b"<br />\n<b>Warning</b>:  include(): failed", "an error message of PHP"),
        (CSV, b"PHP Fatal error:  Uncaught", "an error message of PHP"),
    ],
)
def test_what_is_none_is_an_error_that_says_so(words: str, start: bytes, complaint: str) -> None:
    with pytest.raises(Unrecognised, match=complaint):
        begun(words, start)


@pytest.mark.parametrize("start", [b"", b" \r\n", b"null", b"false\n"])
@pytest.mark.parametrize(("words", "said"), [(CSV, "the operation or a parameter is unknown"), (DIAL, "read it back")])
def test_nothing_is_not_there_or_not_known_to_be_done(words: str, start: bytes, said: str) -> None:
    with pytest.raises(NotThere, match=said):
        begun(words, start)


@pytest.mark.parametrize("body", [b"[1", b"[1]]", b'{"a": }', b"\xff", b"[" * 100_000])
def test_json_that_does_not_end_as_it_began_is_an_error(body: bytes) -> None:
    with pytest.raises(Unrecognised, match="cut short or is broken"):
        checked_json(body, request(LIST), Redactor())


@pytest.mark.parametrize(
    ("start", "binary"),
    [
        (b"plain", False),
        ("Æblegrød".encode(), False),
        (b"x" * 4095 + "Æ".encode() + b"x" * 100, False),
        (b"x" * 4094 + "😀".encode() + b"x" * 100, False),
        (b"x" * 4095 + b"\xc3", True),
        (b"a\0b", True),
        ("Æ".encode("latin-1"), True),
        (b"\xff\xfb\x90d", True),
    ],
)
def test_a_text_is_told_from_what_is_none_wherever_it_is_cut(start: bytes, binary: bool) -> None:
    assert looks_binary(start) == binary
