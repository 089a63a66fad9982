"""The ways in which the PBX of a campaign misbehaves, as specs for the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

#: Answers in place of the right one, which may come before or after the PBX has done what was asked.
_INSTEAD = (
    *("reset", "close", "status-429", "status-503", "status-503 retry-after=0", "status-500", "html-502", "html-504"),
    *("redirect", "login-page", "status-401", "status-403", "status-404", "too-bad", "echo-key=500", "echo-key=200"),
    *("empty", "null", "false", "bracket", "php-fatal"),
)
_BODIES = ("php-warning", "cut-json", "latin-1", "bom", "gzip", "bad-gzip", "cut-body", "number-ids")
_ROWS = ("twice-row", "bad-row", "no-id-row", "wrong-key", "many-rows=30")
_KEPT = ("cut-values=2", "trim-values", "escape-quotes", "escape-html")
#: Values are kept otherwise than they were sent, and are read otherwise than they are kept.
BENDING = frozenset(kind.partition("=")[0] for kind in _KEPT)
#: What a read gets may be well-formed, and not what is there.
ALTERING = BENDING | {"latin-1"}
#: These cost time, so they are seldom.
_SLOW = ("timeout=300ms", "timeout-after-commit=300ms", "refuse=40ms", "drip=0.2ms")
_ACTIONS = ("list", "get", "add", "update", "add", "update", "*")


def draw_fault(dice: Random) -> str:
    """Return one fault: what it does, to which requests, and how often."""
    kind = dice.choice(
        ["instead"] * 8 + ["body"] * 3 + ["rows"] * 2 + ["other", "lie", "missing", "kept", "kept", "slow"]
    )
    action, often, instead = dice.choice(_ACTIONS), _often(dice), _instead(dice)
    body, rows, kept = dice.choice(_BODIES), dice.choice(_ROWS), dice.choice(_KEPT)
    slow = dice.choice(_SLOW)
    return {
        "instead": f"{instead} object=CUSTOM* action={action} {often}",
        "body": f"{body} object=CUSTOM* action={action} {often}",
        "rows": f"{rows} {often}",
        "other": f"other-row {often}",
        "lie": f"lie {often}",
        "missing": f"missing-row n={dice.randint(1, 6)}",
        "kept": f"{kept} field=cu_param* {often}",
        "slow": f"{slow} object=CUSTOM* action={action} n={dice.randint(1, 4)}",
    }[kind]


def one_missing(faults: Iterable[str]) -> tuple[str, ...]:
    """Return faults of which one at most leaves a row out of a list.

    Of two, both lists before an add could lack the same row, and no client could tell that from a row that is not there.
    """
    found = tuple(faults)
    short = [fault for fault in found if fault.startswith("missing-row")]
    return tuple(fault for fault in found if fault not in short[1:])


def _instead(dice: Random) -> str:
    kind, moment = dice.choice(_INSTEAD), dice.choice(["before", "after-commit"])
    name, blank, rest = kind.partition(" ")
    name, equals, value = name.partition("=")
    return f"{name}-{moment}{equals}{value}{blank}{rest}"


def _often(dice: Random) -> str:
    """Return how often a fault hits: once, a few times, now and then, or always."""
    first = dice.randint(1, 4)
    return dice.choice(
        [
            f"n={first}",
            f"n={first}",
            f"n={first}..{first + dice.randint(1, 3)}",
            f"every={dice.randint(2, 4)}",
            f"p=0.3 seed={dice.randint(1, 10**6)}",
            "times=99",
        ]
    )
