"""The ways in which the PBX of a case misbehaves, as fault specs for the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

#: Answers instead of the right one, before or after the PBX has done what it was asked for.
_INSTEAD = (
    *("reset", "close", "status-429", "status-503", "status-503 retry-after=0", "status-500", "html-502", "html-504"),
    *("redirect", "login-page", "status-401", "status-403", "status-404", "too-bad", "echo-key=500", "echo-key=200"),
    *("empty", "null", "false", "bracket", "php-fatal"),
)
_BODIES = ("php-warning", "cut-json", "latin-1", "bom", "gzip", "bad-gzip", "cut-body", "number-ids")
_ROWS = ("twice-row", "bad-row", "no-id-row", "wrong-key", "many-rows=30", "te-id=1", "other-object")
#: Lists that are late, or show names differently than they are stored.
#: No name that a file adds is as long as a cut one: else it would be added again, as the fault table says.
_LISTS = ("list-lag=300ms", "list-names-html", "list-names-upper", "list-names-trim", "list-names-cut=12")
_KEPT = ("cut-values=2", "trim-values", "escape-quotes", "escape-html")
#: Values are stored differently than they were sent.
BENDING = frozenset(kind.partition("=")[0] for kind in _KEPT)
#: A read may get well-formed values that are not the stored ones.
ALTERING = BENDING | {"latin-1"}
#: These cost time, so they are rare.
_SLOW = ("timeout=300ms", "timeout-after-commit=300ms", "refuse=40ms", "drip=0.2ms")
_ACTIONS = ("list", "get", "add", "update", "add", "update", "*")


def draw_fault(dice: Random, codes: Sequence[str]) -> str:
    """Return one fault: what it does, to which requests, and how often. `codes` are the tenants of the case."""
    often_drawn = ["instead"] * 8 + ["body"] * 3 + ["rows"] * 3 + ["kept"] * 2 + ["list"] * 2
    kind = dice.choice([*often_drawn, "other", "lie", "missing", "tenant", "slow"])
    action, often, instead = dice.choice(_ACTIONS), _often(dice), _instead(dice)
    body, rows, kept = dice.choice(_BODIES), dice.choice(_ROWS), dice.choice(_KEPT)
    slow, listed, code = dice.choice(_SLOW), dice.choice(_LISTS), dice.choice(codes)
    return {
        "instead": f"{instead} object=CUSTOM* action={action} {often}",
        "body": f"{body} object=CUSTOM* action={action} {often}",
        "rows": f"{rows} {often}",
        "list": f"{listed} {often}",
        "tenant": f"other-tenant as={code} action={dice.choice(['list', 'get'])} {often}",
        "other": f"other-row {often}",
        "lie": f"lie {often}",
        "missing": f"missing-row n={dice.randint(1, 6)}",
        "kept": f"{kept} field=cu_param* {often}",
        "slow": f"{slow} object=CUSTOM* action={action} n={dice.randint(1, 4)}",
    }[kind]


def decidable(faults: Iterable[str]) -> tuple[str, ...]:
    """Return the faults without those that, together with others, leave nothing by which a client could tell a row.

    With two faults that omit a row of a list, both lists before an add could lack the same row. HTML makes names long
    enough to be cut in the middle of what they differ in.
    """
    kept = tuple(faults)
    dropped = [fault for fault in kept if fault.startswith("missing-row")][1:]
    if any(fault.startswith("list-names-html") for fault in kept):
        dropped += [fault for fault in kept if fault.startswith("list-names-cut")]
    return tuple(fault for fault in kept if fault not in dropped)


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
