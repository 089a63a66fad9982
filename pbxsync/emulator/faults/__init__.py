"""Deliberate misbehaviour of the emulated PBX. `FAULTS` has all kinds, `Faults` holds the active faults.

A new fault is a `Kind` in the module of its group: network, pages, bodies, rows or values.
"""

from pbxsync.emulator.faults.active import Fault, Faults
from pbxsync.emulator.faults.catalog import FAULTS
from pbxsync.emulator.faults.spec import FaultError, FaultSpec, read_specs

__all__ = ["FAULTS", "Fault", "FaultError", "FaultSpec", "Faults", "read_specs"]
