"""The formats of a plan: each takes plain values and returns text."""
