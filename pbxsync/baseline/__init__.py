"""What the files said at the base of a git change, and which tenants the change touches."""
