"""Text that would do something where it is not shown as text, and what must hold wherever it was shown."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from tests.support.command import Ran

#: What a line of the output would begin with, if a line break in a text made one.
FORGED: Final = "FORGED"
LONG: Final = "x" * 60_000
#: No sentence needs more, whatever it names.
LONGEST_LINE: Final = 12_000

TEXTS: Final = (
    f"::error file=a,line=1::x\n{FORGED}",
    "  ::set-output name=a::b",
    "\t::stop-commands::x",
    f"a\n::error::b\n{FORGED}: 1",
    f"a%0A::error::b%0D%0A{FORGED}",
    "a%3A%2C,line=9::warning::x",
    "##[error]x",
    "##vso[task.complete]",
    f"a\r##[group]b\r\n{FORGED}",
    "\x1b[31mred\x1b]0;title\x07",
    "\x9b31m\x85\x90\x00\x7f\b\b\b",
    "\u202egpj.exe\u202c",
    "\u200e\u2066x\u2069\u200b\ufeff",
    f"\u2028{FORGED}\u2029::error::",
    "\U000e0041\U000e0042",
    "<!-- pbxsync-plan -->",
    "</details></summary><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    f"```\n{FORGED}\n```",
    "`` ` ```` ~~~~",
    "@everyone #123 [x](javascript:alert(1)) ![i](https://evil.example/i.png)",
    "'; rm -rf ~ #\\",
    '"quoted" \\u001b \\n',
    LONG,
)

#: What can be the name of a file: no slash, and no more than 255 bytes with what is added to it.
FILE_NAMES: Final = tuple(text.replace("/", "|").replace("\0", "") for text in TEXTS if text != LONG)
#: What no tenant file refuses in a value.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

hostile = st.sampled_from(TEXTS) | st.lists(st.sampled_from(TEXTS[:-1]), min_size=2, max_size=3).map(" ".join)
lone = st.sampled_from(("\ud800x", "\udc1b[31m", "\udcff\n::error::")) | hostile
writable = hostile.filter(lambda text: not _FORBIDDEN.search(text))
names = st.lists(hostile, min_size=5, max_size=5, unique=True)
file_names = st.sampled_from(FILE_NAMES)

_COLOUR: Final = re.compile(r"\x1b\[(?:0|1|2|31|32|33|4;31|4;32)m")
#: GitHub takes these at the start of a line, and Azure and GitHub the others anywhere.
_COMMAND: Final = re.compile(r"^\s*::|##\[|##vso\[", re.MULTILINE | re.IGNORECASE)
#: The commands that `--annotate github` makes, as the runner takes them apart.
_ANNOTATION: Final = re.compile(r"::(?:error|warning) (file=[^:,]*(?:,line=\d+)?(?:,col=\d+)?)::(.*)")


def shows(output: str, text: str) -> bool:
    """Whether a text is in the output, harmless and to be told to the letter, wherever on a line it stands."""
    return sanitize(text) in output or sanitize(f"-{text}")[1:] in output


_MORE = re.compile(r" \(and [0-9,]+ more like this\)\Z")


def assert_inert(ran: Ran, *, colour: bool = False, annotated: bool = False, yaml: bool = False) -> None:
    """Fail where a terminal, a CI or a reader would take anything in the output for something else than text.

    `yaml` says that the output is a file that may have texts of several lines, each of them indented.
    """
    out, err = (_COLOUR.sub("", text) if colour else text for text in (ran.out, ran.err))
    if annotated:
        err = _without_annotations(err)
    for text in (out, err):
        odd = {char for char in text if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char != "\n"}
        assert not odd, (odd, text[:2000])
        assert not _COMMAND.search(text), text[:2000]
    for text in (err, "" if yaml else out):
        forged = [line for line in text.split("\n") if line.strip().startswith(FORGED)]
        assert not forged, text[:2000]
    assert "should not have happened" not in err, err
    assert max(map(len, err.split("\n"))) < LONGEST_LINE, err[:500]


def _without_annotations(err: str) -> str:
    """Return what is no annotation; fail where one of these means anything but its problem."""
    lines = err.split("\n")
    said = "\n".join(line for line in lines if not line.startswith("::"))
    for command in (line for line in lines if line.startswith("::")):
        found = _ANNOTATION.fullmatch(command)
        assert found, command
        message = found[2].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        # Equal problems are said once, with their number; one in a profile begins with the place of its use.
        message = _MORE.sub("", message)
        assert f"{' ' if message.startswith('for ') else ': '}{message}" in said, command
    return said
