"""Writes entries as the tenant file that says the same without profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.document.quoting import one_line_list, scalar, scalar_or_block
from pbxsync.kinds.custom_destination import POSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.entry import Entry, Param
    from pbxsync.project import Project


def flat_files(tenant: str, entries: Sequence[Entry], project: Project) -> list[str]:
    """Return the texts of tenant files that load to `entries`: one, unless only some of these clear unlisted params."""
    files = []
    for clears in (False, True):
        lines = [line for entry in entries if entry.clear_unlisted is clears for line in _lines(entry)]
        if lines or (not entries and clears is project.clear_unlisted):
            head = [f"tenant: {scalar(tenant)}"]
            if clears is not project.clear_unlisted:
                head.append(f"unlisted_params: {'clear' if clears else 'keep'}")
            head.append("destinations:" if lines else "destinations: []")
            files.append("\n".join([*head, *lines]) + "\n")
    return files


def _lines(entry: Entry) -> Iterator[str]:
    fields = [("id", entry.id), ("name", entry.name), ("renamed_from", entry.renamed_from), ("type", entry.type)]
    lines = [f"{key}: {scalar_or_block(text, ' ' * 6)}" for key, text in fields if text is not None]
    if entry.params:
        lines += _params(entry.params)
    for place, line in enumerate(lines):
        yield f"{'    ' if place else '  - '}{line}"


def _params(params: Sequence[Param]) -> list[str]:
    values = [param.value for param in params]
    in_order = [param.key for param in params] == list(POSITIONS)[: len(params)]
    if in_order and (line := one_line_list("params", values)) is not None:
        return [line]
    return ["params:", *(f"  {scalar(param.key)}: {scalar_or_block(param.value, ' ' * 8)}" for param in params)]
