"""An emulated PBX on loopback: a real HTTP server with SQLite storage. Imports nothing of the rest of pbxsync.

`with Emulator(demo=False) as pbx:` starts one. A client needs `pbx.url`, `pbx.read_key` and `pbx.write_key`; a test
prepares and inspects the PBX with `pbx.put`, `pbx.rows` and `pbx.log`.
"""

from pbxsync.emulator.dialect import Dialect, DialectError
from pbxsync.emulator.emulator import Emulator, serve
from pbxsync.emulator.faults import FAULTS, Fault, FaultError, FaultSpec, read_specs
from pbxsync.emulator.log import LogEntry
from pbxsync.emulator.reference import dialect_reference, fault_reference

__all__ = [
    "FAULTS",
    "Dialect",
    "DialectError",
    "Emulator",
    "Fault",
    "FaultError",
    "FaultSpec",
    "LogEntry",
    "dialect_reference",
    "fault_reference",
    "read_specs",
    "serve",
]
