"""Generated worlds: tenant files, the replies of a PBX that already matches them, and the URLs of a plan.

A world is generated once in the cache folder and reused by later runs. The same size always gives the same bytes.
"""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE: Final = Path(__file__).parent / ".cache"
#: Part of the cache folder's name. Raise it if the generated files change.
VERSION: Final = 2
PATH: Final = "/pbx/proxyapi.php"
KEY: Final = "bench-key-0123456789abcdef"
#: Every 20th destination (5 %) differs in the second set of files, which `apply` is measured with.
CHANGED_EVERY: Final = 20
#: The ids of tenant 7 begin with 7000, so each row tells its tenant.
_IDS_PER_TENANT: Final = 1000
_TYPES: Final = {"1": "FORWARD", "2": "CALLBACK", "3": "RANDOM"}
_WORDS: Final = ("Front desk", "Night duty", "Boss phone", "Queue overflow", "Workshop", "Rønne office", "Fax", "Sales")


@dataclass(frozen=True)
class Row:
    """One destination, the same in files and replies. `changed` is its number in the second set of files."""

    id: str
    name: str
    params: tuple[str, str, str]
    changed: str

    def reply(self, number: str) -> dict[str, str]:
        """Return the reply to a `get` of the row."""
        params = dict.fromkeys((f"cu_param{position}" for position in range(1, 21)), "")
        params.update(cu_param1=number, cu_param2=self.params[1], cu_param3=self.params[2])
        return {
            "cu_id": self.id,
            "cu_te_id": str(int(self.id) // _IDS_PER_TENANT),
            "cu_name": self.name,
            "cu_ct_id": "1",
            "ct_name": "FORWARD",
            **params,
        }


@dataclass(frozen=True)
class World:
    """`tenants` with `per_tenant` destinations each. `params_in_list` selects the dialect of the list.

    If the tenants are `alike`, so that they differ only in the numbers, a second set of files uses a profile.
    """

    tenants: int
    per_tenant: int
    params_in_list: bool = False
    alike: bool = False

    @property
    def name(self) -> str:
        """The name in reports."""
        kind = " with params in the list" if self.params_in_list else ""
        return f"{self.tenants:,} x {self.per_tenant}{kind}{' of tenants that are alike' if self.alike else ''}"

    @property
    def destinations(self) -> int:
        """The total number of destinations."""
        return self.tenants * self.per_tenant

    @property
    def requests(self) -> int:
        """The number of requests of a plan: the types, a list per tenant, and without params in it a get per row."""
        return 1 + self.tenants + (0 if self.params_in_list else self.destinations)

    @cached_property
    def folder(self) -> Path:
        """Its folder, generated at first use: `tenants/`, `changed/`, `replies/`, `after/`, `urls` and `zones/`.

        If the tenants are alike, also `used/` and `profiles/`.
        """
        kind = ("full" if self.params_in_list else "plain") + ("-alike" if self.alike else "")
        folder = CACHE / f"world-{VERSION}-{self.tenants}x{self.per_tenant}-{kind}"
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _make(self, folder)
            (folder / "complete").touch()
        return folder

    def codes(self) -> Iterator[tuple[int, str]]:
        """Yield the numbers and codes of the tenants."""
        return ((number, f"T{number:04}") for number in range(1, self.tenants + 1))

    def rows(self, tenant: int) -> list[Row]:
        """Return the destinations of a tenant, always the same ones."""
        chance = random.Random(tenant)  # noqa: S311 - reproducible, not secret
        ids = range(tenant * _IDS_PER_TENANT, tenant * _IDS_PER_TENANT + self.per_tenant)
        return [_row(chance, identity, number, alike=self.alike) for number, identity in enumerate(ids)]


def _row(chance: random.Random, identity: int, number: int, *, alike: bool) -> Row:
    phone, other = (f"+45{chance.randrange(10**7, 10**8)}" for _ in range(2))
    if alike:
        return Row(str(identity), f"{_WORDS[number % len(_WORDS)]} {number}", (phone, "INCOMINGDID", "25"), other)
    params = (phone, chance.choice(("INCOMINGDID", "ORIGINAL")), str(chance.randrange(5, 90)))
    return Row(str(identity), f"{chance.choice(_WORDS)} {number}", params, other)


def _make(world: World, folder: Path) -> None:
    for name in ("tenants", "changed", "zones", "replies/CUSTOM/list", "replies/CUSTOM/get", "after/CUSTOM/get"):
        (folder / name).mkdir(parents=True)
    types = {number: {"ct_id": number, "ct_name": name, "ct_description": name} for number, name in _TYPES.items()}
    (folder / "replies" / "types.json").write_text(json.dumps(types))
    if world.alike:
        (folder / "profiles").mkdir()
        (folder / "profiles" / "office.yaml").write_text(profile_file(world.rows(1)))
        (folder / "used").mkdir()
    for number, code in world.codes():
        rows = world.rows(number)
        if world.alike:
            (folder / "used" / f"{code}.yaml").write_text(use_file(code, rows))
        (folder / "tenants" / f"{code}.yaml").write_text(tenant_file(code, rows, changed=False))
        (folder / "changed" / f"{code}.yaml").write_text(tenant_file(code, rows, changed=True))
        (folder / "replies" / "CUSTOM" / "list" / f"{code}.json").write_text(json.dumps(_listing(world, rows)))
        (folder / "zones" / f"{code.lower()}.test.yaml").write_text(zone_file(rows))
        if not world.params_in_list:
            _write_gets(folder, rows)
    (folder / "urls").write_text("\n".join(targets(world)) + "\n")


def _listing(world: World, rows: list[Row]) -> object:
    if world.params_in_list:
        return [row.reply(row.params[0]) for row in rows]
    return {row.id: {"cu_id": row.id, "cu_name": row.name, "ct_name": "FORWARD"} for row in rows}


def _write_gets(folder: Path, rows: list[Row]) -> None:
    for row in rows:
        (folder / "replies" / "CUSTOM" / "get" / f"{row.id}.json").write_text(json.dumps(row.reply(row.params[0])))
        (folder / "after" / "CUSTOM" / "get" / f"{row.id}.json").write_text(json.dumps(row.reply(row.changed)))


def tenant_file(code: str, rows: list[Row], *, changed: bool) -> str:
    """Return a tenant file. Every third destination has its params by label."""
    lines = [f"tenant: {code}", "destinations:"]
    for place, row in enumerate(rows):
        number = row.changed if changed and place % CHANGED_EVERY == 0 else row.params[0]
        lines += [f"  - name: {row.name}", "    type: FORWARD"]
        if place % 3:
            lines += [f"    params: [{number}, {row.params[1]}, {row.params[2]}]"]
        else:
            lines += ["    params:", f"      number: {number}", f"      callerid: {row.params[1]}"]
            lines += [f"      timeout: {row.params[2]}"]
    return "\n".join(lines) + "\n"


def profile_file(rows: list[Row]) -> str:
    """Return a profile with the destinations of one of the tenants that are alike. Every third has its params by label."""
    lines = ["profile: office", "inputs:", *(f"  number{place}: {{}}" for place in range(len(rows)))]
    lines.append("destinations:")
    for place, row in enumerate(rows):
        hole = f"{{input: number{place}}}"
        lines += [f"  - name: {row.name}", "    type: FORWARD"]
        if place % 3:
            lines.append(f"    params: [{hole}, {row.params[1]}, {row.params[2]}]")
        else:
            lines.append(f"    params: {{number: {hole}, callerid: {row.params[1]}, timeout: {row.params[2]}}}")
    return "\n".join(lines) + "\n"


def use_file(code: str, rows: list[Row]) -> str:
    """Return a tenant file that uses the profile, and says the same as `tenant_file`."""
    lines = [f"tenant: {code}", "profiles:", "  - profile: office", "    with:"]
    lines += [f"      number{place}: {row.params[0]}" for place, row in enumerate(rows)]
    return "\n".join(lines) + "\n"


def zone_file(rows: list[Row]) -> str:
    """Return the destinations as an octoDNS zone: a TXT record each, with the params as values."""
    lines = ["---"]
    for row in rows:
        lines += [f"d{row.id}:", "  type: TXT", "  ttl: 300", "  values:", *(f"  - '{text}'" for text in row.params)]
    return "\n".join(lines) + "\n"


def targets(world: World) -> Iterator[str]:
    """Yield the path and query of every request of a plan, exactly as pbxsync sends it."""
    yield _target("CUSTOMTYPES", "T0001", "list")
    for number, code in world.codes():
        yield _target("CUSTOM", code, "list")
        if not world.params_in_list:
            yield from (_target("CUSTOM", code, "get", f"&objectid={row.id}") for row in world.rows(number))


def _target(table: str, code: str, action: str, more: str = "") -> str:
    return f"{PATH}?reqtype=MANAGEDB&object={table}&tenant={code}&action={action}{more}&cache=no&key={KEY}"
