"""Reads `tables:` of the project file: the CSV files that give destinations, and the profile of each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.problems import show_key
from pbxsync.model.entry import Place

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item

#: How the name of a table ends. So nobody takes a table among paths for a saved plan, or the reverse.
TABLE_SUFFIX: Final = ".csv"
TABLE_KEYS: Final = ("file", "profile")


class Table(NamedTuple):
    """One table. `file` is absolute; `profile` is None if each row is a destination.

    `place` and `profile_place` are where the project file has the two.
    """

    file: Path
    profile: str | None
    place: Place
    profile_place: Place


def read_tables(item: Item, problems: Problems, folder: Path) -> tuple[Table, ...]:
    """Return the tables of a project file in `folder`. Whether the files exist is for whoever reads them."""
    tables: dict[str, Table] = {}
    for node in problems.sequence(item, "tables", "a list of file: and profile:") or ():
        items = problems.mapping(node, "a table", "a mapping of file: and profile:")
        if items is None:
            continue
        problems.unknown_keys(items, TABLE_KEYS, "a table")
        if "file" not in items:
            message = "file is missing: write file: and the path of a CSV file"
            problems.missing(node, items, frozenset(TABLE_KEYS), ("file",), message)
        written = problems.text(items, "file", "write the path of a CSV file")
        profile = problems.text(items, "profile", "write the name of a profile, or remove the key")
        if written is None:
            continue
        if not written.endswith(TABLE_SUFFIX):
            problems.at_value(items["file"], f"the name of a table must end in {TABLE_SUFFIX}: rename the file")
            continue
        places = [
            Place(problems.file, at[1] + 1, at[2] + 1) for at in (items["file"], items.get("profile", items["file"]))
        ]
        table = Table(folder / written, profile, *places)
        first = tables.setdefault(os.path.realpath(table.file), table)
        if first is not table:
            message = f"table {show_key(written)} is already listed in line {first.place.line}: remove one of the two"
            problems.at_value(items["file"], message)
    return tuple(tables.values())
