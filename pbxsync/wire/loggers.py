"""Keeps keys out of the logs of the libraries: urllib3 writes whole URLs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbxsync.wire.redact import Redactor


class _KeyFilter(logging.Filter):
    """Takes keys out of what the libraries log: urllib3 writes whole URLs, at debug level and in warnings."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self.redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.redactor(record.getMessage()), ()
        record.exc_info = None
        return True


def hide_keys(redactor: Redactor) -> None:
    """Keep the keys that a redactor knows out of what urllib3 logs."""
    for module in ("connection", "connectionpool", "poolmanager", "response", "util.retry", "util.ssl_"):
        logging.getLogger(f"urllib3.{module}").addFilter(_KeyFilter(redactor))
