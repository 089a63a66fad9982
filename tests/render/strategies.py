"""Plans and reports of every shape, with hostile text wherever text can stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from pbxsync.model.entry import Secret, Type
from pbxsync.model.plan import (
    Action,
    Add,
    Change,
    FieldDiff,
    Plan,
    Scope,
    SecretDiff,
    Shards,
    Since,
    TenantPlan,
    TextDiff,
    TypeDiff,
    Unmanaged,
    Update,
)
from pbxsync.model.report import Mismatch, Outcome, Report, Status, Traffic

#: Stands for every sensitive value: it must never be seen again.
SECRET = "s3cr3t-v4lue"

HOSTILE = [
    "::error file=a,line=1::x",
    "  ::set-output name=a::b",
    "\t::stop-commands::x",
    "##[error]x",
    "##vso[task.complete]",
    "##VSO[x",
    "a\n::error::b",
    "a\r##[group]b",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202egpj.exe",
    "\u200b\u2066x\u2069",
    "\u2028::error::",
    "<!-- pbxsync-plan -->",
    "</details></summary><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "```\n# head\n```",
    "`` ` ```` ~~~~",
    "| a | b |",
    "@everyone @octocat #123 !45 GH-1 owner/repo#1 %milestone ~label $1",
    "https://evil.example/x www.evil.example mail@evil.example",
    "[x](javascript:alert(1)) ![i](https://evil.example/i.png) :tada:",
    "**b** __i__ ~~s~~ # h\n- x\n1. y\n> q",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "\\",
    '"',
    "",
    " ",
    "x" * 300,
]

#: Two lone surrogates in a row would be one character in JSON, so a text with lone ones is no plain round trip.
plain = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
hostile = st.sampled_from(HOSTILE) | plain | st.builds("".join, st.lists(st.sampled_from(HOSTILE), max_size=3))
words = st.text("ABCDEFGHJKLMNP0123456789-", min_size=1, max_size=8)
codes = words | hostile.filter(bool)
ids = st.integers(1, 10**9).map(str)
labels = st.none() | hostile.filter(bool)


@st.composite
def rows(draw: st.DrawFn, action: Action, field: str) -> FieldDiff:
    label = draw(labels)
    if field.startswith("param") and draw(st.integers(0, 4)) == 0:
        mark = draw(st.sampled_from(["hmac:1", "hmac:2"]))
        return SecretDiff(field, mark, label, Secret(SECRET))
    update = action is Action.UPDATE
    before = draw(hostile) if update else None
    if field == "type":
        old = None if before is None else Type(draw(ids), before)
        return TypeDiff(old, Type(draw(ids), draw(hostile)))
    return TextDiff(field, before, draw(hostile), label)


@st.composite
def changes(draw: st.DrawFn, tenant: str, number: int, action: Action | None = None) -> Change:
    action = action or draw(st.sampled_from(Action))
    params = draw(st.lists(st.sampled_from([f"param{n}" for n in (1, 2, 3, 20)]), unique=True, max_size=3))
    fields = ["name", "type", *params] if action is Action.ADD else params or ["name"]
    diff = [draw(rows(action, field)) for field in fields]
    name = next((row.after for row in diff if isinstance(row, TextDiff) and row.field == "name"), None)
    if action is Action.ADD:
        name = f"{name}{number}"
        diff = [TextDiff("name", None, name) if row.field == "name" else row for row in diff]
    name = draw(hostile) if name is None else name
    source = draw(hostile | st.just("tenants/a.yaml:3"))
    if action is Action.ADD:
        return Add(tenant, name, source, tuple(diff), draw(hostile))
    return Update(tenant, str(number), name, source, tuple(diff), "sha256:1", draw(hostile))


@st.composite
def tenant_plans(draw: st.DrawFn, tenant: str, first: int) -> TenantPlan:
    error = draw(st.none() | hostile)
    listed = draw(st.lists(st.builds(Unmanaged, id=ids, name=hostile, type=hostile), max_size=3))
    count = draw(st.integers(0, 5)) if not listed else len(listed)
    total = 0 if error is not None else draw(st.integers(0, 6))
    return TenantPlan(
        tenant=tenant,
        changes=tuple(draw(changes(tenant, first + number)) for number in range(total)),
        unchanged=draw(st.integers(0, 3)),
        unmanaged_count=count,
        unmanaged=tuple(listed),
        warnings=tuple(draw(st.lists(hostile, max_size=2))),
        error=error,
        doubtful_empty=draw(st.booleans()),
    )


sinces = st.builds(
    Since,
    ref=hostile,
    commit=st.just("1a2b3c4d5e6f7a8b"),
    not_read=st.integers(0, 3),
    left=st.lists(hostile, max_size=2).map(tuple),
)
shards = st.just(Shards((1, 2), 2)) | st.just(Shards((1,), 2))
scopes = st.builds(
    Scope, shard=st.none() | shards, tenants=st.lists(hostile, max_size=2).map(tuple), since=st.none() | sinces
)


@st.composite
def plans(draw: st.DrawFn, names: st.SearchStrategy[str] = codes) -> Plan:
    tenants = sorted(draw(st.lists(names, unique=True, max_size=3)))
    return Plan(
        url=draw(st.just("https://pbx.example/proxyapi.php") | hostile.filter(bool)),
        created_at="2031-05-04T09:30:00Z",
        pbxsync_version=draw(st.just("1.0") | hostile),
        tenants=tuple(draw(tenant_plans(name, 1 + number * 100)) for number, name in enumerate(tenants)),
        scope=draw(st.none() | scopes),
        overridden_url=draw(st.none() | hostile.filter(bool)),
    )


@st.composite
def outcomes(draw: st.DrawFn, number: int) -> Outcome:
    status = draw(st.sampled_from(Status))
    rows_of: dict[str, Any] = {"field": st.just("param1"), "label": labels}
    open_rows = st.builds(Mismatch, **rows_of, wanted=hostile, stored=st.none() | hostile)
    hidden = open_rows.map(lambda row: replace(row, wanted=None, stored=None, sensitive=True))
    return Outcome(
        change=draw(changes(draw(codes), number)),
        status=status,
        id=draw(st.none() | ids),
        message=draw(hostile),
        mismatches=tuple(draw(st.lists(open_rows | hidden, max_size=2))) if status is Status.FAILED else (),
    )


traffic = st.builds(
    Traffic,
    requests=st.integers(0, 9),
    repeated=st.integers(0, 9),
    refused=st.integers(0, 9),
    seconds=st.lists(st.tuples(hostile, st.floats(0, 99)), max_size=2).map(tuple),
    pace=st.integers(1, 8),
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    return Report(
        outcomes=tuple(draw(outcomes(number)) for number in range(1, draw(st.integers(0, 4)) + 1)),
        interrupted=draw(st.booleans()),
        journal=draw(st.none() | hostile),
        traffic=draw(st.none() | traffic),
    )
