"""One request of the API as the operations see it, read from query string and form body alike [field]."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Request as WebRequest


@dataclass(frozen=True, slots=True)
class Request:
    """A request: which operation, with which parameters. `params` lacks the key, names are as they were sent."""

    method: str
    key: str
    params: Mapping[str, str]

    def word(self, name: str) -> str:
        """A parameter that names an operation: its value in capitals, for case does not count there [doc]."""
        return self.params.get(name, "").upper()

    def text(self, name: str) -> str:
        """A parameter's value, empty where it was not sent."""
        return self.params.get(name, "")

    @property
    def tenant(self) -> str:
        """The tenant's code, case as configured [doc]; "%" asks for all of them."""
        return self.text("tenant")

    @property
    def operation(self) -> tuple[str, str, str]:
        """Reqtype, object and action (or info, where reqtype is INFO), in capitals."""
        return self.word("reqtype"), self.word("object"), self.word("action") or self.word("info")

    @property
    def object_id(self) -> int | None:
        """`objectid` as a number, None where it is none."""
        text = self.text("objectid")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    def fields(self) -> dict[str, str] | None:
        """`jsondata` as PHP would put it into SQL; None where it is no JSON object of plain values.

        What PHP cannot read is none: half of a surrogate pair, NaN, a nesting without end.
        """
        try:
            data = json.loads(self.text("jsondata"), parse_constant=_refuse)
            if not isinstance(data, dict) or any(isinstance(value, (list, dict)) for value in data.values()):
                return None
            found = {name: _php_text(value) for name, value in data.items()}
            "".join(found.values()).encode()
        except (ValueError, RecursionError):
            return None
        return found


def read(request: WebRequest) -> Request:
    """Take the parameters out of a request; of a name that is there twice the last wins, the form's over the query's.

    That is what PHP's $_REQUEST does.
    """
    params = {name: values[-1] for form in (request.args, request.form) for name, values in form.lists()}
    key = params.pop("key", "")
    return Request(request.method, key, params)


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _php_text(value: object) -> str:
    """What PHP makes of a JSON value in a string."""
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)
