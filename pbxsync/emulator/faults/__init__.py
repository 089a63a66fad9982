"""Deliberate misbehaviour of the emulated PBX. `FAULTS` has all kinds, `Faults` holds the active faults."""

from pbxsync.emulator.faults.active import Fault, Faults
from pbxsync.emulator.faults.spec import FaultError, FaultSpec, read_specs
from pbxsync.emulator.faults.table import FAULTS

__all__ = ["FAULTS", "Fault", "FaultError", "FaultSpec", "Faults", "read_specs"]
