"""Which urls a key may be sent to. No message shows the url, because a refused one may contain a key."""

from __future__ import annotations

import ipaddress
import os
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

EMULATOR: Final = "emulator:"
#: Narrower than any standard, so that two URL parsers cannot disagree about the host.
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)*)"
)


def refusal(url: str) -> str | None:
    """Return why no key may be sent to `url`, and what to write instead; None if one may."""
    if url.startswith(EMULATOR):
        return None if url != EMULATOR else "emulator: needs a file, for example emulator:pbx.sqlite"
    if "?" in url or "#" in url:
        return "the url must not contain ? or #: pbxsync adds the key and the rest of the query to each request"
    if "@" in url.partition("//")[2].partition("/")[0]:
        return "the url must not contain a user or password: keys belong in read_key and write_key"
    match = _URL.fullmatch(url)
    if match is None or not 0 < int(match["port"] or 443) < 65536 or not _is_host(match["host"]):
        return "this is not the url of a PBX: write https://HOST/pbx/proxyapi.php, or emulator:FILE"
    if match["scheme"] == "http" and not _is_loopback(match["host"]):
        return "plain http would expose the key on the network: write https"
    return None


def resolve(url: str, root: Path) -> str:
    """Return `url` with the path of an emulator's file made absolute, from the folder `root`."""
    if not url.startswith(EMULATOR):
        return url
    return f"{EMULATOR}{root.absolute() / url.removeprefix(EMULATOR)}"


def outside(resolved: str, root: Path) -> str | None:
    """Return why the database of an emulator, named by a project file in `root`, is refused; None if it is below `root`."""
    if not resolved.startswith(EMULATOR):
        return None
    file = os.path.realpath(resolved.removeprefix(EMULATOR))
    if file.startswith(os.path.join(os.path.realpath(root), "")):  # noqa: PTH118 - "" adds the slash
        return None
    return "the database of the emulator must be below the folder of the project file: write a path without leading / or .."


def _is_host(host: str) -> bool:
    if host.startswith("["):
        return _address(host) is not None
    return all(0 < len(label) < 64 for label in host.removesuffix(".").split("."))


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host.lower() == "localhost" if address is None else address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
