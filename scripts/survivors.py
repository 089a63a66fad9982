"""The page on which each mutant that survives has its reason, `docs/development/survivors.md`.

A mutant is known there by its module, its function and the lines that it changes, so the page outlives any renumbering:

    ### `apply/applier`: `_fresh`

    ```diff
    -return time.monotonic() - tenant.read_at < FRESH_SECONDS
    +return time.monotonic() - tenant.read_at <= FRESH_SECONDS
    ```

    Why it stays.

Several `+` lines under one `-` line are several mutants of that line; several blocks may share one reason.
"""

from __future__ import annotations

import ast
import difflib
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE: Final = Path(__file__).parents[1] / "docs" / "development" / "survivors.md"
_HEADING: Final = re.compile(r"### `(?P<module>[^`]+)`: `(?P<function>[^`]+)`")
#: `xǁApplierǁ_tenant__mutmut_20` is a method, `x__fresh__mutmut_4` a function.
_MANGLED: Final = re.compile(r"x(?:ǁ(?P<type>\w+?)ǁ|_)(?P<name>\w+?)__mutmut_(?P<number>\d+|orig)")


class Mutant(NamedTuple):
    """What a mutant changes: the old lines and the new ones, each as one line."""

    module: str
    function: str
    old: str
    new: str


def explained() -> dict[Mutant, str]:
    """Return the mutants of the page with their reasons. Raises ValueError where one has none."""
    found: dict[Mutant, str] = {}
    open_: list[Mutant] = []
    module, function, old = "", "", ""
    fenced = False
    for line in PAGE.read_text("utf-8").splitlines():
        heading = _HEADING.fullmatch(line)
        if heading is not None:
            _require_reasons(open_)
            module, function = heading["module"], heading["function"]
        elif line.startswith("```"):
            fenced = line == "```diff"
        elif fenced and line.startswith("-"):
            old = line[1:]
        elif fenced:
            open_.append(Mutant(module, function, old, line[1:]))
        elif line and open_:
            found |= dict.fromkeys(open_, line)
            open_ = []
    _require_reasons(open_)
    return found


def _require_reasons(mutants: list[Mutant]) -> None:
    if mutants:
        raise ValueError(f"{PAGE.name}: no reason:\n{blocks(mutants)}")


def blocks(mutants: Iterable[Mutant]) -> str:
    """Return mutants as they stand on the page."""
    return "\n".join(_lines(sorted(set(mutants))))


def _lines(mutants: list[Mutant]) -> Iterator[str]:
    for (module, function), here in groupby(mutants, lambda each: each[:2]):
        yield f"### `{module}`: `{function}`\n"
        for old, ways in groupby(here, lambda each: each.old):
            yield "\n".join(["```diff", f"-{old}", *(f"+{each.new}" for each in ways), "```\n"])


def mutants(file: Path, module: str, names: Iterable[str]) -> dict[str, Mutant]:
    """Return what each of these mutants changes, read from the file in which mutmut put all of them."""
    functions = {
        node.name: node
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and _MANGLED.fullmatch(node.name)
    }
    lines = file.read_text("utf-8").splitlines()

    def source(name: str) -> list[str]:
        node = functions[name]
        return [_MANGLED.sub(_own_name, line).strip() for line in lines[node.lineno - 1 : node.end_lineno]]

    found = {}
    for name in names:
        mangled = name.rpartition(".")[2]
        match = _MANGLED.fullmatch(mangled)
        if match is None:
            raise ValueError(f"{name} is not named as mutmut names its mutants")
        old, new = _changed(source(f"{mangled.rpartition('_')[0]}_orig"), source(mangled))
        found[name] = Mutant(module, ".".join(filter(None, (match["type"], match["name"]))), old, new)
    return found


def _own_name(match: re.Match[str]) -> str:
    return match["name"]


def _changed(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the lines in which two texts differ, and all between; with the one above where there is another such line."""
    steps = [
        step for step in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if step[0] != "equal"
    ]
    first, last = steps[0], steps[-1]
    begin = first[1]
    while 0 < begin < len(old) and old.count(old[begin]) > 1:
        begin -= 1
    above = first[1] - begin
    return " ".join(old[begin : last[2]]), " ".join(new[first[3] - above : last[4]])
