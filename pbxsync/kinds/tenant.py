"""The code by which the PBX knows a tenant."""

from __future__ import annotations

import re
from typing import Final

#: Narrower than what a PBX may accept (guess), because a code becomes the name of a file and part of a request.
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
CODE_RULE: Final = (
    "a tenant's code has 1 to 64 letters, digits, dots, hyphens or underscores, and starts with a letter or digit"
)
