"""A profile with its inputs, the flat file that a person would write, and what `render` writes say the same."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.document.characters import FORBIDDEN
from pbxsync.project import Project, find
from pbxsync.tenants.flat_file import flat_files
from pbxsync.tenants.load import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pbxsync.model.entry import Entry

#: Any text that a tenant file may hold, with those that YAML and templates have plans with.
TEXT = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from([
    *("", "~", "on", "0636", "+45 70", "{", "}}", "{boss}", "${VAR}", "a: b", " #", "- x", "'", '"', "\\", "a\nb\n", "\t"),
    *("\ufeff", "\u2028", "\ufffe", "\ue000", "##[x", "::error::", "æ", "e\u0301", "\U0001f600", "|", "<<", "\\ud83d"),
])  # fmt: skip
SAFE = TEXT.filter(lambda text: not FORBIDDEN.search(text))
INPUTS = ("boss", "næste", "ring-2")


class Part(NamedTuple):
    """A text, or the name of an input."""

    text: str
    is_input: bool


class Row(NamedTuple):
    name: tuple[Part, ...]
    type: str | None
    params: Mapping[str, tuple[Part, ...]]


PARTS = st.lists(
    st.builds(Part, SAFE, st.just(False)) | st.builds(Part, st.sampled_from((*INPUTS, "tenant")), st.just(True)),
    min_size=1,
    max_size=3,
).map(tuple)
KEYS = st.sampled_from([str(position) for position in range(1, 21)])
ROWS = st.lists(
    st.builds(Row, PARTS, st.sampled_from([None, "FORWARD", "12"]), st.dictionaries(KEYS, PARTS, max_size=4)),
    max_size=4,
)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def in_profile(parts: Sequence[Part]) -> Any:
    """Return a text as a profile gives it: literal if it has no input, an input if it is one, else a template."""
    if not any(part.is_input for part in parts):
        return "".join(part.text for part in parts)
    if len(parts) == 1:
        return {"input": parts[0].text}
    doubled = (part.text.replace("{", "{{").replace("}", "}}") for part in parts)
    texts = zip(parts, doubled, strict=True)
    return {"template": "".join(f"{{{text}}}" if part.is_input else text for part, text in texts)}


def filled(parts: Sequence[Part], values: Mapping[str, str]) -> str:
    return "".join(values[part.text] if part.is_input else part.text for part in parts)


def loaded(folder: Path, project: Project) -> list[tuple[Any, ...]]:
    desired = load([folder], project)
    return [asked for tenant in desired.tenants for asked in map(asked_by, desired.entries(tenant))]


def asked_by(entry: Entry) -> tuple[Any, ...]:
    params = tuple((param.key, param.value) for param in entry.params)
    return entry.tenant, entry.id, entry.name, entry.type, entry.renamed_from, entry.clear_unlisted, params


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


@settings(deadline=None)
@given(ROWS, st.fixed_dictionaries(dict.fromkeys(INPUTS, SAFE)), st.booleans(), st.sampled_from(["keep", "clear"]))
def test_a_profile_equals_the_flat_file_written_by_hand_and_what_render_writes(
    rows: list[Row], values: dict[str, str], by_default: bool, unlisted: str
) -> None:
    known = values | {"tenant": "A"}
    named = {name: row for row in rows if (name := filled(row.name, known))}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "pbxsync.yaml").write_text("types: {}\n")
        project = find([folder], None, {}, folder)
        profile = {
            "profile": "p",
            "inputs": {name: {"default": value} if by_default else {} for name, value in values.items()},
            "destinations": [
                {"name": in_profile(row.name), "params": {key: in_profile(parts) for key, parts in row.params.items()}}
                | ({} if row.type is None else {"type": row.type})
                for row in named.values()
            ],
        }
        write(folder / "profiles/p.yaml", profile)
        use = {"profile": "p"} | ({} if by_default else {"with": values})
        write(folder / "used/a.yaml", {"tenant": "A", "unlisted_params": unlisted, "profiles": [use]})
        flat = [
            {"name": name, "params": {key: filled(parts, known) for key, parts in row.params.items()}}
            | ({} if row.type is None else {"type": row.type})
            for name, row in named.items()
        ]
        write(folder / "flat/a.yaml", {"tenant": "A", "unlisted_params": unlisted, "destinations": flat})
        asked = loaded(folder / "used", project)
        assert asked == loaded(folder / "flat", project)
        assert [row[2] for row in asked] == list(named)
        assert [dict(row[6]) for row in asked] == [row["params"] for row in flat]
        (text,) = flat_files("A", load([folder / "used"], project).entries("A"), project)
        (folder / "rendered").mkdir()
        (folder / "rendered/a.yaml").write_text(text, encoding="utf-8")
        assert loaded(folder / "rendered", project) == asked
