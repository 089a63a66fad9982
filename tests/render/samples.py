"""One plan with a bit of everything, for the golden outputs."""

from __future__ import annotations

from pbxsync.model.entry import Type
from pbxsync.model.plan import Add, Change, Plan, SecretDiff, TenantPlan, TextDiff, TypeDiff, Unmanaged, Update
from pbxsync.model.report import Mismatch, Outcome, Report, Status, Traffic


def add(tenant: str, name: str, number: str = "+45 70 12 34 56", line: int = 7) -> Change:
    diff = (
        TextDiff("name", None, name),
        TypeDiff(None, Type("1", "FORWARD")),
        TextDiff("param1", None, number, "number"),
        TextDiff("param3", None, "045", "timeout"),
    )
    return Add(tenant, name, f"tenants/{tenant.lower()}.yaml:{line}", diff, type="FORWARD")


def rename(tenant: str, id_: str = "286") -> Change:
    diff = (
        TextDiff("name", "Boss phone", "Boss private phone"),
        TextDiff("param1", "3564732920", "0636287454", "number"),
    )
    source = f"tenants/{tenant.lower()}.yaml:12"
    return Update(tenant, id_, "Boss private phone", source, diff, live="sha256:ab", type="FORWARD")


def odd(tenant: str) -> Change:
    diff = (
        TypeDiff(Type("7", "AI AGENT"), Type("9", "AI AGENT")),
        TextDiff(
            "param1",
            "Answer every call and ask for the customer number",
            "Answer every call, in Danish, and ask for the customer number",
            "prompt",
        ),
        SecretDiff("param2", "hmac-sha256:00", "api_key"),
        TextDiff("param20", "", '\u202egnp.txt\x1b[31m \\ say "hi" & <b>|`x`'),
    )
    name, source = "::error::Robot\u200b", "tenants/odd.yaml:3"
    return Update(tenant, "301", name, source, diff, live="sha256:cd", type="AI AGENT")


def plan(*tenants: TenantPlan) -> Plan:
    return Plan("https://pbx.example/pbx/proxyapi.php", "2031-05-04T09:30:00Z", "1.2.3", tenants)


DEMO = TenantPlan(
    "DEMO",
    (rename("DEMO"), add("DEMO", "Night duty")),
    unchanged=3,
    unmanaged_count=2,
    unmanaged=(Unmanaged("67", "Old fax", "FORWARD"), Unmanaged("68", "", "")),
)
ODD = TenantPlan("ODD", (odd("ODD"),), unchanged=1, warnings=('the names "a" and "A" differ only in case',))
NEW = TenantPlan("NEW", tuple(add("NEW", f"Desk {n}", f"70{n}", n) for n in range(1, 6)), doubtful_empty=True)
IDLE = TenantPlan("IDLE", unchanged=12)
FAILED = tuple(TenantPlan(f"T{n:02}", error="the PBX did not answer within 30 s (time-out)") for n in range(1, 13))
TWINS = TenantPlan("TWINS", error='two live destinations are named "Fax": ids 4 and 5\npin one of them with `id:`')

DEMO_PLAN = plan(DEMO)
FULL = plan(DEMO, IDLE, NEW, ODD)
BROKEN = plan(DEMO, *FAILED, TWINS)

GOOD_REPORT = Report(
    (Outcome(rename("DEMO"), Status.DONE, "286"), Outcome(add("DEMO", "Night duty"), Status.FOUND_DONE, "302")),
    journal=".pbxsync/journal/20310504T093000Z-ab12.jsonl",
    traffic=Traffic(17, 1, 0, (("plan", 0.42), ("apply", 1.25)), 8),
)
BAD_REPORT = Report(
    (
        Outcome(rename("DEMO"), Status.DONE, "286"),
        Outcome(
            add("DEMO", "Night duty"),
            Status.FAILED,
            "302",
            "it was added as id 302, but what was stored is not what was sent",
            (
                Mismatch("param1", "number", "+45 70 12 34 56", "+45 70 12 34"),
                Mismatch("param2", "api_key", None, None, sensitive=True),
            ),
        ),
        Outcome(odd("ODD"), Status.UNKNOWN, "301", "no answer within 30 s, and none to the read-back either"),
        Outcome(add("NEW", "Desk 1"), Status.NOT_SENT, None, "stopped by ^C"),
    ),
    interrupted=True,
    journal=".pbxsync/journal/20310504T093000Z-ab12.jsonl",
)
