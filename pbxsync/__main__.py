"""The `pbxsync` command, also as `python -m pbxsync`. It loads the command line where ^C leaves no traceback."""

from __future__ import annotations

import os
from contextlib import suppress


def main() -> None:
    """Run the command line and exit with its status: 130 also for ^C before the command line is loaded."""
    try:
        from pbxsync.cli.main import main as run_main  # noqa: PLC0415 - ^C may come while this is imported

        run_main()
    except KeyboardInterrupt:
        with suppress(OSError):
            os.write(2, b"error: interrupted\n")
        os._exit(130)  # a module that was only half imported may not be able to end in order


if __name__ == "__main__":
    main()
