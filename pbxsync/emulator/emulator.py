"""The emulated PBX for programs and tests: start it, inspect it, change it behind a client's back."""

from __future__ import annotations

import secrets
import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.app import SCRIPT, App, Behaviour
from pbxsync.emulator.database import COLUMNS, PARAMS, Database
from pbxsync.emulator.dialect import Dialect
from pbxsync.emulator.faults import Faults
from pbxsync.emulator.keys import KeyRing
from pbxsync.emulator.log import RequestLog
from pbxsync.emulator.operations.base import Backend
from pbxsync.emulator.server import RunningServer, loopback
from pbxsync.emulator.store import Store, StoreWithShared
from pbxsync.emulator.telephony import Telephony

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType
    from typing import Any

    from typing_extensions import Self

    from pbxsync.emulator.faults import FaultSpec
    from pbxsync.emulator.keys import Kind
    from pbxsync.emulator.log import LogEntry
    from pbxsync.emulator.store import Type
    from pbxsync.emulator.telephony import Call, Pause

_SHARED_TE_IDS: Final = {"zero": "0", "empty": "", "other": "999999"}
"""The cu_te_id of shared destinations, by dialect. No tenant has the last one."""


class Emulator:
    """A PBX on a loopback port, inside `with` or between `start` and `stop`.

    The data is kept in the file db, or without one in a temporary file. A new database gets the demo world unless demo is
    False. Missing keys are generated; both keys open every tenant. With tenants None, every tenant code exists. log_file
    gets a JSON line per request, without the key. `behaviour` holds the faults, the latency and the limit of concurrent
    requests; it may be changed while the emulator runs.
    """

    def __init__(  # noqa: PLR0913 -- one keyword for each difference between PBXs
        self,
        db: Path | None = None,
        *,
        read_key: str | None = None,
        write_key: str | None = None,
        tenants: Iterable[str] | None = None,
        dialect: str | Dialect = "default",
        demo: bool = True,
        host: str = "127.0.0.1",
        port: int = 0,
        log_file: Path | None = None,
        faults: Iterable[str | FaultSpec] = (),
        latency_ms: float = 0.0,
        max_in_flight: int | None = None,
    ) -> None:
        self.read_key = read_key or secrets.token_urlsafe(16)
        self.write_key = write_key or secrets.token_urlsafe(16)
        self.dialect = dialect if isinstance(dialect, Dialect) else Dialect.parse(dialect)
        self.behaviour = Behaviour(Faults(faults), latency_ms, max_in_flight)
        self._db = db
        self._demo = demo
        self._host, self._port = loopback(host), port
        self._log_file = log_file
        self._ignore_case = self.dialect.tenant_case == "ignored"
        self._keys = KeyRing(None if tenants is None else tuple(tenants), ignore_case=self._ignore_case)
        self._keys.add(self.read_key, "read", None)
        self._keys.add(self.write_key, "write", None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Open the database and serve.

        Raises OSError if the port is taken or the database file cannot be used.
        """
        with ExitStack() as undo:
            path = self._db or Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="pbx-"))) / "pbx.db"
            database = Database(path, durable=self._db is not None)
            undo.callback(database.close)
            database.create(demo=self._demo)
            self._store = Store(database, ignore_case=self._ignore_case)
            self._telephony = Telephony(database)
            self._log = RequestLog(self._log_file)
            undo.callback(self._log.close)
            served = self._store
            if self.dialect.shared != "hidden":
                te_id = _SHARED_TE_IDS[self.dialect.shared]
                served = StoreWithShared(database, te_id, ignore_case=self._ignore_case)
            app = App(Backend(served, self._telephony, self.dialect), self._keys, self._log, self.behaviour)
            self._running = RunningServer(app, self._host, self._port)
            undo.callback(self._running.stop)
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """Stop serving and close everything.

        Raises RuntimeError, with the traceback, if the emulator itself failed on a request.
        """
        self._undo.close()
        if self._running.failures:
            raise RuntimeError(f"the emulator failed:\n{self._running.failures[0]}")

    @property
    def faults(self) -> Faults:
        """The active faults: `faults.add("reset-after-commit action=add n=2")`, `faults.clear()`."""
        return self.behaviour.faults

    @property
    def url(self) -> str:
        """The URL of the API."""
        return f"http://{self._host}:{self._running.port}/pbx{SCRIPT}"

    @property
    def log(self) -> list[LogEntry]:
        """Every request since the start or the last `clear_log`, in the order of arrival."""
        return self._log.entries()

    @property
    def at_work(self) -> int:
        """The number of requests at work now, including those of clients that are gone."""
        return self._log.at_work

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._log.clear()

    def add_key(self, key: str, kind: Kind, tenant: str | None = None) -> None:
        """Accept a key for one tenant or, with None, for all."""
        self._keys.add(key, kind, tenant)

    def revoke(self, key: str) -> None:
        """Refuse a key from now on."""
        self._keys.revoke(key)

    @property
    def types(self) -> list[Type]:
        """The custom destination types, ordered by id."""
        return self._store.types()

    def put_type(self, ct_id: int | str, name: str, description: str = "") -> None:
        """Add a type, or change the one with this id."""
        self._store.put_type(int(ct_id), name, description)

    def rows(self, tenant: str) -> list[dict[str, str]]:
        """A tenant's stored destinations, ordered by id: cu_id … cu_param20, "" for an unset column."""
        return [{name: row[name] or "" for name in COLUMNS} for row in self._store.rows(tenant)]

    def put(self, tenant: str, *, cu_name: str, cu_ct_id: int | str = 1, **columns: Any) -> str:
        """Add a destination as if in the portal, under cu_id if given. Returns its id."""
        values = {"cu_name": cu_name, "cu_ct_id": str(cu_ct_id), **_columns(columns, "cu_id")}
        return str(self._store.add(tenant, values))

    def put_shared(self, *, cu_name: str, cu_ct_id: int | str = 1, **columns: Any) -> str:
        """Add a shared destination, which belongs to no tenant (see the dialect option `shared`). Returns its id."""
        values = {"cu_name": cu_name, "cu_ct_id": str(cu_ct_id), **_columns(columns, "cu_id")}
        return str(self._store.add_shared(values))

    @property
    def shared_rows(self) -> list[dict[str, str]]:
        """The shared destinations, ordered by id."""
        return [{name: row[name] or "" for name in COLUMNS} for row in self._store.shared_rows()]

    def change(self, cu_id: int | str, **columns: Any) -> None:
        """Change a destination as if in the portal. Raises KeyError for an unknown id."""
        if not self._store.change(int(cu_id), _columns(columns, "cu_name", "cu_ct_id")):
            raise KeyError(cu_id)

    def remove(self, cu_id: int | str) -> None:
        """Delete a destination as if in the portal. Raises KeyError for an unknown id."""
        if not self._store.remove(int(cu_id)):
            raise KeyError(cu_id)

    @property
    def calls(self) -> list[Call]:
        """The calls that DIAL queued, oldest first."""
        return self._telephony.calls()

    def pauses(self, tenant: str) -> list[Pause]:
        """The paused agents of a tenant, with the queue and the reason."""
        return self._telephony.pauses(tenant)


def serve(
    on_ready: Callable[[Emulator], None],
    db: Path | None = None,
    *,
    stop: threading.Event | None = None,
    **options: Any,
) -> None:
    """Run an emulator until ^C, SIGTERM or `stop`. on_ready is called once it listens; options are Emulator's.

    Call it in the main thread: it handles SIGINT and SIGTERM while it runs.
    """
    ended = stop or threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with Emulator(db, **options) as pbx:
            on_ready(pbx)
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _columns(given: dict[str, Any], *besides_params: str) -> dict[str, str]:
    unknown = given.keys() - {*PARAMS, *besides_params}
    if unknown:
        raise TypeError(f"no column {', '.join(sorted(unknown))}")
    return {name: str(value) for name, value in given.items() if value is not None}
