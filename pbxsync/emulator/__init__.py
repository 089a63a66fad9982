"""An emulated PBX on loopback. Imports nothing of the rest of pbxsync."""
