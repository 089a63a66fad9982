"""pbxsync: the custom destinations of many PBXCloud tenants as YAML in git."""

__version__ = "0.1.0"
