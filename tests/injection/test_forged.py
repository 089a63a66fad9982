"""Hostile text where a mistake or an attacker puts it: words of the command line, broken files, replies, forged files."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.cli.main import COMMANDS
from pbxsync.client import Client
from pbxsync.emulator import FaultSpec
from pbxsync.emulator.faults.base import Kind
from pbxsync.errors import PbxsyncError
from pbxsync.planfile.write import text as plan_text
from pbxsync.text.sanitize import quote, sanitize
from tests.injection.texts import LONG, LONGEST_LINE, assert_inert, file_names, hostile, shows
from tests.injection.workspace import HostileWorkspace, bounded
from tests.render.strategies import plans
from tests.support.command import Ran

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Exchange, Handler, Setting
    from pbxsync.model.plan import Plan

#: Nothing is waited for.
QUICK = ("--timeout", "2", "--retries", "1")
#: Command lines with a text anywhere; a word `@` stands for it, also within a word.
LINES = """
@
--color @ plan
--config @ plan
--@ plan
validate @
validate --tenant @
validate @ --annotate github
plan @
plan @.yaml
plan --@
plan --format @
plan --out @.yaml
plan --out @/x/y
plan --shard @
plan --tenant @
plan --timeout @
plan --parallel @
apply @ --auto-approve
apply @ tenants
apply --auto-approve --journal @/x/y
apply --auto-approve --max-changes @
show @
show @ --format @
show tenants/a.yaml
revert @ --auto-approve
revert tenants/a.yaml --auto-approve
render @
render --out @/x/y
render --tenant @
export @
export DEMO --out @/x
export DEMO --out tenants/a.yaml/@
export --tenant-list @
export --merge @
types @
types DEMO --format @
doctor @
doctor --tenant @
schema @
completion @
api @
api @ --list
api COUNTCALLS @
api COUNTCALLS @=@
api COUNTCALLS tenant=@
api COUNTCALLS tenant
api INFO info=@
api MANAGEDB object=CUSTOM action=list tenant=@
api MANAGEDB object=CUSTOM action=get tenant=DEMO objectid=@
api MANAGEDB object=CUSTOM action=add tenant=@ --json @ --write
api MANAGEDB object=CUSTOM action=add tenant=@ --json @@ --write
api COUNTCALLS --out @/x/y
emulator --dialect @
emulator --fault @
emulator --fault-file @
emulator --db @/w/y
emulator --log @/w/y
emulator --port @
emulator @
""".strip().split("\n")


@bounded(4)
@given(st.lists(hostile, min_size=2, max_size=2))
def test_words_of_a_command_line_are_quoted_harmlessly(pbx: Emulator, texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        workspace.write("tenants/a.yaml", "tenant: DEMO\ndestinations: []\n")
        for number, line in enumerate(LINES):
            text = texts[number % 2].replace("\0", "")
            words = [word.replace("@", text) for word in line.split()]
            workspace.run_inert(*words, annotated="--annotate" in line)


def test_every_command_is_tried_with_odd_words() -> None:
    assert {line.split()[0] for line in LINES} >= set(COMMANDS)


@bounded(5)
@given(hostile, hostile, file_names)
def test_problems_of_files_are_told_harmlessly(pbx: Emulator, text: str, other: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        files: dict[str, Any] = {
            "key": {"tenant": "DEMO", text: other, "destinations": []},
            "tenant": {"tenant": text, "destinations": [{"name": "x", "type": "1"}]},
            "entry": {"tenant": "DEMO", "destinations": [{"name": text, "typ": other, other: text}, {"id": text}]},
            "params": {"tenant": "A", "destinations": [{"name": "x", "type": "FORWARD", "params": {text: other}}]},
            "twins": {"tenant": "B", "destinations": [{"name": text, "type": other}, {"name": text, "type": text}]},
            "near": {
                "tenant": "C",
                "destinations": [{"name": "a" + text, "type": "1"}, {"name": "A" + text, "type": "1"}],
            },
        }
        for key, content in files.items():
            workspace.write(f"{name}/{key}{name}.yaml", json.dumps(content, ensure_ascii=False))
        for words in ((), ("--annotate", "github")):
            ran = workspace.run_inert("validate", name, *words, annotated=bool(words))
            assert ran.status == 1
            assert shows(ran.err, f"{name}/key{name}.yaml:")
        workspace.run_inert("validate", name, "--annotate", "gitlab")
        rows = json.loads((workspace.folder / "gl-code-quality-report.json").read_text(encoding="utf-8"))
        assert sanitize(f"{name}/key{name}.yaml") in {row["location"]["path"] for row in rows}
        for path in (workspace.folder / name).glob("[ket]*"):
            path.unlink()
        workspace.run_inert("plan", name, "--annotate", "github", annotated=True)
        types = {text: {other: text, "params": [text, text]}}
        keys = {"read_key": text, "keys": {text: {other: text}}}
        for project in ({text: other}, {"url": text}, keys, {"types": types}):
            workspace.write("pbxsync.yaml", json.dumps(project, ensure_ascii=False))
            workspace.run_inert("validate", name, "--annotate", "github", annotated=True)
            workspace.run_inert("doctor")
        workspace.environ["PBXSYNC_URL"] = f"emulator:{name}/x/a.db"
        workspace.write("pbxsync.yaml", f"read_key: ${{file:{name.splitlines()[0]}}}")
        workspace.run_inert("doctor")
        workspace.run_inert("types", "DEMO")


def forged(body: bytes, status: int) -> FaultSpec:
    """A fault by which every reply is this body."""

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        return replace(call_next(exchange), body=body, status=status)

    return FaultSpec(text="forged", kind=Kind("forged", "forged", effect), value=0.0, moment=None)


@bounded(4)
@given(hostile, hostile, st.sampled_from([200, 302, 400, 403, 404, 500, 503]))
def test_replies_are_told_of_harmlessly(pbx: Emulator, text: str, other: str, status: int) -> None:
    row = {"cu_id": "7", "cu_name": text, "cu_ct_id": "1", "ct_id": "1", "ct_name": text, "ct_description": other}
    bodies: list[Any] = [
        text,
        {text: other},
        [text],
        {"7": {**row, "cu_name": 5}},
        {"7": row},
        {"7": {**row, text: other}},
    ]
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        workspace.write("tenants/a.yaml", "tenant: DEMO\ndestinations: [{name: x, type: FORWARD}, {id: 7}]\n")
        for body in (text.encode(), *(json.dumps(each).encode() for each in bodies)):
            pbx.faults.clear()
            pbx.faults.add(forged(body, status))
            for words in (
                ("-vv", "plan"),
                ("types", "DEMO"),
                ("apply", "--auto-approve"),
                ("api", "HELP", "--out", "x"),
            ):
                workspace.run_inert(*words, *QUICK)
        workspace.run_inert("doctor", *QUICK)
        workspace.run_inert("export", "DEMO", *QUICK, yaml=True)
        with pytest.raises(PbxsyncError) as caught, Client(pbx.url, key=pbx.read_key) as client:
            client.get(text, other)
        assert_inert(Ran(1, "", str(caught.value)))
        pbx.faults.clear()


@bounded(4)
@given(plans(names=hostile), hostile, hostile, file_names)
def test_forged_plans_and_journals_are_told_of_harmlessly(
    pbx: Emulator, plan: Plan, text: str, other: str, name: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        for number, each in enumerate((plan, replace(plan, url=pbx.url))):
            workspace.write(f"{name}{number}", plan_text(each) + "\n")
            workspace.run_inert("-v", "show", f"{name}{number}")
            workspace.run_inert("apply", f"{name}{number}", "--allow-empty", *QUICK)
            workspace.run_inert("apply", f"{name}{number}", "--max-changes", "0")
        workspace.run_inert("show", f"{name}0", f"{name}1")
        workspace.write(name, plan_text(plan).replace('"url"', json.dumps(text), 1))
        assert shows(workspace.run_inert("show", name).err, name)
        row = {"field": "name", "old": text, "new": other}
        write = {"kind": "before", "n": 1, "action": "update", "tenant": text, "id": "5", "name": other, "diff": [row]}
        write["live"] = text
        variants: list[tuple[str, dict[str, Any]]] = [(text, {}), (pbx.url, {}), (pbx.url, {"tenant": "DEMO"})]
        for url, changes in (*variants, (pbx.url, {text: other, "n": text})):
            run = {"kind": "run", "journal": "1.0", "url": url}
            add = {**write, "n": 2, "action": "add", "id": None, "live": None, **changes}
            lines = [json.dumps(line) for line in (run, {**write, **changes}, add)]
            workspace.write(name, "\n".join([*lines, ""]))
            workspace.run_inert("revert", name, "--auto-approve", *QUICK)
        workspace.write(name, json.dumps({"kind": "run", "journal": text, "url": other}) + "\n")
        assert shows(workspace.run_inert("revert", name, "--auto-approve").err, name)


def renamed(text: str) -> FaultSpec:
    """A fault by which a `get` tells another name than the list."""

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        answer = call_next(exchange)
        row = json.loads(answer.body)
        return replace(
            answer, body=json.dumps({**row, "cu_name": text}).encode() if "cu_param1" in row else answer.body
        )

    return FaultSpec(text="renamed", kind=Kind("renamed", "renamed", effect), value=0.0, moment=None)


@bounded(4)
@given(hostile, hostile)
def test_names_in_sentences_are_quoted_and_cut(pbx: Emulator, text: str, other: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        pbx.put("DEMO", cu_id=100, cu_name=text)
        pbx.put("DEMO", cu_id=101, cu_name=text + LONG)
        pbx.put("DEMO", cu_id=102, cu_name=text + LONG)
        workspace.write("tenants/a.yaml", 'tenant: DEMO\ndestinations: [{id: 100, params: ["1"]}]\n')
        pbx.faults.add(renamed(f"!{other}"))
        for words in (("plan",), ("export", "DEMO")):
            ran = workspace.run_inert(*words, *QUICK)
            assert "in the list and" in ran.text
            assert quote(f"!{other}") in ran.text
            assert max(map(len, ran.text.split("\n"))) < LONGEST_LINE
        pbx.faults.clear()
        workspace.run_inert("-v", "export", "DEMO", yaml=True)
