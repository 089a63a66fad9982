"""Ten plans of more than 700 changes, each with one mistake that a reviewer has to find.

Each is what happens: a change of the whole fleet, some small ones that are meant, and one that nobody meant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pbxsync.model.entry import Type
from pbxsync.model.plan import Add, Plan, TenantPlan, TextDiff, TypeDiff, Update

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.model.plan import Change, FieldDiff

TENANTS: Final = [f"KUNDE{number:02}" for number in range(1, 60)]
NAMES: Final = (
    *("Boss mobile", "Boss private phone", "Day", "Fax", "Front desk", "Hotline", "Kitchen"),
    *("Night", "Reception", "Sales", "Service", "Support", "Warehouse"),
)
#: The changes of the fleet that every plan has: 13 in each of 59 tenants.
FLEET: Final = len(TENANTS) * len(NAMES)

TIMEOUT: Final = TextDiff("param3", "30", "25", "timeout")
NUMBER: Final = TextDiff("param1", "+4520990401", "+4520990411", "number")
CALLER: Final = TextDiff("param5", "+4570100000", "+4570100001", "caller id")
LABEL: Final = TextDiff("param6", "Kundeservice Nord", "Kundeservice Syd", "label")
FALLBACK: Final = TextDiff("param2", "+4570100000", "+4570100001", "fallback")


@dataclass(frozen=True)
class Planted:
    """A plan with a mistake. Whoever sees all of `signs`, which are quoted values or names, has found it."""

    plan: Plan
    signs: tuple[str, ...]


def update(tenant: str, name: str, *diff: FieldDiff) -> Update:
    """Return a change of one of the `NAMES` of a tenant; its id and place follow from both."""
    number = 100 * (1 + TENANTS.index(tenant) if tenant in TENANTS else 99) + NAMES.index(name)
    place = f"tenants/{tenant.lower()}.yaml:{4 + 6 * NAMES.index(name)}"
    return Update(tenant, str(number), name, place, diff, live="sha256:ab", type="FORWARD")


def fleet(
    diff: Callable[[str], tuple[FieldDiff, ...]],
    *wrong: Change,
    small: bool = True,
    **warnings: tuple[str, ...],
) -> Plan:
    """Return a plan of one `diff` for all tenants, of two `small` groups, and of what is `wrong` in place of its like."""
    changes: dict[tuple[str, str | None, str], Change] = {}
    planned = [update(tenant, name, *diff(tenant)) for tenant in TENANTS for name in NAMES]
    for name in ("Fax", "Kitchen") if small else ():  # they are meant
        meant = TextDiff("param4", "no", f"yes: {name.lower()}", "record")
        planned += [update(tenant, name, *diff(tenant), meant) for tenant in TENANTS[30:36]]
    for change in (*planned, *wrong):
        changes[change.tenant, change.id, change.name if change.id is None else ""] = change
    codes = sorted({change.tenant for change in changes.values()})
    plans = [
        TenantPlan(
            code,
            tuple(change for change in changes.values() if change.tenant == code),
            unchanged=31,
            unmanaged_count=2,
            warnings=warnings.get(code, ()),
        )
        for code in codes
    ]
    return Plan("https://pbx.example/pbx/proxyapi.php", "2031-05-04T09:30:00Z", "1.2.3", tuple(plans))


def main_number(tenant: str) -> tuple[FieldDiff, ...]:
    """Return the change of each tenant to its own number."""
    return (replace(NUMBER, before="112", after=f"+45701000{TENANTS.index(tenant) + 1:02}"),)


def _swap() -> tuple[Change, Change]:
    day, night = (update("KUNDE42", name, TIMEOUT) for name in ("Day", "Night"))
    swapped = [
        replace(change, name=new, diff=(TextDiff("name", change.name, new), TIMEOUT))
        for change, new in ((day, "Night"), (night, "Day"))
    ]
    return swapped[0], swapped[1]


_TWIN: Final = Add(
    "KUNDE07",
    "Boss Mobile",
    "tenants/kunde07.yaml:82",
    (TextDiff("name", None, "Boss Mobile"), TypeDiff(None, Type("1", "FORWARD")), replace(NUMBER, before=None)),
    type="FORWARD",
)

PLANTED: Final = {
    "a-wrong-digit": Planted(
        fleet(lambda _: (NUMBER,), update("KUNDE23", "Support", replace(NUMBER, after="+4520990417"))),
        ("KUNDE23", "Support", '"+4520990417"'),
    ),
    "a-wrong-tenant": Planted(
        fleet(lambda _: (TIMEOUT,), update("MUSEUM", "Reception", TIMEOUT)),
        ("MUSEUM", "Reception"),
    ),
    "a-no-break-blank": Planted(
        fleet(lambda _: (LABEL,), update("KUNDE31", "Sales", replace(LABEL, after="Kundeservice\u00a0Syd"))),
        ("KUNDE31", "Sales", r'"Kundeservice\u00a0Syd"'),
    ),
    "swapped-labels": Planted(
        fleet(
            lambda _: (NUMBER, FALLBACK),
            update("KUNDE12", "Hotline", replace(NUMBER, after=FALLBACK.after), replace(FALLBACK, after=NUMBER.after)),
        ),
        ("KUNDE12", "Hotline", '"+4570100001"', '"+4520990411"'),
    ),
    "an-add-that-is-a-twin": Planted(
        fleet(
            lambda _: (TIMEOUT,),
            _TWIN,
            KUNDE07=('the names "Boss Mobile" and "Boss mobile" differ only in case',),
        ),
        ("KUNDE07", "Boss Mobile", "differ only in case"),
    ),
    "one-more-zero": Planted(
        fleet(lambda _: (TIMEOUT,), update("KUNDE55", "Night", replace(TIMEOUT, after="250"))),
        ("KUNDE55", "Night", '"250"'),
    ),
    "the-number-of-another-tenant": Planted(
        fleet(main_number, update("KUNDE17", "Front desk", *main_number("KUNDE18")), small=False),
        ("KUNDE17", "Front desk", '"+4570100018"'),
    ),
    "a-lost-caller-id": Planted(
        fleet(lambda _: (CALLER,), update("KUNDE02", "Service", replace(CALLER, after=""))),
        ("KUNDE02", "Service", '""'),
    ),
    "a-changed-type": Planted(
        fleet(
            lambda _: (TIMEOUT,),
            update("KUNDE39", "Warehouse", TypeDiff(Type("1", "FORWARD"), Type("7", "AI AGENT")), TIMEOUT),
        ),
        ("KUNDE39", "Warehouse", '"AI AGENT"'),
    ),
    "a-rename-that-swaps-two-names": Planted(
        fleet(lambda _: (TIMEOUT,), *_swap()),
        ("KUNDE42", '"Day"', '"Night"'),
    ),
}
