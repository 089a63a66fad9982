"""HTTP statuses and the one error text: which error each becomes, and whether a write may have been carried out."""

from __future__ import annotations

import pytest

from pbxsync.api.request import Reply, Request
from pbxsync.errors import Barred, Busy, Denied, Redirected, ServerFault, Unrecognised, WireError
from pbxsync.model.entry import Secret
from pbxsync.pbx.replies import text, unrecognised, usable
from pbxsync.redaction.redactor import Redactor
from tests.pbx.stub import stub_pbx
from tests.support.rawserver import RawServer, reply

TOO_BAD = "Too bad... you mistaken the security api key."
STATUSES: list[tuple[int, dict[str, str], type[WireError], bool]] = [
    (201, {}, Unrecognised, True),
    (204, {}, Unrecognised, True),
    (206, {}, Unrecognised, True),
    (301, {"Location": "/"}, Redirected, True),
    (302, {"Location": "/"}, Redirected, True),
    (304, {}, Redirected, True),
    (307, {"Location": "/"}, Redirected, True),
    (308, {"Location": "/"}, Redirected, True),
    (399, {"Location": "/"}, Redirected, True),
    (400, {}, Unrecognised, True),
    (401, {}, Barred, True),
    (403, {}, Barred, True),
    (404, {}, Unrecognised, True),
    (407, {}, Barred, True),
    (418, {}, Unrecognised, True),
    (429, {}, Busy, False),
    (429, {"Retry_After": "1"}, Busy, False),
    (500, {}, ServerFault, True),
    (502, {}, ServerFault, True),
    (503, {}, ServerFault, True),
    (503, {"Retry_After": "1"}, Busy, True),
    (504, {}, ServerFault, True),
    (599, {}, ServerFault, True),
]


@pytest.mark.parametrize(("status", "headers", "kind", "may_have_acted"), STATUSES)
def test_a_status_that_is_not_200_is_an_error_for_reads_and_writes(
    status: int, headers: dict[str, str], kind: type[WireError], may_have_acted: bool
) -> None:
    body = "" if status in {204, 304} else '{"67": {"cu_name": "x"}}'
    with stub_pbx(reply(body, status, **headers)) as (pbx, _):
        with pytest.raises(WireError) as read:
            pbx.destinations("DEMO")
        with pytest.raises(WireError) as written:
            pbx.update("DEMO", "67", {"cu_name": "x"})
    assert (type(read.value), type(written.value)) == (kind, kind)
    assert written.value.open_outcome is may_have_acted
    assert f"HTTP {status}" in str(read.value) or f"HTTP status {status}" in str(read.value)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        (" 3 ", 3.0),
        ("0", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("1e3", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(header: str, seconds: float | None) -> None:
    with stub_pbx(reply("", 429, Retry_After=header)) as (pbx, _), pytest.raises(Busy) as busy:
        pbx.destinations("DEMO")
    assert busy.value.retry_after == seconds


def test_a_server_that_wants_to_be_left_alone_for_longer_than_a_run_waits_is_said_to() -> None:
    with stub_pbx(reply("", 429, Retry_After="3600")) as (pbx, server), pytest.raises(Busy) as busy:
        pbx.destinations("DEMO")
    assert str(busy.value).endswith("(HTTP 429); it asks for a pause of 3,600 seconds")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body", [TOO_BAD, f'"{TOO_BAD}"', f"\r\n{TOO_BAD}\n", f"\xef\xbb\xbf{TOO_BAD}".encode("latin-1"), "TOO BAD"]
)
def test_the_one_error_text_is_a_refusal_and_says_all_that_it_may_mean(body: str | bytes) -> None:
    with stub_pbx(body) as (pbx, _), pytest.raises(Denied) as denied:
        pbx.destinations("DEMO")
    for meaning in ("the key is wrong", "there is no such tenant", "the key may not do this"):
        assert meaning in str(denied.value)


def test_a_name_that_says_too_bad_is_a_name() -> None:
    with stub_pbx('{"67": {"cu_name": "Too bad... you mistaken the security api key."}}') as (pbx, _):
        assert pbx.destinations("DEMO").rows[0].name == TOO_BAD


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_so_that_no_key_goes_anywhere_else(status: int) -> None:
    with RawServer(lambda _: reply("[]")) as elsewhere:
        with stub_pbx(reply("", status, Location=elsewhere.url)) as (pbx, server), pytest.raises(Redirected):
            pbx.destinations("DEMO")
        assert (len(server.requests), elsewhere.seen) == (1, b"")


READ = Request((("object", "CUSTOM"), ("action", "list"), ("tenant", "DEMO")))
WRITE = READ._replace(jsondata="{}")
SAYS = {
    300: "the server answers with a redirect (HTTP 300), which is never followed, because it would take the key along."
    " Set url: to where the API is",
    400: "an unexpected HTTP status 400: '(key)'",
    403: "refused by a proxy or web server in front of the PBX (HTTP 403)",
    404: "nothing at this url (HTTP 404): check the url of the project",
    429: "the PBX has too much to do (HTTP 429)",
    500: "the server failed (HTTP 500)",
}


@pytest.mark.parametrize("status", SAYS)
def test_a_status_is_put_into_words(status: int) -> None:
    answer = Reply(status, b"s3cret", "text/html", None, 0.0)
    with pytest.raises(WireError) as error:
        usable(answer, READ, Redactor([Secret("s3cret")]))
    assert str(error.value) == f"CUSTOM list of DEMO: {SAYS[status]}"


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"Too bad".ljust(4095), True),
        (b"Too bad".ljust(4096), False),
        (b"Too bad".rjust(64), True),
        (b"Too bad".rjust(65), False),
    ],
)
def test_the_one_error_text_is_short_and_stands_at_the_beginning(body: bytes, refusal: bool) -> None:
    if refusal:
        with pytest.raises(Denied):
            usable(Reply(200, body, "", None, 0.0), READ, Redactor())
    else:
        assert usable(Reply(200, body, "", None, 0.0), READ, Redactor()) == body


def test_a_reply_that_is_not_understood_is_shown_in_part() -> None:
    said = str(unrecognised("no list", b" a \xff s3cret " + b"x" * 500, READ, Redactor([Secret("s3cret")])))
    assert said == f"CUSTOM list of DEMO: no list: 'a \\ufffd (key) {'x' * 150}… (350 more characters)'"


def test_a_reply_that_begins_with_pages_of_blank_lines_is_shown_from_its_first_word() -> None:
    said = str(unrecognised("no list", b"\r\n" * 20_000 + b"Fatal error", READ, Redactor()))
    assert said == "CUSTOM list of DEMO: no list: 'Fatal error'"


def test_a_reply_that_may_repeat_a_value_is_not_shown() -> None:
    hidden = "no list (1,234 long; not shown, because it may hold sensitive values)"
    withholding = Redactor()
    withholding.withhold = True
    for request, redact in ((WRITE, Redactor()), (READ, withholding), (WRITE, withholding)):
        assert str(unrecognised("no list", b"x" * 1234, request, redact)) == f"CUSTOM list of DEMO: {hidden}"


def test_a_reply_in_another_charset_is_not_guessed_at() -> None:
    assert text("æ".encode(), READ, Redactor()) == "æ"
    with pytest.raises(Unrecognised) as refused:
        text(b"\xe6", READ, Redactor())
    assert str(refused.value) == "CUSTOM list of DEMO: a reply that is not UTF-8: '\\ufffd'"
