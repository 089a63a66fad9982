"""The known and the guessed shapes of a PBX's replies, as options that can be combined.

Each option is a field of `Dialect` with its choices and a one-line explanation of each. The parser, the help and the
documentation are made from that table (`OPTIONS`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Final


class DialectError(ValueError):
    """An invalid dialect. The message names the part and the choices."""


def _option(default: str, about: str, **choices: str) -> Any:
    return field(default=default, metadata={"about": about, "choices": choices})


_YES_NO = {"yes": "yes", "no": "no"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one PBX replies. The defaults are what most installations do."""

    list: str = _option(
        "object",
        "the shape of CUSTOM list",
        object="an object keyed by id [field]",
        array="an array of rows [field]",
        keyed="an object keyed by id whose rows lack cu_id [guess]",
    )
    params: str = _option(
        "get",
        "which replies have cu_param1, …",
        get="only the reply to get [field]",
        list="the rows of the list too [field]",
    )
    ct_id: str = _option("no", "whether rows of the list have cu_ct_id [field]", **_YES_NO)
    te_id: str = _option("no", "whether rows of the list have cu_te_id [field]", **_YES_NO)
    ct_name: str = _option("yes", "whether rows of the list have ct_name [field]", **_YES_NO)
    ct_description: str = _option("no", "whether rows of the list have ct_description [field]", **_YES_NO)
    positional: str = _option(
        "no",
        "PHP's default fetch mode",
        yes='every value again under "0", "1", … [field]',
        no="every value once",
    )
    ids: str = _option("string", "how ids are rendered", string='"286" [field]', number="286 [guess]")
    unset: str = _option("empty", "the value of an unset parameter", empty='"" [field]', null="null [field]")
    columns: str = _option("20", "the number of parameters", **{"20": "[doc]", "10": "older versions [field]"})
    get: str = _option(
        "object",
        "the shape of CUSTOM get",
        object="the row [field]",
        array="an array with the row [guess]",
        keyed="an object with the row under its id [guess]",
    )
    missing: str = _option(
        "blank",
        "CUSTOM get of an unknown id",
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
        sql="the SQL statement as text [guess]",
        none="an empty body [guess]",
    )
    update: str = _option(
        "sql",
        "the reply to CUSTOM update",
        sql="the SQL statement as text [field, on DID]",
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
        "how JSON renders letters beyond ASCII",
        escaped="\\u00e6, as PHP's json_encode does by default [guess]",
        plain="as UTF-8 [guess]",
    )
    content: str = _option(
        "html",
        "the content type if the request has no format",
        html="text/html in UTF-8, whatever the body is [field]",
        json="application/json, whatever the body is [guess]",
        bare="text/html without a charset [guess]",
    )

    shared: str = _option(
        "hidden",
        "shared destinations, which belong to no tenant [vendor]",
        hidden="neither listed nor fetched",
        zero="in the list of every tenant, with cu_te_id 0 [guess]",
        empty="in the list of every tenant, with an empty cu_te_id [guess]",
        other="in the list of every tenant, with a cu_te_id of no tenant [guess]",
    )
    tenant_case: str = _option(
        "counts",
        "whether the case of a tenant code counts",
        counts="DEMO and demo are two tenants [guess]",
        ignored="DEMO and demo are one tenant [guess]",
    )
    types_object: str = _option(
        "customtypes",
        "the name of the object that lists the types",
        customtypes="customtypes [doc]",
        customtype="customtype [vendor]",
        both="both [guess]",
    )
    marks: str = _option(
        "no",
        "translation marks in ct_description",
        no="Forward call to [doc]",
        yes="<t>Forward call to</t> [field]",
    )
    delete: str = _option(
        "no",
        "whether CUSTOM delete exists",
        no="it is an unknown operation [doc]",
        yes="it deletes the destination and replies like an update [vendor]",
    )

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            value = getattr(self, name)
            if value not in option.choices:
                raise DialectError(f"dialect: {name}={value} is not one of {', '.join(option.choices)}")

    @classmethod
    def parse(cls, text: str) -> Dialect:
        """Read `list=array,params=list`, the name of a preset, or a preset followed by options that change it."""
        dialect = cls()
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, equals, value = part.partition("=")
            if not equals:
                if name not in PRESETS:
                    raise DialectError(f"dialect: unknown preset {name!r}; the presets are {', '.join(PRESETS)}")
                dialect = PRESETS[name]
            elif name not in OPTIONS:
                raise DialectError(f"dialect: unknown option {name!r}; the options are {', '.join(OPTIONS)}")
            else:
                dialect = replace(dialect, **{name: value})
        return dialect

    @property
    def params_in_list(self) -> bool:
        """Whether the list has the parameters, which saves the client a get per row."""
        return self.params == "list"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a dialect: its subject, its default, and each choice with its explanation."""

    about: str
    default: str
    choices: dict[str, str]


OPTIONS: Final[dict[str, Option]] = {
    option.name: Option(option.metadata["about"], str(option.default), option.metadata["choices"])
    for option in fields(Dialect)
}

_FULL: Final = Dialect(list="array", params="list", ct_id="yes", te_id="yes")

PRESETS: Final[dict[str, Dialect]] = {
    "default": Dialect(),
    "full": _FULL,
    "full-object": replace(_FULL, list="object"),
    "bare": Dialect(list="keyed", ct_name="no"),
    "typed": Dialect(ct_id="yes", te_id="yes", ct_description="yes"),
    "old": replace(_FULL, columns="10", unset="null", positional="yes"),
    "silent": Dialect(add="none", update="none", empty="blank"),
    "numbers": Dialect(ids="number", unset="null", missing="null", empty="null", update="json", content="json"),
    "nested": Dialect(get="keyed", types="array", missing="array", empty="object", add="row"),
    "sql": Dialect(get="array", add="sql", missing="false", unicode="plain", content="bare"),
}
