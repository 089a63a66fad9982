"""One table, from its cells to checked rows. Every problem on the way is added to `problems`.

With a profile a row is a tenant, else it is a destination. Either way it becomes what a tenant file would have, and goes
through the same checks.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import LIMIT, Unreadable, read_bytes
from pbxsync.document.problems import show_key
from pbxsync.kinds.custom_destination import POSITIONS
from pbxsync.kinds.tenant import CODE, CODE_RULE
from pbxsync.tenants.cells import TENANT_COLUMN, BadCell, decode_cells, rows, separator_of
from pbxsync.tenants.expand import Room, expand, shown
from pbxsync.tenants.tenant_file import destination_row
from pbxsync.tenants.uses import Given, Use
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean, first_names, nearest, plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item
    from pbxsync.project.tables import Table
    from pbxsync.tenants.cells import Cell
    from pbxsync.tenants.profile_file import Profile
    from pbxsync.tenants.profiles import Profiles
    from pbxsync.tenants.spool import Row

#: The columns of a table without a profile that are not params.
FIELD_COLUMNS: Final = ("name", "type", "id")
#: How much text a profile may give to all rows of a table: that of so many tenant files.
MOST_FILLED: Final = 100 * LIMIT
#: Columns that a message lists.
_NAMED: Final = 8
#: How a spreadsheet writes a long number, with the decimal sign of either language.
_ROUNDED: Final = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E[+-][0-9]{2,3}")
#: What a spreadsheet shows for a number in a column that is too narrow.
_NARROW: Final = re.compile("#{3,}")
#: What a spreadsheet shows for a formula that failed, in English and Danish.
_FAILED: Final = frozenset(
    {
        *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"),
        *("#I/T", "#REFERENCE!", "#VÆRDI!", "#DIVISION/0!", "#NAVN?", "#NUL!"),
    }
)


def read_table(
    text: str, table: Table, problems: Problems, profiles: Profiles, *, clear_unlisted: bool
) -> Iterator[tuple[str, list[Row]]]:
    """Yield what a table says about tenant after tenant: its code and its destinations.

    Rows that follow each other are taken together if they are of one tenant.
    """
    try:
        tenant: str | None = None
        collected: list[Row] = []
        for code, found in _destinations(text, table, problems, profiles, clear_unlisted=clear_unlisted):
            if code != tenant and tenant is not None:
                yield tenant, collected
                collected = []
            tenant = code
            collected += found
        if tenant is not None:
            yield tenant, collected
    except BadCell as error:
        problems.add(*error.fault)


def table_codes(tables: Sequence[Table]) -> Iterator[str]:
    """Yield the code in each row of some tables. Skips what it cannot read."""
    for table in tables:
        with suppress(Unreadable, BadCell):
            text = decode_cells(read_bytes(str(table.file))).text
            cells_of_rows = rows(text, separator_of(text))
            header = [cell[0] for cell in next(cells_of_rows)]
            column = header.index(TENANT_COLUMN) if TENANT_COLUMN in header else len(header)
            for cells in cells_of_rows:
                if column < min(len(cells), len(header)) and CODE.fullmatch(cells[column][0]):
                    yield cells[column][0]


def damage(text: str) -> str | None:
    """Return what a spreadsheet has done to a cell, and what to do; None for ordinary text."""
    if text[0] == "=":
        return "a cell that begins with = is a formula of a spreadsheet: write its value"
    if text[0] == "#" and text in _FAILED:
        return f"{text} is an error of a spreadsheet: correct the cell there, and save the table again"
    if text[0] == "#" and _NARROW.fullmatch(text):
        return f"{quote(text)} is a number in a column that is too narrow: widen the column, and save the table again"
    if "E" in text and _ROUNDED.fullmatch(text):
        return f"{quote(text)} is a rounded number: format the column as text, and write the number again"
    return None


def _destinations(
    text: str, table: Table, problems: Problems, profiles: Profiles, *, clear_unlisted: bool
) -> Iterator[tuple[str, list[Row]]]:
    """Yield the tenant and the destinations of each row. Raises BadCell."""
    separator = separator_of(text)
    cells_of_rows = rows(text, separator)
    header = next(cells_of_rows)
    profile = None if table.profile is None else profiles.by_name.get(table.profile)
    columns = _columns(header, _known_columns(table, profile, profiles), profile, problems)
    if TENANT_COLUMN not in columns:
        return
    absent = frozenset(() if profile is None or profile.inputs is None else profile.inputs.keys() - set(columns))
    filled = 0
    for cells in cells_of_rows:
        if problems.full:
            return  # nobody reads more
        if len(cells) > len(columns):
            cell = cells[len(columns)]
            counts = f"the row has {len(cells):,} cells, the header {plural(len(columns), 'column')}"
            name = "a tab" if separator == "\t" else separator
            problems.add(cell[1], cell[2], f"{counts}: put quotes around a cell that contains {name}")
            continue
        line, column = cells[0][1:]
        found: list[Row] = []
        given, damaged = _given(columns, cells, problems)
        tenant = _tenant(given, line, column, problems)
        if table.profile is None:
            if damaged.isdisjoint(FIELD_COLUMNS):
                destination = _destination(given, line, column, problems, profiles, clear_unlisted=clear_unlisted)
                found = [] if destination is None else [destination]
        elif profile is not None:
            inputs = {name: Given(*cell) for name, cell in given.items() if name != TENANT_COLUMN}
            use = Use(table.profile, line, column, inputs, unusable=absent | damaged, in_table=True)
            room = Room()
            found = expand(use, tenant or "-", profiles, problems, room, clear_unlisted=clear_unlisted)
            filled += LIMIT - room.left if found else 0
            if filled > MOST_FILLED:
                problems.add(
                    line, column, f"the profile gives more than {MOST_FILLED // 1024**2:,} MiB: split the table"
                )
                return
        if tenant:
            yield tenant, found


def _known_columns(table: Table, profile: Profile | None, profiles: Profiles) -> Collection[str] | None:
    """Return the columns that a table may have; None if its profile is not known for certain."""
    if table.profile is None:
        return (TENANT_COLUMN, *FIELD_COLUMNS, *profiles.rules[None].positions)
    if profile is None or profile.inputs is None:
        return None
    return (TENANT_COLUMN, *profile.inputs)


def _columns(
    header: Sequence[Cell], known: Collection[str] | None, profile: Profile | None, problems: Problems
) -> list[str | None]:
    """Return the names of the columns: None for one that cannot be used."""
    columns: list[str | None] = []
    unknown: list[str] = []
    for name, line, column in header:
        usable = False
        if not name:
            problems.add(line, column, f"column {len(columns) + 1:,} has no name: write one, or remove the column")
        elif name in columns:
            first = columns.index(name) + 1
            problems.add(line, column, f"column {show_key(name)} is given twice, first as column {first:,}: remove one")
        elif known is not None and name not in known:
            unknown.append(name)
            problems.add(line, column, _unknown_column(name, known, profile))
        else:
            usable = True
        columns.append(name if usable else None)
    _, line, column = header[0]
    if TENANT_COLUMN not in columns and not any(nearest(name, known or ()) == TENANT_COLUMN for name in unknown):
        problems.add(line, column, "column tenant is missing: add it, with the code of a tenant in every row")
    if profile is not None and profile.inputs is not None:
        needed = [name for name, declared in profile.inputs.items() if declared.default is None]
        missing = [name for name in needed if name not in columns]
        missing = [name for name in missing if not any(nearest(other, known or ()) == name for other in unknown)]
        if missing:
            added = "a column for it" if len(missing) == 1 else "columns for them"
            problems.add(line, column, f"{shown(profile)} needs {first_names(missing, _NAMED)}: add {added}")
    return columns


def _unknown_column(name: str, known: Collection[str], profile: Profile | None) -> str:
    near = did_you_mean(name, [column for column in known if column not in POSITIONS])
    if profile is not None:
        inputs = f"has {first_names(list(profile.inputs), _NAMED)}" if profile.inputs else "has no inputs"
        return f"unknown column {show_key(name)}{near or f': {shown(profile)} {inputs}'}"
    return f"unknown column {show_key(name)}{near or ': columns are tenant, name, type, id, and labels or positions'}"


def _given(
    columns: Sequence[str | None], cells: Sequence[Cell], problems: Problems
) -> tuple[dict[str, Cell], frozenset[str]]:
    """Return the cells of a row that have a sound text, and the columns of those that a spreadsheet has damaged."""
    given = {name: cell for name, cell in zip(columns, cells, strict=False) if cell[0] and name is not None}
    damaged = [(name, *cell[1:], harm) for name, cell in given.items() if (harm := damage(cell[0])) is not None]
    for name, line, column, harm in damaged:
        problems.add(line, column, harm)
        if name != TENANT_COLUMN:
            del given[name]
    return given, frozenset(name for name, *_ in damaged)


def _tenant(given: Mapping[str, Cell], line: int, column: int, problems: Problems) -> str:
    """Return the code in a row; nothing after adding a problem."""
    cell = given.get(TENANT_COLUMN)
    if cell is None:
        problems.add(line, column, "the row has no tenant: write the code of one, or remove the row")
        return ""
    if not CODE.fullmatch(cell[0]):
        if damage(cell[0]) is None:
            problems.add(cell[1], cell[2], CODE_RULE)
        return ""
    return cell[0]


def _destination(
    given: Mapping[str, Cell],
    line: int,
    column: int,
    problems: Problems,
    profiles: Profiles,
    *,
    clear_unlisted: bool,
) -> Row | None:
    """Return the destination of a row, read as that of a tenant file is."""
    items: dict[str, Item] = {name: (*cell, *cell[1:]) for name, cell in given.items() if name in FIELD_COLUMNS}
    params: dict[str, Item] = {
        name: (*cell, *cell[1:]) for name, cell in given.items() if name not in FIELD_COLUMNS and name != TENANT_COLUMN
    }
    if params:
        items["params"] = (params, line, column, line, column)
    return destination_row((items, line, column), problems, profiles.rules, clear_unlisted)
