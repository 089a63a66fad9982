"""Custom destination types as a table, as JSON, and as YAML for a project file."""

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

#: A key in YAML must end on its line, within 1,024 characters.
_LONGEST_KEY: Final = 200


def as_json(types: Sequence[Type], project: Project) -> str:
    """Return the types with the labels of their params and the positions of sensitive ones."""
    return json_text(
        {
            "types": [
                {
                    "id": kind.id,
                    "name": kind.name,
                    "name_in_files": project.names_in_files.get(kind.name or "", kind.name),
                    "description": kind.description,
                    "labels": list(project.labels(kind)),
                    "sensitive": sorted(project.sensitive(kind)),
                }
                for kind in ordered(types)
            ]
        }
    )


def as_text(types: Sequence[Type], project: Project) -> str:
    """Return the types as a table, followed by YAML for the project file for types without labels."""
    if not types:
        return "The PBX lists no custom destination types."
    rows = [("number", "name", "params", "what it is")]
    rows += [
        (kind.id, _name(kind, project), _params(kind, project), sanitize(kind.description)) for kind in ordered(types)
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    table = "\n".join(
        f"{row[0]:>{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]}".rstrip() for row in rows
    )
    block = as_yaml(types, project)
    return f"{table}\n\n{block}" if block else table


def as_yaml(types: Sequence[Type], project: Project) -> str:
    """Return a `types:` block with the types that have no labels in the project; empty if all have some."""
    names = Counter(kind.name for kind in types)
    lines = []
    for kind in ordered(types):
        if not project.labels(kind):
            # A type is listed by its number if its name is not unique or cannot be a key.
            named = names[kind.name] == 1 and _may_be_key(kind.name or "")
            comment = "" if named and not kind.description else f"  # {sanitize(' '.join(_remarks(kind, named=named)))}"
            lines += [
                f"  {scalar(kind.name or '') if named else kind.id}:{comment}",
                "    params: [first, second, third]",
            ]
    if not lines:
        return ""
    head = (
        "# Types without labels: paste this into pbxsync.yaml (below its types:),",
        "# and name the params in order.",
    )
    return "\n".join([*head, "types:", *lines])


def ordered(types: Iterable[Type]) -> list[Type]:
    """Return types by number."""
    return sorted(types, key=lambda kind: int(kind.id))


def _name(kind: Type, project: Project) -> str:
    """Return the name of a type on the PBX, and the one that the files use if that is another one."""
    name = kind.name or ""
    in_files = project.names_in_files.get(name)
    return sanitize(name) + ("" if in_files is None else f" (in files: {sanitize(in_files)})")


def _params(kind: Type, project: Project) -> str:
    sensitive = project.sensitive(kind)
    labels = project.labels(kind)
    shown = [sanitize(label) + " (sensitive)" * (at in sensitive) for at, label in enumerate(labels, start=1)]
    shown += [f"{at} (sensitive)" for at in sorted(sensitive) if at > len(labels)]
    return ", ".join(shown)


def _remarks(kind: Type, *, named: bool) -> list[str]:
    return [text for text in ("" if named else kind.name or "", kind.description) if text]


def _may_be_key(name: str) -> bool:
    """Whether a type's name can be a key. One of digits would be read as the number of a type."""
    return bool(name) and len(name) <= _LONGEST_KEY and not name.isdigit() and not FORBIDDEN.search(name)
