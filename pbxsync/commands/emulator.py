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

#: Characters of an error message: enough for every choice.
_LONGEST = 2000


@click.command(epilog="Example: pbxsync emulator --port 8080 --db pbx.db --read-key READ --write-key WRITE")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port (default: a free one).")
@click.option(
    "--db",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The database, kept when the emulator stops (default: a temporary file).",
)
@click.option("--read-key", metavar="K", help="The read-only key (default: generated).")
@click.option("--write-key", metavar="K", help="The read/write key (default: generated).")
@click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="CODE",
    help="A tenant that exists; repeatable (default: every code does).",
)
@click.option("--dialect", default="default", metavar="SPEC", help="The shape of replies; `list` shows the options.")
@click.option(
    "--fault", "faults", multiple=True, metavar="SPEC", help="A fault to simulate; repeatable. `list` shows all kinds."
)
@click.option("--fault-file", type=click.Path(path_type=Path), metavar="FILE", help="A file of faults, one per line.")
@click.option(
    "--latency",
    "latency_ms",
    type=Amount(0, 60_000),
    default=0.0,
    metavar="MS",
    help="The delay of every reply, in milliseconds.",
)
@click.option("--max-in-flight", type=click.IntRange(1), metavar="N", help="Answer 429 to requests beyond N at a time.")
@click.option(
    "--log",
    "log_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Append every request to a file as JSON lines.",
)
@click.option("--demo/--no-demo", default=True, help="Fill a new database with the demo world.")
@click.pass_obj
def command(
    context: Context,
    /,
    tenants: tuple[str, ...],
    dialect: str,
    faults: tuple[str, ...],
    fault_file: Path | None,
    **options: Any,
) -> int:
    """Serve an emulated PBX on loopback until ^C. Prints its URL and keys, which are valid only for this emulator."""
    try:
        from pbxsync.emulator import DialectError, FaultError, serve  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError("the emulator is not installed: install pbxsync[emulator]") from None
    if dialect == "list" or "list" in faults:
        context.console.result(_choices(dialect))
        return 0
    try:
        specs = [*faults, *(_faults_in(fault_file) if fault_file is not None else ())]
        serve(partial(_announce, context), tenants=tenants or None, dialect=dialect, faults=specs, **options)
    except (DialectError, FaultError) as error:
        raise UsageError(truncate(str(error), _LONGEST)) from None
    except OSError as error:
        raise UsageError(f"the emulator cannot start: {_reason(error)}") from None
    return 0


def _choices(dialect: str) -> str:
    """Return the text of `--dialect list` or else `--fault list`."""
    from pbxsync.emulator import dialect_reference, fault_reference  # noqa: PLC0415 - as above

    return dialect_reference() if dialect == "list" else fault_reference()


def _faults_in(file: Path) -> Iterator[FaultSpec]:
    """Yield the faults of a file. Raises UsageError and FaultError."""
    from pbxsync.disk.read import display, read_option_file  # noqa: PLC0415 - rarely needed
    from pbxsync.emulator import read_specs  # noqa: PLC0415 - as above

    yield from read_specs(read_option_file("--fault-file", file).splitlines(), display(str(file)))


def _announce(context: Context, pbx: Emulator) -> None:
    context.console.result(f"{pbx.url}\nread key:  {pbx.read_key}\nwrite key: {pbx.write_key}")


def _reason(error: OSError) -> str:
    from pbxsync.disk.atomic import reason  # noqa: PLC0415 - only errors need it

    return sanitize(str(error)) if error.filename is None else f"{truncate(str(error.filename), 1000)}: {reason(error)}"
