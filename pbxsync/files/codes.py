"""The tenants that tenant files seem to be of: a quick look at their beginnings, for suggestions and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.files.discover import tenant_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TENANT: Final = re.compile(
    rb"^tenant:[ \t]+([\"']?)([A-Za-z0-9][A-Za-z0-9._-]{0,63})\1[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
#: The code stands in the first lines, after a comment at most.
_LOOKED_AT: Final = 16 * 1024


def tenant_codes(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield the code that each tenant file below `paths` begins with, and its path, in order; no file is checked."""
    files, _ = tenant_files(paths)
    for _, path in files:
        try:
            with Path(path).open("rb") as file:
                found = _TENANT.search(file.read(_LOOKED_AT))
        except OSError:
            continue
        if found is not None:
            yield found[2].decode(), path
