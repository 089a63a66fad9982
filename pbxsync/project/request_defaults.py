"""The limits of requests that a project sets: defaults, and what is allowed."""

from __future__ import annotations

from typing import Final

#: Seconds for one request.
DEFAULT_TIMEOUT: Final = 30.0
MAX_TIMEOUT: Final = 3600
#: Attempts of a read.
DEFAULT_RETRIES: Final = 4
MAX_RETRIES: Final = 100
