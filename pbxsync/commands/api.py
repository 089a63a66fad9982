"""`pbxsync api`: one request of the API, any operation of the document."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pbxsync import session
from pbxsync.api.operations import is_read, operation
from pbxsync.cli.checks import check_out
from pbxsync.cli.json_option import read_json_option
from pbxsync.cli.load import load_project
from pbxsync.cli.reply import BINARY, deliver
from pbxsync.cli.stages import request_limits
from pbxsync.errors import UsageError
from pbxsync.live.types import TypeTable
from pbxsync.pbx.replies import checked_json
from pbxsync.rawapi.listing import listed
from pbxsync.rawapi.masking import hidden_in, masked, may_hold_params
from pbxsync.rawapi.request import check_allowed, percent_hint, request_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pbxsync.api.request import Request
    from pbxsync.cli.context import Context
    from pbxsync.pbx.body import Body
    from pbxsync.pbx.managedb import PbxReader, PbxWriter
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, RequestLimits


def run(
    context: Context,
    *,
    reqtype: str | None,
    words: tuple[str, ...],
    write: bool,
    out: Path | None,
    jsondata: str | None,
    listing: bool,
) -> int:
    """Send one request, and write its reply to --out or standard output."""
    if listing:
        context.console.result(listed(reqtype))
        return 0
    if reqtype is None:
        raise UsageError("which REQTYPE? `pbxsync api --list` shows what there is")
    request = request_of(reqtype, words, None if jsondata is None else read_json_option(jsondata))
    check_allowed(request, write=write)
    _check_way_out(request, out)
    project = load_project(context)
    if hint := percent_hint(words):
        context.console.note(hint)
    limits = request_limits(context, project)
    with session.endpoint(project) as endpoint, _asked(context, endpoint, limits, request, write=write) as (pbx, body):
        _hand_out(context, project, pbx, body, out)
    return 0


@contextmanager
def _asked(
    context: Context, endpoint: Endpoint, limits: RequestLimits, request: Request, *, write: bool
) -> Iterator[tuple[PbxReader, Body]]:
    """Send the request and give its answer; without --write over a transport that cannot write."""
    if not write:
        with session.reader(endpoint, limits, context.redactor) as pbx, pbx.open(request) as body:
            yield pbx, body
        return
    with session.writer(endpoint, limits, context.redactor) as writer, _sent(writer, request) as body:
        yield writer, body


def _sent(pbx: PbxWriter, request: Request) -> Body:
    """Send a request with the write key: a read, which may be repeated, or anything else, once."""
    return pbx.open(request) if is_read(request) else pbx.send(request)


def _check_way_out(request: Request, out: Path | None) -> None:
    """Raise UsageError, before anything is sent, if the answer can be neither kept nor shown."""
    if out is not None:
        check_out(out)
        return
    selected = operation(request)
    if selected is not None and selected.kind == "audio" and sys.stdout.isatty():
        raise UsageError(BINARY)


def _hand_out(context: Context, project: Project, pbx: PbxReader, body: Body, out: Path | None) -> None:
    """Write the answer to --out or standard output, without keys and sensitive params."""
    pieces: Iterable[bytes] = body
    selected = operation(body.request)
    if selected is not None and selected.kind == "JSON":
        pieces = [checked_json(body.read(), body.request, context.redactor)]
    if context.redactor.withhold and may_hold_params(body.request):
        data = body.read() if pieces is body else b"".join(pieces)
        pieces = [_masked(context, project, pbx, body.request, data)]
    deliver(context, context.redactor.stream(pieces, keep_length=body.binary), body, out)


def _masked(context: Context, project: Project, pbx: PbxReader, request: Request, data: bytes) -> bytes:
    """Return a reply with its sensitive params hidden; nothing of a reply without columns."""
    types = TypeTable(pbx.custom_types(request.value("tenant")))
    shown = masked(data, hidden_in(types, project.sensitive))
    if shown is None:
        context.console.note("The PBX answered. The reply is not shown, because it may hold sensitive params.")
    return shown or b""
