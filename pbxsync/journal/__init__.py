"""The journal of an apply: every write, recorded before it is sent; and read again to explain or revert it."""
