"""`pbxsync emulator`: serves an emulated PBX on loopback."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from pbxsync.disk.atomic import reason
from pbxsync.disk.read import display, read_option_file
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import sanitize, truncate

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.emulator import Emulator, FaultSpec

#: Characters of an error: enough to list every valid word.
_LONGEST = 2000


def run(
    context: Context,
    *,
    tenants: tuple[str, ...],
    dialect: str,
    faults: tuple[str, ...],
    fault_file: Path | None,
    **options: Any,
) -> int:
    """Serve until ^C; `options` are those of `pbxsync.emulator.serve`."""
    try:
        from pbxsync import emulator  # noqa: PLC0415 - an extra, which may not be installed
    except ImportError:
        raise UsageError("the emulator is not installed: install pbxsync[emulator]") from None
    if dialect == "list" or "list" in faults:
        context.console.result(emulator.dialect_reference() if dialect == "list" else emulator.fault_reference())
        return 0
    try:
        specs: list[str | FaultSpec] = [*faults]
        if fault_file is not None:
            lines = read_option_file("--fault-file", fault_file).splitlines()
            specs += emulator.read_specs(lines, display(str(fault_file)))
        emulator.serve(partial(_announce, context), tenants=tenants or None, dialect=dialect, faults=specs, **options)
    except (emulator.DialectError, emulator.FaultError) as error:
        raise UsageError(truncate(str(error), _LONGEST)) from None
    except OSError as error:
        text = str(error.filename)
        why = sanitize(str(error)) if error.filename is None else f"{truncate(text, 1000)}: {reason(error)}"
        raise UsageError(f"the emulator cannot start: {why}") from None
    return 0


def _announce(context: Context, pbx: Emulator) -> None:
    context.console.result(f"{pbx.url}\nread key:  {pbx.read_key}\nwrite key: {pbx.write_key}")
