"""Keeps keys out of the logs of the libraries: urllib3 writes whole URLs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from pbxsync.redaction.redactor import Redactor

_MODULES: Final = ("connection", "connectionpool", "poolmanager", "response", "util.retry", "util.ssl_")
#: One set for all transports of a program; each redactor is in it for as long as it is in use.
_REDACTORS: Final[WeakSet[Redactor]] = WeakSet()


class _KeyFilter(logging.Filter):
    """Removes keys from log records: urllib3 writes URLs at debug level and in warnings."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for redact in list(_REDACTORS):
            text = redact(text)
        record.msg, record.args = text, ()
        record.exc_info = None
        return True


_FILTER: Final = _KeyFilter()


def hide_keys(redactor: Redactor) -> None:
    """Keep the keys that a redactor knows, or learns later, out of urllib3's logs."""
    _REDACTORS.add(redactor)
    for module in _MODULES:
        logging.getLogger(f"urllib3.{module}").addFilter(_FILTER)  # adding it again does nothing
