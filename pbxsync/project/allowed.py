"""What the environment lets files ask for: urls, variables and folders of secret files.

A pull request can change every file of a project, but not the environment of the pipeline that plans it. Without these
variables everything is allowed; a variable that is set but empty allows nothing.
"""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from pbxsync.project.url import EMULATOR

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ALLOWED_URLS: Final = "PBXSYNC_ALLOWED_URLS"
ALLOWED_VARIABLES: Final = "PBXSYNC_ALLOWED_VARIABLES"
ALLOWED_FILES: Final = "PBXSYNC_ALLOWED_FILES"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


class Allowed(NamedTuple):
    """The three lists; None means: not limited."""

    urls: tuple[str, ...] | None = None
    variables: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None

    @classmethod
    def by(cls, environ: Mapping[str, str]) -> Allowed:
        """Return what an environment allows. Items are separated by commas or blanks."""
        lists = (environ.get(name) for name in (ALLOWED_URLS, ALLOWED_VARIABLES, ALLOWED_FILES))
        return cls(*(None if text is None else tuple(filter(None, re.split(r"[,\s]+", text))) for text in lists))

    def url_refusal(self, url: str) -> str | None:
        """Return why no key may be sent to `url` (of a sound form); None if it may."""
        if self.urls is None or any(_covers(item, url) for item in self.urls):
            return None
        return f"{url} is not allowed by {ALLOWED_URLS} ({_listed(self.urls)})"

    def variable_refusal(self, variable: str) -> str | None:
        """Return why a file may not name this environment variable; None if it may."""
        if self.variables is None or any(fnmatchcase(variable, glob) for glob in self.variables):
            return None
        return f"${{{variable}}} is not allowed by {ALLOWED_VARIABLES} ({_listed(self.variables)})"

    def file_refusal(self, file: str, root: Path) -> str | None:
        """Return why a file may not name this secret file; None if it may. `root` is the folder of the project."""
        if self.files is None:
            return None
        # Links are resolved on both sides: a link in an allowed folder may lead anywhere.
        path = os.path.realpath(root / file)
        folders = (os.path.realpath(root / folder) for folder in self.files)
        if any(path.startswith(os.path.join(folder, "")) for folder in folders):  # noqa: PTH118 - "" adds the slash
            return None
        return f"${{file:{file}}} is not allowed by {ALLOWED_FILES} ({_listed(self.files)})"


def _covers(item: str, url: str) -> bool:
    """Whether an item of the list is this url, or its host with or without port."""
    if item.startswith(EMULATOR) or url.startswith(EMULATOR):
        return item == url
    is_url = "://" in item
    allowed, wanted = _parts(item if is_url else f"https://{item}/"), _parts(url)
    if allowed is None or wanted is None:
        return False
    if is_url:
        return allowed == wanted
    has_port = re.search(r":[0-9]+$", item) is not None
    return allowed.host == wanted.host and (not has_port or allowed.port == wanted.port)


class _Parts(NamedTuple):
    """The parts of a url that are compared."""

    scheme: str
    host: str
    port: int | None
    path: str


def _parts(url: str) -> _Parts | None:
    """Return the parts of a url as they are compared; None for an item that is not a url at all."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if host is None:
        return None
    return _Parts(parts.scheme, host.removesuffix("."), port or _DEFAULT_PORTS.get(parts.scheme), parts.path or "/")


def _listed(items: tuple[str, ...]) -> str:
    return f"it allows {', '.join(items)}" if items else "it is empty, so it allows nothing"
