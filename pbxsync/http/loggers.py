"""Keeps keys out of the logs of the libraries: urllib3 writes whole URLs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

if TYPE_CHECKING:
    from pbxsync.redaction.redactor import Redactor

_MODULES: Final = ("connection", "connectionpool", "poolmanager", "response", "util.retry", "util.ssl_")


class _KeyFilter(logging.Filter):
    """Takes keys out of what the libraries log: urllib3 writes whole URLs, at debug level and in warnings.

    There is one for all connections of a program; it knows the keys of a redactor for as long as that is in use.
    """

    def __init__(self) -> None:
        super().__init__()
        self.redactors: WeakSet[Redactor] = WeakSet()

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for redact in list(self.redactors):
            text = redact(text)
        record.msg, record.args = text, ()
        record.exc_info = None
        return True


_FILTER: Final = _KeyFilter()


def hide_keys(redactor: Redactor) -> None:
    """Keep the keys that a redactor knows, and those that it learns, out of what urllib3 logs."""
    _FILTER.redactors.add(redactor)
    for module in _MODULES:
        logging.getLogger(f"urllib3.{module}").addFilter(_FILTER)  # once, however often it is added
