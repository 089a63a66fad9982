"""Faults of what stands in front of a PBX: refusals, error pages, redirects, login pages."""

from __future__ import annotations

import base64
import html
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pbxsync.emulator.answer import HTML, REFUSED, Answer, page
from pbxsync.emulator.faults.kind import Kind, in_place, instead

if TYPE_CHECKING:
    from pbxsync.emulator.faults.kind import Case, Go, Setting

LOGIN: Final = Answer(
    b'<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form method="post" action="/pbx/index.php">'
    b'<input name="user"><input name="password" type="password"></form></body></html>',
    HTML,
)


def _busy(setting: Setting, case: Case, go: Go, *, status: int) -> Answer:
    answer = page(status, HTTPStatus(status).phrase)
    if "retry-after" in setting.options:
        answer = replace(answer, headers=(("Retry-After", setting.options["retry-after"]),))
    return in_place(answer, setting, case, go)


def _redirect(setting: Setting, case: Case, go: Go) -> Answer:
    to = setting.options.get("to", "/pbx/index.php")
    answer = replace(page(302, "Found"), headers=(("Location", to),))
    return in_place(answer, setting, case, go)


def _echo(setting: Setting, case: Case, go: Go) -> Answer:
    key = case.call.key
    forms = [
        case.url,
        html.escape(case.url),
        key,
        quote(key, safe=""),
        html.escape(key),
        base64.b64encode(key.encode()).decode(),
    ]
    answer = page(int(setting.value), "Internal Server Error", "".join(f"<pre>{form}</pre>\n" for form in forms))
    return in_place(answer, setting, case, go)


def _proxy(status: int) -> Answer:
    phrase = HTTPStatus(status).phrase
    return page(status, phrase, "<hr><center>nginx/1.22.1</center>\n")


_RETRY_AFTER: Final = {"retry-after": "the header of that name: seconds or a date"}

KINDS: Final = (
    Kind("status-429", "too many requests", partial(_busy, status=429), moment="before", options=_RETRY_AFTER),
    Kind("status-503", "service unavailable", partial(_busy, status=503), moment="before", options=_RETRY_AFTER),
    Kind("status-500", "internal server error", instead(page(500, "Internal Server Error")), moment="before"),
    Kind("html-502", "a proxy's HTML page: bad gateway", instead(_proxy(502)), moment="before"),
    Kind("html-504", "a proxy's HTML page: gateway time-out", instead(_proxy(504)), moment="before"),
    Kind(
        "redirect",
        "302 to a login page",
        _redirect,
        moment="before",
        options={"to": "where to, instead of the login page"},
    ),
    Kind("login-page", "a login page in HTML, with status 200", instead(LOGIN), moment="before"),
    Kind("status-401", "unauthorized", instead(page(401, "Unauthorized")), moment="before"),
    Kind("status-403", "forbidden", instead(page(403, "Forbidden")), moment="before"),
    Kind("status-404", "not found", instead(page(404, "Not Found")), moment="before"),
    Kind("too-bad", "the text of a wrong key, as if the key had been revoked", instead(REFUSED), moment="before"),
    Kind(
        "echo-key",
        "an error page of this status that shows the URL, and the key raw, URL-encoded, in HTML and in base64",
        _echo,
        unit="",
        default=500,
        moment="before",
    ),
)
