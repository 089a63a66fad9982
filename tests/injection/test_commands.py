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
from tests.injection.world import World, bounded
from tests.render.test_markdown import assert_inert as assert_inert_markdown

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.command import Ran

FORMATS: Final = ("text", "json", "markdown", "html")


@bounded(5)
@given(names, st.lists(writable, min_size=3, max_size=3), file_names)
def test_hostile_text_is_inert_from_the_plan_to_the_revert(
    pbx: Emulator, live: list[str], wanted: list[str], name: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(pbx, folder)
        world.live(live)
        labels = json.dumps(
            {f"{50 + number}": {"params": [text[:60]]} for number, text in enumerate(wanted)}, ensure_ascii=False
        )
        world.stage.write("pbxsync.yaml", f"tenants: [tenants/]\ntypes: {labels}\n")
        rows: list[dict[str, Any]] = [
            {"name": f"{text}{number}", "type": str(50 + number), "params": [text]}
            for number, text in enumerate(wanted)
        ]
        rows += [{"id": str(100 + number), "params": [text]} for number, text in enumerate(wanted)]
        world.stage.write(
            f"tenants/{name}.yaml", json.dumps({"tenant": "DEMO", "destinations": rows}, ensure_ascii=False)
        )
        world.run("validate")
        world.run("-v", "validate", "--annotate", "github", annotated=True)
        shown = world.run("-v", "plan", "--out", f"{name}.plan")
        assert shown.status == 0, shown.err
        for number, text in enumerate(wanted):
            assert quote_full(f"{text}{number}") in shown.out
        assert shows(shown.out, f"tenants/{name}.yaml:")
        assert shows(shown.err, f"{name}.plan".replace("'", "'\"'\"'"))
        assert all(quote_full(text) in shown.out for text in live)
        world.run("-vv", "--color", "always", "plan", colour=True)
        for fmt in FORMATS:
            check(fmt, world.run("-v", "plan", "--format", fmt))
            check(fmt, world.run("-v", "show", f"{name}.plan", "--format", fmt))
        world.run("schema")
        ran = world.run("-vv", "apply", f"{name}.plan", "--journal", f"{name}.jsonl")
        assert ran.status == 0, ran
        assert shows(ran.out, f"{name}.jsonl")
        world.run("-v", "apply", f"{name}.plan")
        back = world.run("-v", "revert", f"{name}.jsonl", "--auto-approve")
        assert back.status == 0, back
        world.run("revert", f"{name}.jsonl", "--auto-approve", "--journal", f"{name}.jsonl")


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
        world = World(pbx, folder)
        world.live(live)
        assert world.run("export", "DEMO", yaml=True).status == 0
        assert world.run("export", "DEMO", "--out", name).status == 0
        world.stage.write(f"{name}/DEMO.yaml", "# of somebody else\n")
        assert shows(world.run("export", "DEMO", "--out", name).err, f"{name}/DEMO.yaml")
        world.stage.write(f"{name}/DEMO.yaml", "tenant: DEMO\ndestinations: []\n")
        world.run("-v", "export", "--merge", "--out", name)
        world.run("-v", "validate", name)
        world.run("plan", name)
        table = world.run("types", "DEMO")
        assert all(shows(table.out, text) for text in live)
        json.loads(world.run("types", "DEMO", "--format", "json").out)
        world.run("doctor", name, "--reads-only", "--timeout", "5")
        json.loads(world.run("doctor", name, "--reads-only", "--format", "json").out)
        custom = ("api", "MANAGEDB", "tenant=DEMO")
        world.run(*custom, "object=CUSTOM", "action=list")
        world.run(*custom, "object=CUSTOM", "action=get", "objectid=100")
        kept = world.run(*custom, "object=CUSTOMTYPES", "action=list", "--out", f"{name}x")
        assert shows(kept.err, f"{name}x")
