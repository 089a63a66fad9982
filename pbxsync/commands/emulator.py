"""`pbxsync emulator`: serves an emulated PBX on loopback."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pbxsync.cli.options import Amount
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import sanitize, truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.cli.context import Context
    from pbxsync.emulator import Emulator, FaultSpec

#: Room for all that may be written instead of a word that is wrong.
_LONGEST = 2000


@click.command(epilog="Example: pbxsync emulator --port 8080 --db pbx.db --read-key READ --write-key WRITE")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; a free one where it is not given.")
@click.option("--db", type=click.Path(path_type=Path), metavar="FILE", help="Keep the data in a file.")
@click.option("--read-key", metavar="K", help="The read-only key; made up where it is not given.")
@click.option("--write-key", metavar="K", help="The read/write key; made up where it is not given.")
@click.option("--tenant", "tenants", multiple=True, metavar="CODE", help="Only these tenants exist; else any does.")
@click.option("--dialect", default="default", metavar="SPEC", help="How replies look; `list` shows the choices.")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="A way to misbehave; `list` shows them.")
@click.option("--fault-file", type=click.Path(path_type=Path), metavar="FILE", help="Faults, one a line.")
@click.option(
    "--latency", "latency_ms", type=Amount(0, 60_000), default=0.0, metavar="MS", help="Added to every reply."
)
@click.option("--max-in-flight", type=click.IntRange(1), metavar="N", help="Answer 429 beyond so many at a time.")
@click.option("--log", "log_file", type=click.Path(path_type=Path), metavar="FILE", help="Log requests as JSON lines.")
@click.option("--demo/--no-demo", default=True, help="Fill a new database with the demo world.")
@click.pass_obj
def command(
    app: Context,
    /,
    tenants: tuple[str, ...],
    dialect: str,
    faults: tuple[str, ...],
    fault_file: Path | None,
    **options: Any,
) -> int:
    """Serve an emulated PBX on loopback until ^C. Its keys are printed: they open nothing but this."""
    try:
        from pbxsync.emulator import DialectError, FaultError, serve  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("the emulator is not installed: install pbxsync[emulator]") from None
    if dialect == "list" or "list" in faults:
        app.console.result(_choices(dialect))
        return 0
    try:
        specs = [*faults, *(_kept_in(fault_file) if fault_file is not None else ())]
        serve(partial(_announce, app), tenants=tenants or None, dialect=dialect, faults=specs, **options)
    except (DialectError, FaultError) as error:
        raise UsageError(truncate(str(error), _LONGEST)) from None
    except OSError as error:
        raise UsageError(f"the emulator cannot start: {_reason(error)}") from None
    return 0


def _choices(dialect: str) -> str:
    """Return what `--dialect list` shows, or else `--fault list`."""
    from pbxsync.emulator import dialect_reference, fault_reference  # noqa: PLC0415 - as above

    return dialect_reference() if dialect == "list" else fault_reference()


def _kept_in(file: Path) -> Iterator[FaultSpec]:
    """Yield the faults of a file. Raises UsageError and FaultError."""
    from pbxsync.disk.read import display, read_option_file  # noqa: PLC0415 - few keep their faults in a file
    from pbxsync.emulator import read_specs  # noqa: PLC0415 - as above

    yield from read_specs(read_option_file("--fault-file", file).splitlines(), display(str(file)))


def _announce(app: Context, pbx: Emulator) -> None:
    app.console.result(f"{pbx.url}\nread key:  {pbx.read_key}\nwrite key: {pbx.write_key}")


def _reason(error: OSError) -> str:
    from pbxsync.disk.atomic import reason  # noqa: PLC0415 - only a mistake needs it

    return sanitize(str(error)) if error.filename is None else f"{truncate(str(error.filename), 1000)}: {reason(error)}"
