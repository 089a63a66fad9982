"""Faults of a proxy or web server in front of a PBX: refusals, error pages, redirects, login pages."""

from __future__ import annotations

import base64
import html
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pbxsync.emulator.answer import HTML, REFUSED, Answer, page
from pbxsync.emulator.faults.base import Kind, instead, substitute

if TYPE_CHECKING:
    from pbxsync.emulator.faults.base import Exchange, Handler, Setting

LOGIN: Final = Answer(
    b'<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form method="post" action="/pbx/index.php">'
    b'<input name="user"><input name="password" type="password"></form></body></html>',
    HTML,
)


def _busy(setting: Setting, exchange: Exchange, call_next: Handler, *, status: int) -> Answer:
    answer = page(status, HTTPStatus(status).phrase)
    if "retry-after" in setting.options:
        answer = replace(answer, headers=(("Retry-After", setting.options["retry-after"]),))
    return substitute(answer, setting, exchange, call_next)


def _redirect(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    location = setting.options.get("to", "/pbx/index.php")
    answer = replace(page(302, "Found"), headers=(("Location", location),))
    return substitute(answer, setting, exchange, call_next)


def _echo(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    key = exchange.request.key
    forms = [
        exchange.url,
        html.escape(exchange.url),
        key,
        quote(key, safe=""),
        html.escape(key),
        base64.b64encode(key.encode()).decode(),
    ]
    answer = page(int(setting.value), "Internal Server Error", "".join(f"<pre>{form}</pre>\n" for form in forms))
    return substitute(answer, setting, exchange, call_next)


def _proxy(status: int) -> Answer:
    phrase = HTTPStatus(status).phrase
    return page(status, phrase, "<hr><center>nginx/1.22.1</center>\n")


_RETRY_AFTER: Final = {"retry-after": "the header of that name: seconds or a date"}

KINDS: Final = (
    Kind(
        "status-429", "answers 429 Too Many Requests", partial(_busy, status=429), moment="before", options=_RETRY_AFTER
    ),
    Kind(
        "status-503",
        "answers 503 Service Unavailable",
        partial(_busy, status=503),
        moment="before",
        options=_RETRY_AFTER,
    ),
    Kind(
        "status-500", "answers 500 Internal Server Error", instead(page(500, "Internal Server Error")), moment="before"
    ),
    Kind("html-502", "answers with a proxy's HTML page: 502 Bad Gateway", instead(_proxy(502)), moment="before"),
    Kind("html-504", "answers with a proxy's HTML page: 504 Gateway Timeout", instead(_proxy(504)), moment="before"),
    Kind(
        "redirect",
        "redirects (302) to a login page",
        _redirect,
        moment="before",
        options={"to": "the location, instead of the login page"},
    ),
    Kind("login-page", "answers with an HTML login page and status 200", instead(LOGIN), moment="before"),
    Kind("status-401", "answers 401 Unauthorized", instead(page(401, "Unauthorized")), moment="before"),
    Kind("status-403", "answers 403 Forbidden", instead(page(403, "Forbidden")), moment="before"),
    Kind("status-404", "answers 404 Not Found", instead(page(404, "Not Found")), moment="before"),
    Kind(
        "too-bad",
        "answers with the text for a wrong key, as if the key had been revoked",
        instead(REFUSED),
        moment="before",
    ),
    Kind(
        "echo-key",
        "answers with an error page of this status that shows the URL and the key: raw, URL-encoded, in HTML and in base64",
        _echo,
        unit="",
        default=500,
        moment="before",
    ),
)
