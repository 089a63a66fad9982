"""An octoDNS provider that reads the destinations of a PBX as records of a zone. It runs in octoDNS's own environment.

Like octoDNS's own providers, it uses a requests session and sends the requests of a zone one after another.
"""

from __future__ import annotations

import logging
from typing import Any

import requests
from octodns.provider.base import BaseProvider  # type: ignore[import-not-found]  # installed in its own environment
from octodns.record import Record  # type: ignore[import-not-found]  # as above


class PbxProvider(BaseProvider):  # type: ignore[misc]  # as above
    """A tenant is a zone; a destination is a TXT record with its params as values."""

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS = frozenset({"TXT"})

    def __init__(self, id: str, url: str, key: str, *args: Any, **kwargs: Any) -> None:  # noqa: A002 - octoDNS's name
        self.log = logging.getLogger(f"PbxProvider[{id}]")
        super().__init__(id, *args, **kwargs)
        self._url = url
        self._key = key
        self._session = requests.Session()
        self._session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=16))

    def populate(self, zone: Any, target: bool = False, lenient: bool = False) -> bool:  # noqa: FBT001, FBT002 - as above
        """Read the records of a zone: a list, then a get per destination."""
        del target
        tenant = zone.name.split(".")[0].upper()
        for identity in self._request(tenant, "list"):
            row = self._request(tenant, "get", objectid=identity)
            values = [row["cu_param1"], row["cu_param2"], row["cu_param3"]]
            data = {"type": "TXT", "ttl": 300, "values": values}
            zone.add_record(Record.new(zone, f"d{identity}", data, source=self, lenient=lenient), lenient=lenient)
        return True

    def _request(self, tenant: str, action: str, **more: str) -> Any:
        params = {"reqtype": "MANAGEDB", "object": "CUSTOM", "tenant": tenant, "action": action, **more}
        reply = self._session.get(self._url, params={**params, "cache": "no", "key": self._key}, timeout=30)
        reply.raise_for_status()
        return reply.json()

    def _apply(self, plan: Any) -> None:
        raise NotImplementedError
