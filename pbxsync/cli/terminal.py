"""The size of the terminal, without what is slow to import: --help needs it too."""

from __future__ import annotations

import os
import sys


def columns() -> int:
    """Terminal width, else 80: shutil.get_terminal_size without its import cost."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80 if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80
