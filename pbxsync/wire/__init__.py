"""The one layer that talks to a PBX: HTTP, the key, quirks, retries, pace."""
