"""The formats of a plan. A new one is a module beside this one, and a line in `FORMATS`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pbxsync.render.html.page import plan_html
from pbxsync.render.json import plan_json
from pbxsync.render.markdown.comment import plan_markdown
from pbxsync.render.short import plan_short
from pbxsync.render.text import plan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Options:
    """How to show a plan; each format uses what applies to it.

    `width=0` keeps `"old" -> "new"` on one line. `marker` distinguishes several comments on one pull request. `view` is
    one of `groups.VIEWS`. `artifact` is the url or the name under which CI keeps the whole plan.
    """

    verbose: int = 0
    colour: bool = False
    width: int = 80
    marker: str = ""
    view: str = "auto"
    artifact: str = ""


#: What `--format` accepts.
FORMATS: Final[Mapping[str, Callable[[Plan, Options], str]]] = {
    "text": lambda plan, options: plan_text(
        plan, verbose=options.verbose, colour=options.colour, width=options.width, view_by=options.view
    ),
    "json": lambda plan, options: plan_json(plan, verbose=options.verbose),
    "markdown": lambda plan, options: plan_markdown(
        plan,
        verbose=options.verbose,
        view_by=options.view,
        marker=options.marker,
        artifact=options.artifact,
    ),
    "short": lambda plan, _: plan_short(plan),
    "html": lambda plan, options: plan_html(plan, verbose=options.verbose, view_by=options.view),
}


def render(plan: Plan, fmt: str, options: Options) -> str:
    """Return the plan in one of `FORMATS`."""
    return FORMATS[fmt](plan, options)
