"""The formats of a result besides the text of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.render.result.document import result_json
from pbxsync.render.result.markdown import result_markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.model.report import Result

#: What `apply --format` accepts besides `text`: each takes a result and the marker of a project.
RESULT_FORMATS: Final[Mapping[str, Callable[[Result, str], str]]] = {
    "json": lambda result, _: result_json(result),
    "markdown": lambda result, marker: result_markdown(result, marker=marker),
}
