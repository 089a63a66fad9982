"""Ways in which the emulated PBX misbehaves on purpose. `FAULTS` lists the kinds, `Faults` holds the ones at work."""

from pbxsync.emulator.faults.active import Fault, Faults
from pbxsync.emulator.faults.spec import FaultError, FaultSpec, read_specs
from pbxsync.emulator.faults.table import FAULTS

__all__ = ["FAULTS", "Fault", "FaultError", "FaultSpec", "Faults", "read_specs"]
