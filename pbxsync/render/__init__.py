"""Plans and reports as text: each format takes the plan and returns a text, and knows nothing else.

Every renderer here returns text that is harmless to print wherever its format is read, without a line break at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pbxsync.render.report import report_text
from pbxsync.render.text import plan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.model.plan import Plan

__all__ = ["FORMATS", "Options", "plan_text", "render", "report_text"]


@dataclass(frozen=True, slots=True)
class Options:
    """How to show a plan; a format takes from it what it can use.

    `width=0` keeps `"old" -> "new"` on one line; `marker` tells several comments on one pull request apart.
    """

    verbose: int = 0
    colour: bool = False
    width: int = 80
    marker: str = ""


def _text(plan: Plan, options: Options) -> str:
    return plan_text(plan, verbose=options.verbose, colour=options.colour, width=options.width)


def _json(plan: Plan, options: Options) -> str:
    from pbxsync.render.json import plan_json  # noqa: PLC0415 - only what is asked for is loaded

    return plan_json(plan, verbose=options.verbose)


def _markdown(plan: Plan, options: Options) -> str:
    from pbxsync.render.markdown.comment import plan_markdown  # noqa: PLC0415 - only what is asked for is loaded

    return plan_markdown(plan, verbose=options.verbose, marker=options.marker)


def _html(plan: Plan, options: Options) -> str:
    from pbxsync.render.html.page import plan_html  # noqa: PLC0415 - only what is asked for is loaded

    return plan_html(plan, verbose=options.verbose)


#: What `--format` takes.
FORMATS: Final[Mapping[str, Callable[[Plan, Options], str]]] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "html": _html,
}


def render(plan: Plan, fmt: str, options: Options) -> str:
    """Return the plan in one of `FORMATS`."""
    return FORMATS[fmt](plan, options)
