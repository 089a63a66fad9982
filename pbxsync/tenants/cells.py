"""Reads a CSV file as cells of text with their places. The separator is the one that the header uses.

The csv module decides what a cell holds, but it knows only in which line a row ends. So rows with quotes are searched a
second time for where their cells begin.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pbxsync.document.characters import Fault, Undecodable, decode_lines
from pbxsync.document.reader import CONFLICT, CONFLICT_MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Text, line and column, which count from 0.
Cell: TypeAlias = "tuple[str, int, int]"

SEPARATORS: Final = ",;\t"
#: The column that every table has.
TENANT_COLUMN: Final = "tenant"
#: The limit of the csv module, which belongs to the whole process.
MAX_CELL: Final = csv.field_size_limit()
#: Each row may be a tenant, and the codes of all tenants are kept in memory.
MAX_ROWS: Final = 100_000
#: More columns than any table needs; it bounds what a hostile header costs.
MAX_CELLS: Final = 1_000
_UNQUOTED: Final = {separator: re.compile(f"[^{separator}\n]*") for separator in SEPARATORS}


class BadCell(Exception):
    """A cell after which the rest of the file cannot be read."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.fault: Fault = (line, column, message)


class Cells(NamedTuple):
    """A file after decoding: `faults` are in no order, and `text` is empty if it cannot be read."""

    text: str
    faults: list[Fault]


def decode_cells(data: bytes) -> Cells:
    """Return the text of a CSV file, its line ends made LF, with what no value may contain as faults."""
    try:
        text, faults = decode_lines(data)
    except Undecodable as error:
        return Cells("", [error.fault])
    if conflict := CONFLICT_MARK.search(text):
        return Cells("", [(text.count("\n", 0, conflict.start()), 0, CONFLICT)])
    if not text.strip():
        return Cells("", [(0, 0, "the file is empty: write a header line with the names of the columns")])
    # Until Python 3.11, the csv module refuses NUL, which is a fault already.
    return Cells(text.replace("\0", "\ufffd"), faults)


def separator_of(text: str) -> str:
    """Return the separator that gives the header a column `tenant`; the one that gives the most columns if several do.

    Raises BadCell.
    """
    headers: dict[str, list[str]] = {}
    broken: dict[str, BadCell] = {}
    for separator in SEPARATORS:
        try:
            headers[separator] = [cell[0] for cell in next(rows(text, separator), [])]
        except BadCell as error:
            headers[separator] = text.lstrip("\n").partition("\n")[0].split(separator)
            broken[separator] = error
    if [] in headers.values():
        raise BadCell(0, 0, "the table has no header: name its columns in the first line")
    chosen = max(headers, key=lambda separator: (TENANT_COLUMN in headers[separator], len(headers[separator])))
    if chosen in broken:
        raise broken[chosen]
    return chosen


def rows(text: str, separator: str) -> Iterator[list[Cell]]:
    """Yield the cells of each row that is not blank. Raises BadCell."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = count = 0
    while True:
        taken: list[str] = []
        lines.taken = taken
        try:
            texts = next(reader, None)
        except csv.Error:
            raise _bad_cell("".join([*taken, *lines]), separator, line) from None
        if texts is None:
            return
        if len(texts) > MAX_CELLS:
            raise BadCell(line, 0, f"a row may have at most {MAX_CELLS:,} cells: split the table")
        if any(texts):
            if count > MAX_ROWS:
                raise BadCell(line, 0, f"a table may have at most {MAX_ROWS:,} rows below its header: split it")
            count += 1
            yield _placed(texts, taken, separator, line)
        line += len(taken)


class _Lines:
    """The lines of a text, of which those that were asked for are also in `taken`."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="\n")  # only LF ends a line
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.taken.append(line)
        return line


def _placed(texts: Sequence[str], taken: Sequence[str], separator: str, line: int) -> list[Cell]:
    """Return the cells of the row whose lines were `taken`, the first of which is `line`."""
    if len(taken) == 1 and '"' not in taken[0]:
        cells, column = [], 0
        for text in texts:
            cells.append((text, line, column))
            column += len(text) + 1
        return cells
    source = "".join(taken)
    cells, begin, before = [], 0, 0
    for text, start in zip(texts, _starts(source, separator, line), strict=True):
        line_breaks = source.count("\n", before, start)
        if line_breaks:
            line += line_breaks
            begin = source.rfind("\n", before, start) + 1
        cells.append((text, line, start - begin))
        before = start
    return cells


def _starts(source: str, separator: str, line: int) -> Iterator[int]:
    """Yield where each cell of a row begins. Raises BadCell as the csv module raises its error."""
    start = 0
    while True:
        yield start
        if source.startswith('"', start):
            stop = _after_quotes(source, start)
            if not stop:
                message = "the quote that opens this cell is never closed: close it, and write quotes inside it twice"
                raise BadCell(*_at(source, start, line), message)
            if source[stop : stop + 1] not in {"", "\n", separator}:
                message = "text follows the quote that closes this cell: write quotes inside a cell twice"
                raise BadCell(*_at(source, stop, line), message)
        else:
            unquoted = _UNQUOTED[separator].match(source, start)
            stop = start if unquoted is None else unquoted.end()
        if source[stop : stop + 1] != separator:
            return
        start = stop + 1


def _after_quotes(source: str, start: int) -> int:
    """Return where the quoted cell at `start` ends, 0 if it is not closed. A regular expression would keep every pair."""
    stop = source.find('"', start + 1)
    while stop >= 0 and source.startswith('"', stop + 1):
        stop = source.find('"', stop + 2)
    return stop + 1


def _bad_cell(source: str, separator: str, line: int) -> BadCell:
    """Return why the csv module gave up, and where. `source` is the row and all that follows."""
    try:
        starts = list(_starts(source, separator, line))
    except BadCell as error:
        return error
    ends = [*starts[1:], len(source)]
    start = next((start for start, end in zip(starts, ends, strict=True) if end - start > MAX_CELL), starts[-1])
    return BadCell(*_at(source, start, line), f"a cell may have at most {MAX_CELL:,} characters: shorten it")


def _at(source: str, index: int, line: int) -> tuple[int, int]:
    return line + source.count("\n", 0, index), index - (source.rfind("\n", 0, index) + 1)
