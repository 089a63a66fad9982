"""The emulated PBX as programs and tests use it: start it, look into it, change it behind a client's back."""

from __future__ import annotations

import secrets
import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.emulator.app import SCRIPT, App, Behaviour
from pbxsync.emulator.database import COLUMNS, PARAMS, Database
from pbxsync.emulator.dialect import Dialect
from pbxsync.emulator.faults import Faults
from pbxsync.emulator.keys import KeyRing
from pbxsync.emulator.log import RequestLog
from pbxsync.emulator.operations.base import Backend
from pbxsync.emulator.server import Running, loopback
from pbxsync.emulator.store import Store
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


class Emulator:
    """A PBX on a loopback port, while the `with` lasts or between `start` and `stop`.

    db None keeps the data in a temporary file that goes away at the end; a file keeps it. A new one is filled with the
    demo world unless demo is False. Keys that are not given are made up; both open every tenant. tenants None has every
    tenant that is asked for. log_file gets a JSON line for every request, without the key. `conduct` holds the faults,
    the latency and the limit of requests at a time, and may be changed while it runs.
    """

    def __init__(  # noqa: PLR0913 -- one keyword for each thing that differs between PBXs
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
        self.conduct = Behaviour(Faults(faults), latency_ms, max_in_flight)
        self._db = db
        self._demo = demo
        self._host, self._port = loopback(host), port
        self._log_file = log_file
        self._keys = KeyRing(None if tenants is None else tuple(tenants))
        self._keys.add(self.read_key, "read", None)
        self._keys.add(self.write_key, "write", None)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Open the store and serve.

        Raises OSError for a port that is taken and for a database file that cannot be used.
        """
        with ExitStack() as undo:
            path = self._db or Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="pbx-"))) / "pbx.db"
            database = Database(path, durable=self._db is not None)
            undo.callback(database.close)
            database.create(demo=self._demo)
            self._store, self._telephony = Store(database), Telephony(database)
            self._log = RequestLog(self._log_file)
            undo.callback(self._log.close)
            app = App(Backend(self._store, self._telephony, self.dialect), self._keys, self._log, self.conduct)
            self._running = Running(app, self._host, self._port)
            undo.callback(self._running.stop)
            self._undo = undo.pop_all()

    def stop(self) -> None:
        """Stop serving, and close everything.

        Raises RuntimeError with its traceback where the emulator itself failed over a request: a mistake of its own.
        """
        self._undo.close()
        if self._running.failures:
            raise RuntimeError(f"the emulator failed:\n{self._running.failures[0]}")

    @property
    def faults(self) -> Faults:
        """The faults at work: `faults.add("reset-after-commit action=add n=2")`, `faults.clear()`."""
        return self.conduct.faults

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://{self._host}:{self._running.port}/pbx{SCRIPT}"

    @property
    def log(self) -> list[LogEntry]:
        """Every request since the start or the last `clear_log`, in the order of arrival."""
        return self._log.records()

    @property
    def at_work(self) -> int:
        """How many requests are at work now, those of clients that are gone included."""
        return self._log.at_work

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._log.clear()

    def add_key(self, key: str, kind: Kind, tenant: str | None = None) -> None:
        """Make a key known, for one tenant or, with None, for all."""
        self._keys.add(key, kind, tenant)

    def revoke(self, key: str) -> None:
        """Make a key wrong from now on."""
        self._keys.revoke(key)

    @property
    def types(self) -> list[Type]:
        """The custom destination types (id, name, description), by id."""
        return self._store.types()

    def put_type(self, ct_id: int | str, name: str, description: str = "") -> None:
        """Add a type, or change the one with that id."""
        self._store.put_type(int(ct_id), name, description)

    def rows(self, tenant: str) -> list[dict[str, str]]:
        """A tenant's destinations by id, straight from the store: cu_id … cu_param20, "" where one is unset."""
        return [{name: row[name] or "" for name in COLUMNS} for row in self._store.rows(tenant)]

    def put(self, tenant: str, *, cu_name: str, cu_ct_id: int | str = 1, **columns: Any) -> str:
        """Add a destination by hand, under a fixed cu_id if one is given; returns its id."""
        values = {"cu_name": cu_name, "cu_ct_id": str(cu_ct_id), **_columns(columns, "cu_id")}
        return str(self._store.add(tenant, values))

    def change(self, cu_id: int | str, **columns: Any) -> None:
        """Change a destination by hand. Raises KeyError where there is none of that id."""
        if not self._store.change(int(cu_id), _columns(columns, "cu_name", "cu_ct_id")):
            raise KeyError(cu_id)

    def remove(self, cu_id: int | str) -> None:
        """Delete a destination by hand. Raises KeyError where there is none of that id."""
        if not self._store.remove(int(cu_id)):
            raise KeyError(cu_id)

    @property
    def calls(self) -> list[Call]:
        """The calls that DIAL queued, the oldest first."""
        return self._telephony.calls()

    def pauses(self, tenant: str) -> list[Pause]:
        """The agents of a tenant that are paused, with the queue and the reason."""
        return self._telephony.pauses(tenant)


def serve(
    on_ready: Callable[[Emulator], None],
    db: Path | None = None,
    *,
    stop: threading.Event | None = None,
    **options: Any,
) -> None:
    """Run an emulator until ^C, SIGTERM or `stop`; on_ready is called once it listens. Options are Emulator's.

    For the main thread of a program: SIGTERM is handled while it lasts.
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


def _columns(given: dict[str, Any], *beside: str) -> dict[str, str]:
    unknown = given.keys() - {*PARAMS, *beside}
    if unknown:
        raise TypeError(f"no column {', '.join(sorted(unknown))}")
    return {name: str(value) for name, value in given.items() if value is not None}
