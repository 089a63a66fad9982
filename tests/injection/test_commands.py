"""Whatever stands in names, params, types, labels and file names: what a command writes is text and nothing else.

The renderers have their own tests; here are whole commands, with everything that they say on the way.
"""

from __future__ import annotations

import json
import tempfile
from typing import TYPE_CHECKING, Any, Final

from hypothesis import given
from hypothesis import strategies as st

from pbxsync.text.sanitize import quote_full
from tests.injection.texts import file_names, names, shows, writable
from tests.injection.workspace import HostileWorkspace, bounded
from tests.render.test_markdown import assert_inert as assert_inert_markdown

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.command import Ran

FORMATS: Final = ("text", "short", "json", "markdown", "html")


@bounded(5)
@given(names, st.lists(writable, min_size=3, max_size=3), file_names)
def test_hostile_text_is_inert_from_the_plan_to_the_revert(
    pbx: Emulator, live: list[str], wanted: list[str], name: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        workspace.live(live)
        labels = json.dumps(
            {f"{50 + number}": {"params": [text[:60]]} for number, text in enumerate(wanted)}, ensure_ascii=False
        )
        workspace.write("pbxsync.yaml", f"tenants: [tenants/]\ntypes: {labels}\n")
        rows: list[dict[str, Any]] = [
            {"name": f"{text}{number}", "type": str(50 + number), "params": [text]}
            for number, text in enumerate(wanted)
        ]
        rows += [{"id": str(100 + number), "params": [text]} for number, text in enumerate(wanted)]
        workspace.write(
            f"tenants/{name}.yaml", json.dumps({"tenant": "DEMO", "destinations": rows}, ensure_ascii=False)
        )
        workspace.run_inert("validate")
        workspace.run_inert("-v", "validate", "--annotate", "github", annotated=True)
        shown = workspace.run_inert("-v", "plan", "--out", f"{name}.plan")
        assert shown.status == 0, shown.err
        for number, text in enumerate(wanted):
            assert quote_full(f"{text}{number}") in shown.out
        assert shows(shown.out, f"tenants/{name}.yaml:")
        assert shows(shown.err, f"{name}.plan".replace("'", "'\"'\"'"))
        assert all(quote_full(text) in shown.out for text in live)
        workspace.run_inert("-vv", "--color", "always", "plan", colour=True)
        for fmt in FORMATS:
            check(fmt, workspace.run_inert("-v", "plan", "--format", fmt))
            check(fmt, workspace.run_inert("-v", "show", f"{name}.plan", "--format", fmt))
        workspace.run_inert("schema")
        ran = workspace.run_inert("-vv", "apply", f"{name}.plan", "--journal", f"{name}.jsonl")
        assert ran.status == 0, ran
        assert shows(ran.out, f"{name}.jsonl")
        workspace.run_inert("-v", "apply", f"{name}.plan")
        back = workspace.run_inert("-v", "revert", f"{name}.jsonl", "--auto-approve")
        assert back.status == 0, back
        workspace.run_inert("revert", f"{name}.jsonl", "--auto-approve", "--append", "--journal", f"{name}.jsonl")


@bounded(5)
@given(names, st.lists(writable, min_size=3, max_size=3), file_names)
def test_hostile_text_in_profiles_is_inert(pbx: Emulator, live: list[str], wanted: list[str], name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        workspace.live(live)
        first, second, third = wanted
        workspace.write("pbxsync.yaml", "types: {'50': {params: [x]}}\n")
        rows = [{"name": {"template": "{x} of {tenant}"}, "type": "50", "params": [{"input": "x"}, second]}]
        profile = {"profile": f"{first}!", "inputs": {"x": {"description": second}}, "destinations": rows}
        workspace.write(f"profiles/{name}.yaml", json.dumps(profile, ensure_ascii=False))
        use = {"profile": f"{first}!", "with": {"x": third}}
        tenant = f"tenants/{name}.yaml"
        workspace.write(tenant, json.dumps({"tenant": "DEMO", "profiles": [use]}, ensure_ascii=False))
        for words in (["validate"], ["render"], ["schema"], ["schema", "profile"], ["plan", "--format", "markdown"]):
            workspace.run_inert(*words, yaml=words == ["render"])
        wrong = use | {
            "with": {"x": third, first: second},
            "without": [second],
            "overrides": [{"name": first, "id": "1"}],
        }
        uses = [wrong, {"profile": third}, {"profile": f"{first}!", first: second}]
        workspace.write(tenant, json.dumps({"tenant": "DEMO", "profiles": uses}, ensure_ascii=False))
        assert workspace.run_inert("validate").status == 1
        workspace.run_inert("validate", "--annotate", "github", annotated=True)
        broken = profile | {"inputs": {first: {}, "y": {second: ""}}, third: ""}
        broken["destinations"] = [
            {"name": {"template": first}, "params": [{"input": second}, {"template": f"{{{third}"}]}
        ]
        workspace.write(f"profiles/{name}.yaml", json.dumps(broken, ensure_ascii=False))
        assert workspace.run_inert("validate").status == 1


def check(fmt: str, ran: Ran) -> None:
    """Hold the result of a format to what is promised of it."""
    if fmt == "json":
        json.loads(ran.out)
    elif fmt == "markdown":
        assert_inert_markdown(ran.out.removesuffix("\n"))
    elif fmt == "html":
        assert ran.out.count("<script") == ran.out.count("</script") == 1
        assert "<img" not in ran.out


@bounded(5)
@given(names, file_names)
def test_hostile_text_is_inert_in_every_other_command(pbx: Emulator, live: list[str], name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workspace = HostileWorkspace(pbx, folder)
        workspace.live(live)
        assert workspace.run_inert("export", "DEMO", yaml=True).status == 0
        assert workspace.run_inert("export", "DEMO", "--out", name).status == 0
        workspace.write(f"{name}/DEMO.yaml", "# of somebody else\n")
        assert shows(workspace.run_inert("export", "DEMO", "--out", name).err, f"{name}/DEMO.yaml")
        workspace.write(f"{name}/DEMO.yaml", "tenant: DEMO\ndestinations: []\n")
        workspace.run_inert("-v", "export", "--merge", "--out", name)
        workspace.run_inert("-v", "validate", name)
        workspace.run_inert("plan", name)
        table = workspace.run_inert("types", "DEMO")
        assert all(shows(table.out, text) for text in live)
        json.loads(workspace.run_inert("types", "DEMO", "--format", "json").out)
        workspace.run_inert("doctor", name, "--timeout", "5")
        json.loads(workspace.run_inert("doctor", name, "--format", "json").out)
        custom = ("api", "MANAGEDB", "tenant=DEMO")
        workspace.run_inert(*custom, "object=CUSTOM", "action=list")
        workspace.run_inert(*custom, "object=CUSTOM", "action=get", "objectid=100")
        kept = workspace.run_inert(*custom, "object=CUSTOMTYPES", "action=list", "--out", f"{name}x")
        assert shows(kept.err, f"{name}x")
