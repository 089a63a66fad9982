"""Python imports this at its start in every process that a test starts: it comes first on their PYTHONPATH."""

from tests.support.loopback import guard

guard()
