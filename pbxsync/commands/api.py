"""`pbxsync api`: one request of the API, any operation of the document."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pbxsync import session
from pbxsync.api.operations import is_read, operation
from pbxsync.cli.completion import parameters, reqtypes
from pbxsync.cli.options import check_place, limits_of, patience_options, project_of
from pbxsync.errors import UsageError
from pbxsync.rawapi.request import check_allowed, percent_hint, request_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.api.request import Request
    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.pbx.body import Body
    from pbxsync.pbx.managedb import PbxReader, PbxWriter
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, Limits


@click.command(epilog="Example: pbxsync api INFO info=CDRS tenant=DEMO format=csv start=2017-01-01 end=2017-02-01")
@click.argument("reqtype", required=False, shell_complete=reqtypes)
@click.argument("words", nargs=-1, metavar="[NAME=VALUE]...", shell_complete=parameters)
@click.option("--write", is_flag=True, help="Send what is not known to be a read, with the write key.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Keep the reply in a file.")
@click.option("--json", "jsondata", metavar="@FILE|-|TEXT", help="The jsondata of a write: a file, the input, or text.")
@click.option("--list", "listing", is_flag=True, help="Show what there is, with an example each.")
@patience_options
@click.pass_obj
def command(
    app: Context,
    reqtype: str | None,
    words: tuple[str, ...],
    write: bool,
    out: Path | None,
    jsondata: str | None,
    listing: bool,
    bounds: Bounds,
) -> int:
    """Send one request of the API; the key comes from the project. What is no known read needs --write."""
    from pbxsync.cli.inputs import json_given  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.rawapi.listing import listed  # noqa: PLC0415 - as above

    if listing:
        app.console.result(listed(reqtype))
        return 0
    if reqtype is None:
        raise UsageError("which REQTYPE? `pbxsync api --list` shows what there is")
    request = request_of(reqtype, words, None if jsondata is None else json_given(jsondata))
    check_allowed(request, write=write)
    _check_way_out(request, out)
    project = project_of(app)
    if hint := percent_hint(words):
        app.console.note(hint)
    limits = limits_of(app, project, bounds)
    with session.endpoint(project) as where, _asked(app, where, limits, request, write=write) as (pbx, body):
        _hand_out(app, project, pbx, body, out)
    return 0


@contextmanager
def _asked(
    app: Context, where: Endpoint, limits: Limits, request: Request, *, write: bool
) -> Iterator[tuple[PbxReader, Body]]:
    """Send the request, over a connection that can do no more than it must, and give its answer."""
    if not write:
        with session.reader(where, limits, app.redactor) as pbx, pbx.open(request) as body:
            yield pbx, body
        return
    with session.writer(where, limits, app.redactor) as writer, _sent(writer, request) as body:
        yield writer, body


def _sent(pbx: PbxWriter, request: Request) -> Body:
    """Send a request with the write key: a read, which may be repeated, or anything else, once."""
    return pbx.open(request) if is_read(request) else pbx.send(request)


def _check_way_out(request: Request, out: Path | None) -> None:
    """Raise UsageError, before anything is sent, where there is no way to keep the answer, or to show it."""
    if out is not None:
        check_place(out)
        return
    found = operation(request)
    if found is not None and found.kind == "audio" and sys.stdout.isatty():
        from pbxsync.cli.output import BINARY  # noqa: PLC0415 - --help must not pay for it

        raise UsageError(BINARY)


def _hand_out(app: Context, project: Project, pbx: PbxReader, body: Body, out: Path | None) -> None:
    """Write the answer to where it belongs, without keys and sensitive params."""
    from pbxsync.cli.output import deliver  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.pbx.replies import checked_json  # noqa: PLC0415 - as above
    from pbxsync.rawapi.masking import may_hold_params  # noqa: PLC0415 - as above

    pieces: Iterable[bytes] = body
    found = operation(body.request)
    if app.redactor.withhold and may_hold_params(body.request):
        pieces = [_masked(app, project, pbx, body)]
    elif found is not None and found.kind == "JSON":
        pieces = [checked_json(body.read(), body.request, app.redactor)]
    deliver(app, app.redactor.stream(pieces, keep_length=body.binary), body, out)


def _masked(app: Context, project: Project, pbx: PbxReader, body: Body) -> bytes:
    """Return a reply in which sensitive params are hidden, and nothing of one in which no field can be told."""
    from pbxsync.live.types import TypeTable  # noqa: PLC0415 - as above
    from pbxsync.rawapi.masking import hidden_in, masked  # noqa: PLC0415 - few projects have sensitive params

    data = body.read()
    types = TypeTable(pbx.custom_types(body.request.value("tenant")))
    found = masked(data, hidden_in(types, project.sensitive))
    if found is None:
        app.console.note("The PBX answered, with what is not shown, because it may hold sensitive params.")
    return found or b""
