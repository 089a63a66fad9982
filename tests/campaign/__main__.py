"""`python -m tests.campaign`: see run.py."""

from __future__ import annotations

import sys

from tests.campaign.run import main

if __name__ == "__main__":
    sys.exit(main())
