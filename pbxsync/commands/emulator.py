"""`pbxsync emulator`: serves an emulated PBX on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pbxsync.commands.common import Amount
from pbxsync.errors import UsageError
from pbxsync.text.inert import inert, shortened

if TYPE_CHECKING:
    from pbxsync.app import App


@click.command(epilog="Example: pbxsync emulator --port 8080 --db pbx.db --read-key READ --write-key WRITE")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; a free one where it is not given.")
@click.option("--db", type=click.Path(path_type=Path), metavar="FILE", help="Keep the data in a file.")
@click.option("--read-key", metavar="K", help="The read-only key; made up where it is not given.")
@click.option("--write-key", metavar="K", help="The read/write key; made up where it is not given.")
@click.option("--tenant", "tenants", multiple=True, metavar="CODE", help="Only these tenants exist; else any does.")
@click.option("--dialect", default="default", metavar="SPEC", help="How replies look; `list` shows the choices.")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="A way to misbehave; `list` shows them.")
@click.option("--fault-file", type=click.Path(path_type=Path), metavar="FILE", help="Faults, one a line.")
@click.option("--latency", type=Amount(0, 60_000), default=0.0, metavar="MS", help="Added to every reply.")
@click.option("--max-in-flight", type=click.IntRange(1), metavar="N", help="Answer 429 beyond so many at a time.")
@click.option("--log", "log_file", type=click.Path(path_type=Path), metavar="FILE", help="Log requests as JSON lines.")
@click.option("--demo/--no-demo", default=True, help="Fill a new database with the demo world.")
@click.pass_obj
def command(
    app: App,
    port: int,
    db: Path | None,
    read_key: str | None,
    write_key: str | None,
    tenants: tuple[str, ...],
    dialect: str,
    faults: tuple[str, ...],
    fault_file: Path | None,
    latency: float,
    max_in_flight: int | None,
    log_file: Path | None,
    demo: bool,
) -> int:
    """Serve an emulated PBX on loopback until ^C. Its keys are printed: they open nothing but this."""
    try:
        from pbxsync.emulator import (  # noqa: PLC0415 - an extra
            DialectError,
            Emulator,
            FaultError,
            dialect_reference,
            fault_reference,
            read_specs,
            serve,
        )
    except ImportError:
        raise UsageError("the emulator is not installed: install pbxsync[emulator]") from None
    if dialect == "list" or "list" in faults:
        app.console.result(dialect_reference() if dialect == "list" else fault_reference())
        return 0
    try:
        specs = [
            *faults,
            *(read_specs(fault_file.read_text(encoding="utf-8"), str(fault_file)) if fault_file is not None else ()),
        ]

        def announce(pbx: Emulator) -> None:
            app.console.result(f"{pbx.url}\nread key:  {pbx.read_key}\nwrite key: {pbx.write_key}")

        serve(
            announce,
            db,
            port=port,
            read_key=read_key,
            write_key=write_key,
            tenants=tenants or None,
            dialect=dialect,
            faults=specs,
            latency_ms=latency,
            max_in_flight=max_in_flight,
            log_file=log_file,
            demo=demo,
        )
    except (DialectError, FaultError) as error:
        raise UsageError(shortened(str(error))) from None
    except OSError as error:
        raise UsageError(f"the emulator cannot start: {inert(str(error))}") from None
    return 0
