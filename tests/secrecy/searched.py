"""A project in which every command has something to do, and a search for secrets in all that a command leaves behind."""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from pbxsync.cli.main import COMMANDS
from pbxsync.emulator import FAULTS, Emulator, FaultSpec
from tests.support.secret_forms import holders, pieces_of
from tests.support.tenantfile import forward
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.support.command import Ran

READ_KEY: Final = "r/d+Key=&%#æ'x~1"
WRITE_KEY: Final = 'W+r/t=e%2B#&kø"y\\z<a>'
#: What a line of a log must not begin with, and more: the key of one tenant alone.
TENANT_KEY: Final = "::error::##[k\u200by]EY?"
#: Values of the sensitive param: what is live, and what the files want.
OLD_VALUE: Final = "old s3cret/æ+ ='<b>&"
NEW_VALUE: Final = 'n3w "secret" \\ value%20#ø'

VERBOSITIES: Final = ("-q", "", "-v", "-vv")

#: Values with which faults are over soon; the others have none, or are quick as they are.
_QUICK: Final = {
    "refuse": "refuse=10ms",
    "timeout": "timeout=200ms",
    "latency": "latency=1ms",
    "drip": "drip=0.1ms action=get",
    "huge": "huge=1 action=get",
    "gzip-bomb": "gzip-bomb=1 action=get",
    "many-rows": "many-rows=30",
}
#: Every kind of fault, and the key echoed under statuses that are looked at in other ways than that of a server's error.
FAULT_KINDS: Final = [
    *(_QUICK.get(name, name) for name in FAULTS),
    *(f"echo-key={status}" for status in (200, 302, 400, 403, 404, 418, 429, 503)),
]

_PROJECT: Final = """
tenants: [tenants/]
keys:
  ACME: {read: "${ACME_KEY}", write: "${file:../outside/acme-key}"}
types:
  AI AGENT:
    params: [prompt, api_key]
"""


@dataclass(frozen=True)
class Case:
    """One command line; `after` wants the PBX as it is after the apply, `writes` has writes among its requests."""

    words: tuple[str, ...]
    after: bool = False
    writes: bool = False


def _cases(*lines: str, after: bool = False, writes: bool = False) -> list[Case]:
    return [Case(tuple(line.split()), after, writes) for line in lines]


#: Nothing is waited for longer than it takes to see that it does not come.
_LIMITED: Final = "--timeout 0.1 --retries 1"
_CUSTOM: Final = "MANAGEDB object=CUSTOM"
_UPDATE: Final = f"{_CUSTOM} tenant=DEMO action=update objectid=10"
_FORMATS: Final = ("text", "short", "json", "markdown", "html")
#: What is run of every command that sends requests, and of every other; one that is in neither fails a test.
ONLINE: Final = {
    "plan": _cases(f"plan {_LIMITED} --out new.plan", f"plan {_LIMITED} --format json"),
    "apply": [
        *_cases(f"apply {_LIMITED} --auto-approve --journal new.jsonl", writes=True),
        *_cases(f"apply {_LIMITED} saved.plan", writes=True),
    ],
    "revert": [
        *_cases(f"revert {_LIMITED} run.jsonl --auto-approve", after=True, writes=True),
        *_cases(f"revert {_LIMITED} --force run.jsonl --out back.plan", after=True),
    ],
    "export": _cases(f"export {_LIMITED} DEMO", f"export {_LIMITED} DEMO ACME --out exported --force"),
    "types": _cases(f"types {_LIMITED}", f"types {_LIMITED} ACME --format json"),
    "doctor": _cases(f"doctor {_LIMITED}", f"doctor {_LIMITED} --format json"),
    "api": [
        *_cases(f"api {_LIMITED} {_CUSTOM} tenant=DEMO action=list", f"api {_LIMITED} COUNTCALLS --out count.txt"),
        *_cases(f"api {_LIMITED} {_CUSTOM} tenant=ACME action=get objectid=20"),
        *_cases(f'api {_LIMITED} {_UPDATE} --json {{"cu_param1":"5"}} --write', writes=True),
    ],
}
OFFLINE: Final = {
    "validate": _cases("validate", "validate --annotate gitlab", "validate --annotate github"),
    "render": _cases("render", "render --out rendered"),
    "show": _cases(*(f"show saved.plan --format {fmt}" for fmt in _FORMATS)),
    "completion": _cases("completion bash", "completion zsh", "completion fish"),
    "schema": _cases("schema", "schema project"),
    "emulator": _cases("emulator --fault list", "emulator --dialect list"),
}


class SearchedWorkspace(Workspace):
    """The project, its PBX, and what must be seen nowhere. `sensitive` declares a param of the type AI AGENT so."""

    def __init__(self, folder: Path, pbx: Emulator, *, sensitive: bool) -> None:
        super().__init__(folder, pbx)
        self.secrets = {READ_KEY, WRITE_KEY, TENANT_KEY} | ({OLD_VALUE, NEW_VALUE} if sensitive else set())
        self.pieces = pieces_of(self.secrets)
        self.set(ACME_KEY=TENANT_KEY, BOT_KEY=NEW_VALUE, TMPDIR=str(folder / "tmp"))
        self.write("pbxsync.yaml", _PROJECT + ("    sensitive: [api_key]\n" if sensitive else ""))
        retyped = {"id": "11", "type": "2"}
        self.tenant("DEMO", forward("Boss phone", "200"), forward("Night duty", "300"), retyped)
        bot = {"name": "Bot", "type": "AI AGENT", "params": {"prompt": "Answer in Danish"}}
        if sensitive:
            bot["params"] = {"prompt": "Answer in Danish", "api_key": "${BOT_KEY}"}
        self.tenant("ACME", bot, {**bot, "name": "New bot"})
        pbx.add_key(TENANT_KEY, "write", "ACME")

    def live(self, *, after: bool = False) -> None:
        """Bring the PBX to what it was before the apply, or was after it; no fault is at work any more."""
        self.pbx.faults.clear()
        self.pbx.clear_log()
        for tenant in ("DEMO", "ACME"):
            for row in self.pbx.rows(tenant):
                self.pbx.remove(row["cu_id"])
        forwarded = {"cu_param2": "INCOMINGDID", "cu_param3": "30"}
        self.pbx.put("DEMO", cu_id=10, cu_name="Boss phone", cu_param1="200" if after else "100", **forwarded)
        self.pbx.put("DEMO", cu_id=11, cu_name="Old fax", cu_ct_id=2 if after else 1)
        self.pbx.put("DEMO", cu_id=12, cu_name="In no file", cu_param1="1")
        value = NEW_VALUE if after and NEW_VALUE in self.secrets else OLD_VALUE
        prompt = "Answer in Danish" if after else "Answer"
        self.pbx.put("ACME", cu_id=20, cu_name="Bot", cu_ct_id=8, cu_param1=prompt, cu_param2=value)

    def prepare(self) -> None:
        """Save a plan and make the journal of an apply, for the commands that take one."""
        self.live()
        ran = self.run("plan", "--out", "saved.plan")
        assert ran.status == 0, ran
        assert self.run("apply", "--auto-approve", "--journal", "run.jsonl").status == 0

    def play(self, case: Case, verbosity: str, fault: str | FaultSpec) -> int:
        """Run a case under a fault; return how many requests that hit."""
        self.live(after=case.after)
        hit = self.pbx.faults.add(fault)
        self.run(*filter(None, [verbosity]), *case.words)
        return hit.fired

    def play_all(self, fault: str | FaultSpec) -> int:
        """Run every command that sends requests, at every verbosity, with a fault of all and one of the writes alone."""
        hits = 0
        for case in (case for name in COMMANDS for case in ONLINE.get(name, ())):
            for verbosity in VERBOSITIES:
                hits += self.play(case, verbosity, fault)
            hits += self.play(case, "-vv", _of_writes(fault)) if case.writes else 0
        return hits

    def check(self, ran: Ran) -> Ran:
        """Check what must hold for every run, and search all that this one left."""
        self.search(super().check(ran))
        return ran

    def search(self, ran: Ran) -> None:
        """Fail if a secret is in the output or in any file."""
        texts = {str(path): content for path, content in self.files().items()}
        found = holders(self.secrets, {"stdout": ran.out.encode(), "stderr": ran.err.encode(), **texts}, self.pieces)
        assert not found, (found, ran)
        lines = [line for line in ran.text.split("\n") if line.lstrip().startswith("::")]
        assert not lines, lines


def _of_writes(fault: str | FaultSpec) -> FaultSpec:
    spec = FaultSpec.parse(fault) if isinstance(fault, str) else fault
    return replace(spec, match={**spec.match, "method": "POST"})


@contextmanager
def searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, sensitive: bool, **pbx: Any
) -> Iterator[SearchedWorkspace]:
    """A workspace whose PBX keeps its data, and the secrets that are in files, outside of the folder that is searched."""
    outside, inside = tmp_path / "outside", tmp_path / "work"
    for folder in (outside, inside / "tmp"):
        folder.mkdir(parents=True)
    (outside / "acme-key").write_text(TENANT_KEY + "\n", encoding="utf-8")
    options = {"read_key": READ_KEY, "write_key": WRITE_KEY, "demo": False, "db": outside / "pbx.db", **pbx}
    with Emulator(**options) as running:
        # The pauses of the client are tested elsewhere; here there would be thousands.
        monkeypatch.setattr(time, "sleep", lambda seconds, sleep=time.sleep: sleep(min(seconds, 0.001)))
        monkeypatch.setattr(tempfile, "tempdir", str(inside / "tmp"))
        workspace = SearchedWorkspace(inside, running, sensitive=sensitive)
        workspace.prepare()
        yield workspace
