"""The emulator's options as Markdown, made from the tables that the code itself runs on, so that they cannot go stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator.dialect import OPTIONS, PRESETS, Dialect
from pbxsync.emulator.faults.spec import COUNTERS, MATCHERS
from pbxsync.emulator.faults.table import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.emulator.dialect import Option
    from pbxsync.emulator.faults.kind import Kind


def dialect_reference() -> str:
    """Two tables: every option with its choices, the default one first, and every preset."""
    choices = (row for name, option in OPTIONS.items() for row in _choices(name, option))
    presets = ((f"`{name}`", f"`{_spelled(dialect)}`") for name, dialect in PRESETS.items())
    return f"{_table('option', 'means', choices)}\n\n{_table('preset', 'is', presets)}\n"


def fault_reference() -> str:
    """A table for every group of kinds, one for the matchers and one for the counters."""
    kinds = (f"### {title}\n\n{_table('kind', 'does', map(_kind, group))}" for title, group in GROUPS.items())
    matchers = _table("matcher", "holds for", ((f"`{name}=`", about) for name, about in MATCHERS.items()))
    counters = _table("counter", "hits", ((f"`{name}=`", about) for name, about in COUNTERS.items()))
    return "\n\n".join([*kinds, f"### Which requests\n\n{matchers}", f"### Which of them\n\n{counters}"]) + "\n"


def _choices(name: str, option: Option) -> list[tuple[str, str]]:
    usual_first = sorted(option.choices, key=lambda choice: choice != option.default)
    return [
        (f"`{name}={choice}`" + (" (default)" if choice == option.default else ""), f"{option.about}: {about}")
        for choice, about in ((choice, option.choices[choice]) for choice in usual_first)
    ]


def _kind(kind: Kind) -> tuple[str, str]:
    value = f"={kind.default:g}{kind.unit if kind.unit in {'s', 'ms'} else ''}" if kind.unit is not None else ""
    notes = [f"`{name}=`: {about}" for name, about in kind.options.items()]
    if kind.moment:
        other = "after-commit" if kind.moment == "before" else "before"
        notes.append(f"{kind.moment}; or `{kind.name}-{other}`")
    if kind.only:
        notes.append("unless told otherwise: " + " ".join(f"`{name}={value}`" for name, value in kind.only.items()))
    return f"`{kind.name}{value}`", "; ".join([kind.about, *notes])


def _spelled(dialect: Dialect) -> str:
    changed = (
        f"{name}={getattr(dialect, name)}" for name in OPTIONS if getattr(dialect, name) != OPTIONS[name].default
    )
    return ",".join(changed) or "default"


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {left} | {right} |", "| --- | --- |"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)
