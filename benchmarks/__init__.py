"""Benchmarks of pbxsync against floors in the same run: `make bench`, described in README.md beside this file."""
