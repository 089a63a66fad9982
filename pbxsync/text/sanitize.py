r"""Text that nobody here wrote, made harmless without hiding that it was odd.

Names and params from a PBX (and from files) may hold terminal escapes, bidi overrides or the workflow commands of
a CI system. What is dangerous is shown as an escape as in JSON (`\u001b`), so that a reader sees that something is
there.

A CI runner takes commands from any line that starts, after blanks, with `::` (GitHub) and from `##[` or `##vso[`
anywhere (GitHub, Azure): the second `#` or the first `:` is escaped.
"""

from __future__ import annotations

import re
from typing import Any

#: Controls (newline and tab too), format characters (bidi, zero width, tags), separators, surrogates, non-characters.
_ODD = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\ufff0-\uffff\ud800-\udfff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000ffffe-\U000fffff"
)
DANGEROUS = re.compile(f"[{_ODD}]|(?<=#)#(?=\\[|vso\\[)", re.IGNORECASE)
_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


def escape(match: re.Match[str]) -> str:
    r"""Return the characters of a match as `\uXXXX` escapes (a pair of them beyond U+FFFF, as JSON writes it)."""
    units = match.group().encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))


def sanitize(text: str) -> str:
    """Return `text` on one line, with everything dangerous shown as an escape; a backslash stays as it is."""
    return _COMMAND.sub(r"\1\\u003a", DANGEROUS.sub(escape, text))


def quote_full(text: str) -> str:
    r"""Return `text` in double quotes, escaped as in JSON: what is between the quotes can be told apart to the letter.

    >>> quoted('say "hi"')
    '"say \\"hi\\""'
    """
    import json  # noqa: PLC0415 - only for what is shown: files without a mistake need no message

    return DANGEROUS.sub(escape, json.dumps(text, ensure_ascii=False))


def quote(text: str, limit: int = 200) -> str:
    """Return `text` as `quoted` does, for a sentence: cut to about `limit` characters, with a word on what is left out."""
    return (
        quote_full(text)
        if len(text) <= limit
        else f"{quote_full(text[:limit])}… ({len(text) - limit:,} more characters)"
    )


def truncate(text: str, limit: int = 200) -> str:
    """Return `text` made inert and cut to about `limit` characters, with a word on how much was left out."""
    if len(text) <= limit:
        return sanitize(text)
    return f"{sanitize(text[:limit])}… ({len(text) - limit:,} more characters)"


def sanitize_lines(text: str) -> str:
    """Return text of ours that spans lines, with what slipped into it made harmless and its line breaks kept."""
    return "\n".join(sanitize(line) for line in text.split("\n"))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """Return `value` as JSON in which nothing is dangerous to print; it parses to exactly the same value."""
    import json  # noqa: PLC0415 - as above

    return lines_of_json(json.dumps(value, ensure_ascii=False, indent=indent))


def lines_of_json(document: str) -> str:
    """Escape what is dangerous in a JSON text; outside its strings there is nothing such but line breaks."""
    return "\n".join(DANGEROUS.sub(escape, line) for line in document.split("\n"))
