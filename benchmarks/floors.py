"""The floors: bare loops that do nothing but what cannot be left out. `python -m benchmarks.floors WHAT ARGUMENT…`.

requests ORIGIN URLS THREADS    one requests session, GET and JSON decode        (floor R)
urllib3  ORIGIN URLS THREADS    one urllib3 pool, GET and JSON decode            (floor U)
yaml     FOLDER                 yaml.load(…, Loader=CBaseLoader) of every file   (floor Y)
wire     ORIGIN URLS THREADS    pbxsync's own transport and recognition, without files, matching and diff
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


def _each(work: Callable[[str], object], urls: str, threads: str) -> None:
    targets = Path(urls).read_text().split()
    with ThreadPoolExecutor(int(threads)) as pool:
        done = sum(1 for _ in pool.map(work, targets))
    if done != len(targets):
        sys.exit("not all was done")


def by_requests(origin: str, urls: str, threads: str) -> None:
    """Floor R: every request through one `requests.Session`, as many threads as asked for."""
    import requests  # noqa: PLC0415 - a floor pays for nothing but what it uses
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - as above

    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=int(threads)))
        _each(lambda target: session.get(origin + target, timeout=30).json(), urls, threads)


def by_urllib3(origin: str, urls: str, threads: str) -> None:
    """Floor U: the same through one `urllib3.HTTPConnectionPool`."""
    import json  # noqa: PLC0415 - as above

    import urllib3  # noqa: PLC0415 - as above

    parts = urlsplit(origin)
    with urllib3.HTTPConnectionPool(parts.hostname or "", parts.port, maxsize=int(threads), timeout=30) as pool:
        _each(lambda target: json.loads(pool.request("GET", target).data), urls, threads)


def by_yaml(folder: str) -> None:
    """Floor Y: what PyYAML's C loader takes for the same files, every scalar as text."""
    import yaml  # noqa: PLC0415 - as above

    for path in sorted(Path(folder).iterdir()):
        yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text


def by_wire(origin: str, urls: str, threads: str) -> None:
    """What pbxsync takes for the requests alone: the rest of a plan's CPU time is what it does beyond the wire."""
    from pbxsync.http.transport import ReadTransport, Settings  # noqa: PLC0415 - as above
    from pbxsync.model.entry import Secret  # noqa: PLC0415 - as above
    from pbxsync.pbx.managedb import PbxReader  # noqa: PLC0415 - as above
    from pbxsync.workers import WorkerPool  # noqa: PLC0415 - as above

    queries = (target.partition("?")[2] for target in Path(urls).read_text().split())
    asked = [dict(pair.split("=") for pair in query.split("&")) for query in queries]
    key = Secret(asked[0]["key"])
    url = origin + urlsplit(Path(urls).read_text().split("\n", 1)[0]).path
    with ReadTransport(Settings(url, parallel=int(threads))) as transport, WorkerPool(int(threads)) as workers:
        pbx = PbxReader(transport, lambda _: key)

        def one(query: dict[str, str]) -> object:
            if "objectid" in query:
                return pbx.destination(query["tenant"], query["objectid"])
            if query["object"] == "CUSTOM":
                return pbx.destinations(query["tenant"])
            return pbx.custom_types(query["tenant"])

        workers.map(one, asked)


FLOORS: dict[str, Callable[..., None]] = {
    "requests": by_requests,
    "urllib3": by_urllib3,
    "yaml": by_yaml,
    "wire": by_wire,
}

if __name__ == "__main__":
    FLOORS[sys.argv[1]](*sys.argv[2:])
