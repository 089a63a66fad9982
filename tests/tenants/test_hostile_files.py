"""Files made to hurt get an answer in bounded time and memory; each in a process of its own, which they could end."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

#: What the process may use: a gibibyte of addresses, a minute of processor time.
READER = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from pathlib import Path
from pbxsync.errors import FilesError
from pbxsync.tenants.load import load
from pbxsync.project import find
try:
    print(load([Path(sys.argv[1])], find([], None, {}, Path())).destinations)
except FilesError as error:
    print(len(error.problems), error.problems[-1].message)
"""
FULL = 10 * 1024**2


def filled(unit: bytes, head: bytes = b"", tail: bytes = b"") -> bytes:
    """Return a file of the largest size that is read."""
    return head + unit * ((FULL - len(head) - len(tail)) // len(unit)) + tail


LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (code + 1, code + 1, b",".join([b"*%c" % code] * 10)) for code in range(ord("a"), ord("n"))
)
ENTRY = "- {{name: n{}, type: FORWARD, params: [+45 70 12 34 56, ORIGINAL, 30]}}\n"
FLOW = b"tenant: A\ndestinations: ["
DEEP = "1 nested more than 20 deep: check the brackets and the indentation"
BOMB = "1 the aliases expand to more than 100,000 values: write the values out"
MUCH = "1 the file has more than 1,000,000 values: split it"
CASES: list[tuple[str, bytes, str]] = [
    ("open brackets", filled(b"["), DEEP),
    ("open braces", filled(b"{a: "), DEEP),
    ("nested lists", filled(b"- "), DEEP),
    ("nested keys", filled(b"? "), DEEP),
    ("billion laughs", LAUGHS, BOMB),
    ("many aliases", filled(b"*a,", b"[&a x,", b"]"), BOMB),
    ("aliases of a deep value", b"a: &a " + b"[" * 15 + b"]" * 15 + b"\nb: [" + b"*a," * 10**5 + b"]", BOMB),
    ("many values", filled(b"x,", b"[", b"]"), MUCH),
    ("many lists", filled(b"[],", b"[", b"]"), MUCH),
    ("many keys", b"".join(b"a%d: 1\n" % number for number in range(700_000)), MUCH),
    ("many anchors", filled(b"&a x,", b"[", b"]"), MUCH),
    ("one key many times", filled(b"a: 1\n"), '1001 "a" is given twice, first in line 1'),
    ("many tags", filled(b"!x y,", b"[", b"]"), "1001 a value that begins with ! is a tag in YAML: put it in quotes, or"),
    ("many tag directives", b"".join(b"%%TAG !a%d! x\n" % number for number in range(600_000)), "1 a %TAG directive"),
    ("many version directives", filled(b"%YAML 1.1\n"), "1 a line that begins with %"),
    ("controls", filled(b"\x07"), "101 control character U+0007"),
    ("line separators", filled("\u2028".encode()), "1 a tenant file must be a mapping"),
    ("escapes", filled(rb"\e", b'"', b'"'), "2 control character U+001B"),
    ("documents", filled(b"---\n"), "1 a second document begins here"),
    ("bad bytes", filled(b"\xff"), "1 byte 0xFF is not UTF-8"),
    ("bytes of zero", filled(b"\0"), "1 the file is UTF-16 or UTF-32"),
    ("an open quote", filled(b"x\n", b'a: "'), "1 the quote that opens here is never closed"),
    ("an open bracket", filled(b"#\n", b"a: ["), "1 # begins a comment"),
    ("blanks", filled(b" "), "1 the file is empty"),
    ("tabs", filled(b"\t"), "1 YAML does not allow tabs"),
    ("a long key", filled(b"a", tail=b": b"), "1 "),
    ("a long value", filled(b"a", b"destinations: []\ntenant: "), "1 a tenant's code has 1 to 64 letters"),
    ("a long unknown key", filled(b"a", b"? ", b"\n: b\ntenant: A\ndestinations: []\n"), "1 unknown key "),
    ("many unknown keys", filled(b"{qwertz: " + b"1" * 40 + b"},", FLOW, b"]"), "1001 "),
    ("many unknown labels", filled(b"{params: {tmieout: " + b"1" * 60 + b"}},", FLOW, b"]"), "1001 "),
    ("every private-use character", "".join(map(chr, [*range(0xE000, 0xF900), *range(0xF0000, 0xFFFFE), 0x2028])).encode(),
     "1 the file contains every private-use character"),
    ("a full and good file", b"tenant: A\ndestinations:\n" + "".join(map(ENTRY.format, range(85_000))).encode(), "85000"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_dangerous_input_gets_an_answer(here: Path, data: bytes, said: str) -> None:
    (here / "a.yaml").write_bytes(data)
    command = [sys.executable, "-c", READER, "a.yaml"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, env=os.environ)
    assert answer.stderr == ""
    assert answer.stdout.startswith(said)
