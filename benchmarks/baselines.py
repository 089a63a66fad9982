"""The baselines: loops that do only the work that cannot be avoided. `python -m benchmarks.baselines NAME ARGUMENT…`.

requests   ORIGIN URLS THREADS  one requests session, GET and JSON decoding      (baseline R)
urllib3    ORIGIN URLS THREADS  one urllib3 pool, GET and JSON decoding          (baseline U)
yaml       FOLDER               yaml.load(…, Loader=CBaseLoader) of every file   (baseline Y)
transport  ORIGIN URLS THREADS  pbxsync's own transport and reply parsing, without files, matching and diff
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable


def _map(work: Callable[[str], object], urls: str, threads: str) -> None:
    targets = Path(urls).read_text().split()
    with ThreadPoolExecutor(int(threads)) as pool:
        completed = sum(1 for _ in pool.map(work, targets))
    if completed != len(targets):
        sys.exit(f"only {completed} of {len(targets)} requests were sent")


def by_requests(origin: str, urls: str, threads: str) -> None:
    """Baseline R: all requests through one `requests.Session`."""
    import requests  # noqa: PLC0415 - a baseline loads only what it uses
    from requests.adapters import HTTPAdapter  # noqa: PLC0415 - as above

    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(pool_maxsize=int(threads)))
        _map(lambda target: session.get(origin + target, timeout=30).json(), urls, threads)


def by_urllib3(origin: str, urls: str, threads: str) -> None:
    """Baseline U: all requests through one `urllib3.HTTPConnectionPool`."""
    import json  # noqa: PLC0415 - as above

    import urllib3  # noqa: PLC0415 - as above

    parts = urlsplit(origin)
    with urllib3.HTTPConnectionPool(parts.hostname or "", parts.port, maxsize=int(threads), timeout=30) as pool:
        _map(lambda target: json.loads(pool.request("GET", target).data), urls, threads)


def by_yaml(folder: str) -> None:
    """Baseline Y: PyYAML's C loader on the same files, every scalar as text."""
    import yaml  # noqa: PLC0415 - as above

    for path in sorted(Path(folder).iterdir()):
        yaml.load(path.read_bytes(), Loader=yaml.CBaseLoader)  # noqa: S506 - it creates only text


def by_transport(origin: str, urls: str, threads: str) -> None:
    """The transport of pbxsync alone. The rest of a plan's CPU time goes to files, matching and diff."""
    from pbxsync.http.transport import ReadTransport, Settings  # noqa: PLC0415 - as above
    from pbxsync.model.entry import Secret  # noqa: PLC0415 - as above
    from pbxsync.pbx.managedb import PbxReader  # noqa: PLC0415 - as above
    from pbxsync.workers import WorkerPool  # noqa: PLC0415 - as above

    queries = (target.partition("?")[2] for target in Path(urls).read_text().split())
    requests = [dict(pair.split("=") for pair in query.split("&")) for query in queries]
    key = Secret(requests[0]["key"])
    url = origin + urlsplit(Path(urls).read_text().split("\n", 1)[0]).path
    with ReadTransport(Settings(url, parallel=int(threads))) as transport, WorkerPool(int(threads)) as workers:
        pbx = PbxReader(transport, lambda _: key)

        def send(query: dict[str, str]) -> object:
            if "objectid" in query:
                return pbx.destination(query["tenant"], query["objectid"])
            if query["object"] == "CUSTOM":
                return pbx.destinations(query["tenant"])
            return pbx.custom_types(query["tenant"])

        workers.map(send, requests)


BASELINES: dict[str, Callable[..., None]] = {
    "requests": by_requests,
    "urllib3": by_urllib3,
    "yaml": by_yaml,
    "transport": by_transport,
}

if __name__ == "__main__":
    BASELINES[sys.argv[1]](*sys.argv[2:])
