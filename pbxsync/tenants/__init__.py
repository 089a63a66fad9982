"""Tenant files: find, read and check them. Returns the desired state, or all problems of all files at once."""
