"""Feeds what reads replies, saved plans and journals inputs that nobody would send: `make fuzz-replies`, by hand.

    python -m tests.fuzz.replies [--count N] [--seed S] [--one N]

For every input and reader: no exception but the one that it is documented to raise, whose sentence is harmless and short,
and an answer within seconds. Input N of a seed is always the same: `--one N` replays it. The suite runs some thousands.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pbxsync.api.operations import OPERATIONS
from pbxsync.api.request import Reply, Request
from pbxsync.errors import JournalError, PlanFileError, WireError
from pbxsync.journal.read import read_journal
from pbxsync.pbx import replies, shapes
from pbxsync.pbx.replies import check_start, checked_json
from pbxsync.planfile.read import parse as parse_plan
from pbxsync.planfile.write import digest_of
from pbxsync.planfile.write import text as plan_text
from pbxsync.redaction.redactor import Redactor
from pbxsync.text.sanitize import DANGEROUS
from tests.render import samples

if TYPE_CHECKING:
    from collections.abc import Callable

#: Seconds that the slowest input may take, and characters of the longest sentence.
SLOWEST: Final = 2.0
LONGEST: Final = 2_000

ROW: Final = {"cu_id": "67", "cu_name": "Old fax", "cu_ct_id": "1", "ct_name": "FORWARD", "0": "67"}
PARAMS: Final = {f"cu_param{number}": str(number) for number in range(1, 21)}
TYPE: Final = {"ct_id": "1", "ct_name": "FORWARD", "ct_description": "Forward"}
REQUEST: Final = Request((("reqtype", "MANAGEDB"), ("object", "CUSTOM"), ("tenant", "DEMO"), ("action", "list")))
REDACT: Final = Redactor()
TOKENS: Final = [
    *'[]{},:"\\/ \n\t\r0123456789.eE+-\x00\x1b\x7f',
    *("null", "true", "false", "NaN", "Infinity", "-0", "1e999", "1" * 60, '"67"', '{"67":', "[[", "]]", '""', "\\u0000"),
    *("\\ud800", "\\ud83d\\ude00", '"cu_id":', '"cu_name":', '"ct_id":', '"kind":', '"before"', '"after"', '"n":'),
    '"diff":',
    *("Too bad... ", "Error|", "Success|", "<html>", "<br />\n<b>Warning</b>:", "update x set", "::error::x", "##[error]"),
    *("\ufeff", "\u202e", "\u2028", "æ", "😀", '"tenant": "', '"digest"', '"sensitive": true', '"fingerprint": "hmac:1"'),
    *("x" * 3000, "[" * 2000, '{"a":' * 1500),
]  # fmt: skip


def journal() -> str:
    """A journal with every kind of line."""
    fields = [
        {"field": "param1", "old": "1", "new": "2"},
        {"field": "param2", "sensitive": True, "fingerprint": "hmac:1"},
    ]
    update = {
        "kind": "before",
        "n": 1,
        "action": "update",
        "tenant": "DEMO",
        "id": "5",
        "name": "x",
        "live": "sha256:1",
    }
    kind = {"field": "type", "old": "A", "new": "B", "old_id": "1", "new_id": "2"}
    add = {"kind": "before", "n": 2, "action": "add", "tenant": "DEMO", "id": None, "name": "y", "live": None}
    lines: list[dict[str, Any]] = [
        {"kind": "run", "journal": "1.0", "url": "https://pbx.example/x.php"},
        {**update, "diff": [*fields, kind]},
        {"kind": "after", "n": 1, "status": "done", "id": "5", "live": "sha256:2", "untouched": False},
        {**add, "diff": [{"field": "name", "old": None, "new": "y"}]},
        {"kind": "after", "n": 2, "status": "unknown", "id": None, "live": None},
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def seeds() -> list[bytes]:
    """Return what is well formed."""
    whole = {**ROW, **PARAMS}
    replies: list[Any] = [{"67": ROW, "68": {**ROW, "cu_id": "68"}}, [whole], whole, {"1": TYPE}, [TYPE], {"cu_id": 9}]
    texts = [json.dumps(reply) for reply in replies]
    texts += ["", "[]", "{}", "null", "false", "12", "Success|Originate successfully queued|1|", "Too bad... no"]
    texts += [plan_text(samples.FULL), plan_text(samples.BROKEN), journal()]
    return [text.encode() for text in texts]


class Maker:
    """Makes input N: noise, tokens in a row, or something well formed with mistakes in it."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._seeds = seeds()

    def make(self, number: int) -> bytes:
        """Return input `number`."""
        chance = random.Random(self._seed * 1_000_000_007 + number)  # noqa: S311 - to be replayed
        kind = chance.random()
        if kind < 0.05:
            return chance.randbytes(chance.randrange(200))
        if kind < 0.25:
            return b"".join(self._token(chance) for _ in range(chance.randrange(1, 40)))
        data = bytearray(chance.choice(self._seeds))
        if kind < 0.5 and (tree := self._grown(chance, bytes(data))) is not None:
            return tree
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            start = chance.randrange(len(data) + 1)
            end = min(len(data), start + chance.choice((0, 0, 1, 2, 5, 20, 200)))
            data[start:end] = chance.choice((b"", bytes(data[start:end]) * 3, chance.randbytes(2), self._token(chance)))
        return bytes(data)

    def _grown(self, chance: random.Random, data: bytes) -> bytes | None:
        """Return JSON in which values were put into each other's places; a plan with the digest that it then has."""
        lines = []
        for line in data.splitlines() if data.startswith(b'{"kind"') else [data]:
            with suppress(ValueError):
                tree = _shuffled(chance, json.loads(line))
                if isinstance(tree, dict) and "digest" in tree:
                    tree["digest"] = digest_of({key: value for key, value in tree.items() if key != "digest"})
                lines.append(json.dumps(tree).encode())
        return b"\n".join([*lines, b""]) if lines else None

    @staticmethod
    def _token(chance: random.Random) -> bytes:
        token: str = chance.choice(TOKENS)
        return token.encode("utf-8", "surrogatepass")


def _shuffled(chance: random.Random, tree: Any) -> Any:
    odd: tuple[Any, ...] = (
        None,
        True,
        0,
        -1,
        1.5,
        10**18,
        "",
        "x",
        "67",
        [],
        {},
        [{}],
        {"cu_id": "1"},
        "\u202e",
        "::error::",
        "name",
        "\ud800",
    )
    if chance.random() < 0.01:
        return chance.choice(odd)
    if isinstance(tree, dict):
        return {
            (key if chance.random() > 0.005 else str(chance.choice(odd))): _shuffled(chance, tree[key]) for key in tree
        }
    if isinstance(tree, list):
        kept = [_shuffled(chance, item) for item in tree if chance.random() > 0.02]
        return kept + kept[:1] * (chance.random() < 0.03)
    return tree


def _reply(data: bytes) -> None:
    reply = Reply((200, 200, 200, 302, 403, 429, 500, 418)[len(data) % 8], data, "text/html", None, 0.0)
    text = replies.text(replies.usable(reply, REQUEST, REDACT), REQUEST, REDACT)
    raise replies.unrecognised("a reply", text, REQUEST, REDACT)


def _start(data: bytes) -> None:
    check_start(data, REQUEST, OPERATIONS[len(data) % len(OPERATIONS)], REDACT)
    checked_json(data, REQUEST, REDACT)


def readers(folder: Path) -> dict[str, tuple[Callable[[bytes], object], type[Exception]]]:
    """Return what reads, by name, with the one kind of exception that it may raise."""

    def shaped(shape: Callable[[Any], object]) -> Callable[[bytes], object]:
        return lambda data: shape(shapes.parse(data.decode("utf-8", "replace")))

    def of_file(data: bytes) -> object:
        path = folder / "run.jsonl"
        path.write_bytes(data)
        return read_journal(path)

    return {
        "list": (shaped(shapes.destinations), shapes.ShapeError),
        "get": (shaped(lambda value: shapes.one_destination(value, "67")), shapes.ShapeError),
        "types": (shaped(shapes.types), shapes.ShapeError),
        "add": (shaped(shapes.new_id), shapes.ShapeError),
        "reply": (_reply, WireError),
        "start": (_start, WireError),
        "plan": (lambda data: parse_plan(data, "change.plan"), PlanFileError),
        "journal": (of_file, JournalError),
    }


def check(data: bytes, folder: Path) -> Counter[str]:
    """Return which readers took one input; raise what none of them may raise, and AssertionError for a bad sentence."""
    took: Counter[str] = Counter()
    for name, (read, expected) in readers(folder).items():
        try:
            read(data)
        except expected as error:
            _check_sentence(name, str(error))
        else:
            took[name] += 1
    return took


def _check_sentence(name: str, said: str) -> None:
    assert not DANGEROUS.search(said), (name, said)
    assert len(said) < LONGEST, (name, len(said))


def run(count: int, seed: int = 1, first: int = 0) -> tuple[Counter[str], list[tuple[int, str]], float]:
    """Check so many inputs; return how many each reader took, what failed by number, and the slowest in seconds."""
    maker, took, slowest = Maker(seed), Counter[str](), 0.0
    failed: list[tuple[int, str]] = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(first, first + count):
            data = maker.make(number)
            before = time.perf_counter()
            try:
                took += check(data, Path(name))
            except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
                failed.append((number, traceback.format_exc()))
            slowest = max(slowest, time.perf_counter() - before)
    return took, failed, slowest


def main() -> int:
    """Run, print the counts, return 1 where a promise was broken."""
    parser = argparse.ArgumentParser()
    for option, default in (("--count", 200_000), ("--seed", 1), ("--one", -1)):
        parser.add_argument(option, type=int, default=default)
    asked = parser.parse_args()
    if asked.one >= 0:
        print(Maker(asked.seed).make(asked.one))
    started = time.perf_counter()
    took, failed, slowest = run(asked.count if asked.one < 0 else 1, asked.seed, max(0, asked.one))
    for number, trace in failed[:5]:
        print(f"input {number}:\n{trace}")
    print(f"seed {asked.seed}: taken {dict(took)}, {len(failed):,} failed; the slowest took {slowest:.2f} s;")
    print(f"{time.perf_counter() - started:.0f} s in all")
    return 1 if failed or slowest > SLOWEST else 0


if __name__ == "__main__":
    sys.exit(main())
