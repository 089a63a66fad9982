"""A plain client for the emulator's tests: nothing of pbxsync's own, so that the two cannot agree on a mistake."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator

CUSTOM = {"reqtype": "MANAGEDB", "object": "CUSTOM", "tenant": "DEMO"}


def ask(pbx: Emulator, **params: str) -> requests.Response:
    """GET with the read key, unless another is given."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(pbx.url, params={"key": pbx.read_key, **params}, timeout=20, allow_redirects=False)


def custom(pbx: Emulator, action: str, tenant: str = "DEMO", **params: str) -> requests.Response:
    """A read of custom destinations."""
    return ask(pbx, **{**CUSTOM, "tenant": tenant, "action": action, **params})


def write(pbx: Emulator, action: str, fields: dict[str, Any], tenant: str = "DEMO", **params: str) -> requests.Response:
    """Add or update, with the write key in the query and jsondata in the form."""
    query = {"key": pbx.write_key, **CUSTOM, "tenant": tenant, "action": action, **params}
    with requests.Session() as session:
        session.trust_env = False
        data = {"jsondata": json.dumps(fields)}
        return session.post(pbx.url, params=query, data=data, timeout=20, allow_redirects=False)
