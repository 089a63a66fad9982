"""One API request as the operations see it. Parameters come from the query string and the form body alike [field]."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Request as WebRequest


@dataclass(frozen=True, slots=True)
class Request:
    """A request's method, key and other parameters, whose names are as sent."""

    method: str
    key: str
    params: Mapping[str, str]

    def word(self, name: str) -> str:
        """The upper-case value of a parameter that selects an operation, because case does not count there [doc]."""
        return self.params.get(name, "").upper()

    def text(self, name: str) -> str:
        """The value of a parameter, empty if it was not sent."""
        return self.params.get(name, "")

    @property
    def tenant(self) -> str:
        """The tenant code, case as configured [doc]. "%" stands for all tenants."""
        return self.text("tenant")

    @property
    def operation(self) -> tuple[str, str, str]:
        """Reqtype, object and action (info for INFO), in upper case."""
        return self.word("reqtype"), self.word("object"), self.word("action") or self.word("info")

    @property
    def object_id(self) -> int | None:
        """`objectid` as a number, None if it is not one."""
        text = self.text("objectid")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None

    def fields(self) -> dict[str, str] | None:
        """`jsondata` as PHP would put it into SQL; None if it is not a JSON object of plain values.

        None too for JSON that PHP refuses: half a surrogate pair, NaN, very deep nesting.
        """
        try:
            data = json.loads(self.text("jsondata"), parse_constant=_refuse)
            if not isinstance(data, dict) or any(isinstance(value, (list, dict)) for value in data.values()):
                return None
            columns = {name: _php_text(value) for name, value in data.items()}
            "".join(columns.values()).encode()
        except (ValueError, RecursionError):
            return None
        return columns


def read(request: WebRequest) -> Request:
    """Read the parameters of a request. The last value of a name wins, and the form wins over the query.

    PHP's $_REQUEST does the same.
    """
    params = {name: values[-1] for form in (request.args, request.form) for name, values in form.lists()}
    key = params.pop("key", "")
    return Request(request.method, key, params)


def _refuse(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _php_text(value: object) -> str:
    """A JSON value converted to a string by PHP's rules."""
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)
