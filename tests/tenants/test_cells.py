"""Cells of CSV files: what they hold, and where they begin."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.tenants.cells import MAX_CELL, MAX_CELLS, BadCell, decode_cells, rows, separator_of

TEXT = st.text(st.sampled_from('a,;\t"\n é\u2028\U0001f600='), max_size=6)
SEPARATOR = st.sampled_from(",;\t")


@st.composite
def written(draw: st.DrawFn) -> tuple[bytes, str, list[list[tuple[str, int, int]]]]:
    """Return a file, its separator, and the cells with the places at which they were written."""
    separator, line_end = draw(SEPARATOR), draw(st.sampled_from(["\n", "\r\n"]))
    table = draw(st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=6))
    text, line, column = "", 0, 0
    cells: list[list[tuple[str, int, int]]] = []
    for row in table:
        cells.append([])
        for number, value in enumerate(row):
            cells[-1].append((value, line, column))
            must = value.startswith('"') or any(sign in value for sign in (separator, "\n"))
            form = f'"{value.replace(chr(34), chr(34) * 2)}"' if must or draw(st.booleans()) else value
            text += (separator if number else "") + form
            line += form.count("\n")
            column = len(form) - form.rfind("\n") - 1 if "\n" in form else column + len(form)
            cells[-1][-1] = (value, *cells[-1][-1][1:])
            column += 1
        text += "\n"
        line, column = line + 1, 0
    if text and draw(st.booleans()):
        text = text[:-1]
    bom = draw(st.sampled_from(["", "\ufeff"]))
    return (bom + text.replace("\n", line_end)).encode(), separator, [row for row in cells if any(row_texts(row))]


def row_texts(row: list[tuple[str, int, int]]) -> list[str]:
    return [text for text, _, _ in row]


@given(written())
def test_cells_have_their_texts_and_the_places_at_which_they_begin(
    case: tuple[bytes, str, list[list[tuple[str, int, int]]]],
) -> None:
    data, separator, expected = case
    text, faults = decode_cells(data)
    if not data.decode("utf-8-sig").strip():
        assert (text, len(faults)) == ("", 1)  # an empty file
        return
    assert (list(rows(text, separator)), faults) == (expected, [])


@given(st.text(st.sampled_from('ab,"\n'), max_size=30))
def test_every_text_is_read_or_refused_at_a_place_within_it(text: str) -> None:
    try:
        found = [cell for row in rows(text, ",") for cell in row]
    except BadCell as error:
        found = [("", *error.fault[:2])]
    lines = text.split("\n")
    assert all(line < len(lines) and column <= len(lines[line]) for _, line, column in found)


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        ("tenant", ","),
        ("tenant,boss", ","),
        ("tenant;a,b,c,d", ";"),
        ("a;b\ttenant", "\t"),
        ('"a;b;c",tenant', ","),
        ('"tenant";"x\ny"', ";"),
        ("Tenant;boss,x;y", ";"),
    ],
)
def test_the_separator_is_recognised_from_the_header(header: str, separator: str) -> None:
    assert separator_of(f"{header}\na,b,c;d\te") == separator


@pytest.mark.parametrize(
    ("data", "line", "column", "message"),
    [
        (b"tenant\nH\xf8", 1, 1, "byte 0xF8 is not UTF-8: save the file as UTF-8"),
        ("tenant\nA".encode("utf-16"), 0, 0, "the file is UTF-16 or UTF-32: save it as UTF-8"),
        (b"tenant\rA\r", 0, 6, "a line ends with CR alone: end lines with LF or CRLF"),
        (b"tenant\nA\0", 1, 1, "control character U+0000 is not allowed in any value: remove it"),
        (b"tenant\r\n\xc2\x85", 1, 0, "control character U+0085 is not allowed in any value: remove it"),
        (b"tenant\n\xed\xa0\x80", 1, 0, "byte 0xED is not UTF-8: save the file as UTF-8"),
    ],
)
def test_what_no_value_may_hold_is_a_fault_at_its_place(data: bytes, line: int, column: int, message: str) -> None:
    assert decode_cells(data).faults == [(line, column, message)]


@pytest.mark.parametrize("form", ["{}", '"{}"'])
def test_a_cell_is_bounded(form: str) -> None:
    text = "tenant,boss\nA," + form.format("x" * (MAX_CELL + 1)) + ",y\n"
    with pytest.raises(BadCell) as refused:
        list(rows(text, ","))
    assert refused.value.fault == (1, 2, "a cell may have at most 131,072 characters: shorten it")


def test_a_quote_that_is_never_closed_is_named_in_a_long_table_too() -> None:
    text = 'tenant,boss\nA,"x\n' + "A,1\n" * MAX_CELL
    with pytest.raises(BadCell) as refused:
        list(rows(text, ","))
    assert refused.value.fault[:2] == (1, 2)
    assert "never closed" in refused.value.fault[2]


@pytest.mark.parametrize("cell", ["a", '"a"', '"\n"', ""])
def test_a_row_has_a_bounded_number_of_cells_and_each_place_takes_the_same_time(cell: str) -> None:
    """A row of ten megabytes is refused before its places are looked for."""
    widest = ",".join([cell] * (MAX_CELLS - 1) + ["b"])
    assert len(next(rows(f"{widest}\n", ","))) == MAX_CELLS
    text = f"tenant\n{f'{cell},' * 1_000_000}\n"
    with pytest.raises(BadCell) as refused:
        list(rows(text, ","))
    assert refused.value.fault == (1, 0, "a row may have at most 1,000 cells: split the table")
