"""The reply shapes that PBXs are known or guessed to answer in, as options that can be combined.

Every option is one field of `Dialect`; the choices and their one-line explanations stand beside it, so that help,
documentation and the parser are made from the same table (`OPTIONS`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Final


class DialectError(ValueError):
    """A dialect that is not understood; the message says which part, and what there is to choose from."""


def _option(default: str, about: str, **choices: str) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices})


_YES_NO = {"yes": "they have it", "no": "they lack it"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one PBX words its replies. The default is what most installations were seen to do."""

    list: str = _option(
        "object",
        "the shape of CUSTOM list",
        object="an object keyed by id [field]",
        array="an array of rows [field]",
        keyed="an object keyed by id whose rows lack cu_id [guess]",
    )
    params: str = _option(
        "get",
        "where cu_param1, … are to be had",
        get="in the reply to get alone [field]",
        list="in the rows of the list too [field]",
    )
    ct_id: str = _option("no", "whether rows of the list have cu_ct_id [field]", **_YES_NO)
    te_id: str = _option("no", "whether rows of the list have cu_te_id [field]", **_YES_NO)
    ct_name: str = _option("yes", "whether rows of the list have ct_name [field]", **_YES_NO)
    ct_description: str = _option("no", "whether rows of the list have ct_description [field]", **_YES_NO)
    positional: str = _option(
        "no",
        "PHP's default fetch mode",
        yes='every value a second time under "0", "1", … [field]',
        no="every value once",
    )
    ids: str = _option("string", "how ids are written", string='"286" [field]', number="286 [guess]")
    unset: str = _option("empty", "what an unset parameter reads as", empty='"" [field]', null="null [field]")
    columns: str = _option("20", "how many parameters there are", **{"20": "[doc]", "10": "older versions [field]"})
    get: str = _option(
        "object",
        "the shape of CUSTOM get",
        object="the row [field]",
        array="an array that holds the row [guess]",
        keyed="an object that holds the row under its id [guess]",
    )
    missing: str = _option(
        "blank",
        "CUSTOM get of an id that is not there",
        blank="an empty body [field, on INFO]",
        null="null [field, on INFO]",
        false="false [field, on INFO]",
        array="[] [field, on INFO]",
    )
    types: str = _option(
        "object",
        "the shape of CUSTOMTYPES list",
        object="an object keyed by id [field]",
        array="an array of rows [field]",
    )
    add: str = _option(
        "json",
        "the reply to CUSTOM add",
        json='{"cu_id": "287"} [field, on DID]',
        row="the whole new row as JSON [guess]",
        sql="the SQL statement that ran, as text [guess]",
        none="an empty body [guess]",
    )
    update: str = _option(
        "sql",
        "the reply to CUSTOM update",
        sql="the SQL statement that ran, as text [field, on DID]",
        json='{"cu_id": "286"} [guess]',
        none="an empty body [guess]",
    )
    empty: str = _option(
        "array",
        "a list without rows",
        array="[] [field]",
        object="{} [field]",
        null="null [field]",
        blank="an empty body [field]",
    )
    unicode: str = _option(
        "escaped",
        "how JSON writes letters beyond ASCII",
        escaped="\\u00e6, as PHP's json_encode does unless told otherwise [guess]",
        plain="as UTF-8 [guess]",
    )
    content: str = _option(
        "json",
        "the content type when no format is asked for",
        json="application/json, whatever the body is [field]",
        html="text/html in UTF-8, whatever the body is [field]",
        bare="text/html, no charset named [guess]",
    )

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            value = getattr(self, name)
            if value not in option.choices:
                raise DialectError(f"dialect: {name}={value} is not one of {', '.join(option.choices)}")

    @classmethod
    def parse(cls, text: str) -> Dialect:
        """Read `list=array,params=list`, a preset's name, or a preset and then options that change it."""
        dialect = cls()
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, equals, value = part.partition("=")
            if not equals:
                if name not in PRESETS:
                    raise DialectError(f"dialect: no preset {name!r}; there are {', '.join(PRESETS)}")
                dialect = PRESETS[name]
            elif name not in OPTIONS:
                raise DialectError(f"dialect: no option {name!r}; there are {', '.join(OPTIONS)}")
            else:
                dialect = replace(dialect, **{name: value})
        return dialect

    @property
    def params_in_list(self) -> bool:
        """Whether a client can do without a get per row."""
        return self.params == "list"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a dialect: what it is about, its default, and each choice with its explanation."""

    about: str
    default: str
    choices: dict[str, str]


OPTIONS: Final[dict[str, Option]] = {
    each.name: Option(each.metadata["about"], str(each.default), each.metadata["choices"]) for each in fields(Dialect)
}

_FULL: Final = Dialect(list="array", params="list", ct_id="yes", te_id="yes")

PRESETS: Final[dict[str, Dialect]] = {
    "default": Dialect(),
    "full": _FULL,
    "full-object": replace(_FULL, list="object"),
    "bare": Dialect(list="keyed", ct_name="no"),
    "typed": Dialect(ct_id="yes", te_id="yes", ct_description="yes"),
    "old": replace(_FULL, columns="10", unset="null", positional="yes", content="html"),
    "silent": Dialect(add="none", update="none", empty="blank", content="html"),
    "numbers": Dialect(ids="number", unset="null", missing="null", empty="null", update="json"),
    "nested": Dialect(get="keyed", types="array", missing="array", empty="object", add="row"),
    "sql": Dialect(get="array", add="sql", missing="false", unicode="plain", content="bare"),
}
