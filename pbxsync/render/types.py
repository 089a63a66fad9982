"""Custom destination types as people and programs read them, and as a project file takes them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from pbxsync.document.characters import FORBIDDEN
from pbxsync.document.quoting import scalar
from pbxsync.text.sanitize import json_text, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxsync.model.entry import Type
    from pbxsync.project import Project

#: A key of YAML has to end within its line, and within 1,024 characters.
_LONGEST_KEY: Final = 200


def as_json(types: Sequence[Type], project: Project) -> str:
    """Return the types with what the project says of their params: labels, and the positions of sensitive ones."""
    return json_text(
        {
            "types": [
                {
                    "id": each.id,
                    "name": each.name,
                    "description": each.description,
                    "labels": list(project.labels(each)),
                    "sensitive": sorted(project.sensitive(each)),
                }
                for each in ordered(types)
            ]
        }
    )


def as_text(types: Sequence[Type], project: Project) -> str:
    """Return the types as a table, and below it, for those without labels, what to paste into the project file."""
    if not types:
        return "The PBX lists no custom destination types."
    rows = [("number", "name", "params", "what it is")]
    rows += [
        (each.id, sanitize(each.name or ""), _params(each, project), sanitize(each.description))
        for each in ordered(types)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = "\n".join(
        f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in rows
    )
    block = as_yaml(types, project)
    return f"{table}\n\n{block}" if block else table


def as_yaml(types: Sequence[Type], project: Project) -> str:
    """Return a `types:` block with the types that have no labels in the project yet; empty where all have."""
    names = Counter(each.name for each in types)
    lines = []
    for each in ordered(types):
        if not project.labels(each):
            # Two of one name, and what cannot be a key, go by their number.
            named = names[each.name] == 1 and _may_be_key(each.name or "")
            comment = "" if named and not each.description else f"  # {sanitize(' '.join(_remarks(each, named=named)))}"
            lines += [
                f"  {scalar(each.name or '') if named else each.id}:{comment}",
                "    params: [first, second, third]",
            ]
    if not lines:
        return ""
    head = ("# No labels yet: paste this into pbxsync.yaml (below its types:)", "# and name the params in their order.")
    return "\n".join([*head, "types:", *lines])


def ordered(types: Iterable[Type]) -> list[Type]:
    """Return types by number."""
    return sorted(types, key=lambda each: int(each.id))


def _params(each: Type, project: Project) -> str:
    sensitive = project.sensitive(each)
    labels = project.labels(each)
    shown = [sanitize(label) + " (sensitive)" * (at in sensitive) for at, label in enumerate(labels, start=1)]
    shown += [f"{at} (sensitive)" for at in sorted(sensitive) if at > len(labels)]
    return ", ".join(shown)


def _remarks(each: Type, *, named: bool) -> list[str]:
    return [text for text in ("" if named else each.name or "", each.description) if text]


def _may_be_key(name: str) -> bool:
    """Whether a type's name can stand as a key and means that type: digits would be a number."""
    return bool(name) and len(name) <= _LONGEST_KEY and not name.isdigit() and not FORBIDDEN.search(name)
