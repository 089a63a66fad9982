"""Tables with a fault: each wraps the store and forwards everything that it does not alter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.emulator.database import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.emulator.store import Row, Tables, Type

_FIRST_PADDING_ID: Final = 10_000_000


class ForwardingTables:
    """Tables that forward everything; the base of the others."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def types(self) -> list[Type]:
        """Every type."""
        return self._tables.types()

    def rows(self, tenant: str) -> list[Row]:
        """A tenant's destinations."""
        return self._tables.rows(tenant)

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination."""
        return self._tables.row(tenant, cu_id)

    def te_id(self, tenant: str) -> int:
        """The numeric id of a tenant."""
        return self._tables.te_id(tenant)

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """A new destination's id."""
        return self._tables.add(tenant, values)

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Whether there is one of that id."""
        return self._tables.change(cu_id, values)

    def remove(self, cu_id: int) -> bool:
        """Whether there is one of that id."""
        return self._tables.remove(cu_id)


class AlteringTables(ForwardingTables):
    """Tables that store altered values: `alter` maps a column's name and value to the stored value."""

    def __init__(self, tables: Tables, alter: Callable[[str, str], str]) -> None:
        super().__init__(tables)
        self._alter = alter

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """A new destination's id."""
        return super().add(tenant, {name: self._alter(name, value) for name, value in values.items()})

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Whether there is one of that id."""
        altered = {name: value and self._alter(name, value) for name, value in values.items()}
        return super().change(cu_id, altered)


class DiscardingTables(ForwardingTables):
    """Tables that report success and change nothing."""

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """A new destination's id."""
        del values
        return max((int(row["cu_id"] or 0) for row in self.rows(tenant)), default=0) + 1

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Whether there is one of that id."""
        del cu_id, values
        return True

    def remove(self, cu_id: int) -> bool:
        """Whether there is one of that id."""
        del cu_id
        return True


class RenderedTables(ForwardingTables):
    """Tables that show altered rows: `render` maps a stored row to the one that is read."""

    def __init__(self, tables: Tables, render: Callable[[Row], Row]) -> None:
        super().__init__(tables)
        self._render = render

    def rows(self, tenant: str) -> list[Row]:
        """A tenant's destinations."""
        return [self._render(row) for row in super().rows(tenant)]

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination."""
        row = super().row(tenant, cu_id)
        return row and self._render(row)


class SnapshotTables(ForwardingTables):
    """Tables that list these rows instead of the present ones."""

    def __init__(self, tables: Tables, rows: list[Row]) -> None:
        super().__init__(tables)
        self._rows = rows

    def rows(self, tenant: str) -> list[Row]:
        """A tenant's destinations."""
        del tenant
        return self._rows


class OtherTenantTables(ForwardingTables):
    """Tables that use the destinations of another tenant for every tenant."""

    def __init__(self, tables: Tables, tenant: str) -> None:
        super().__init__(tables)
        self._tenant = tenant

    def rows(self, tenant: str) -> list[Row]:
        """A tenant's destinations."""
        del tenant
        return super().rows(self._tenant)

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination."""
        del tenant
        return super().row(self._tenant, cu_id)

    def te_id(self, tenant: str) -> int:
        """The numeric id of a tenant."""
        del tenant
        return super().te_id(self._tenant)

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """A new destination's id."""
        del tenant
        return super().add(self._tenant, values)


class MisreportingTables(ForwardingTables):
    """Tables that report the id of a new destination as so much higher than it is."""

    def __init__(self, tables: Tables, excess: int) -> None:
        super().__init__(tables)
        self._excess = excess

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """A new destination's id."""
        return super().add(tenant, values) + self._excess


class PaddedTables(ForwardingTables):
    """Tables in which every tenant has the given number of additional rows."""

    def __init__(self, tables: Tables, count: int) -> None:
        super().__init__(tables)
        self._count = count

    def rows(self, tenant: str) -> list[Row]:
        """A tenant's destinations."""
        return [*super().rows(tenant), *map(_padding_row, range(self._count))]

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination."""
        place = cu_id - _FIRST_PADDING_ID
        return _padding_row(place) if 0 <= place < self._count else super().row(tenant, cu_id)


def _padding_row(place: int) -> Row:
    row: Row = dict.fromkeys((*COLUMNS, "ct_name", "ct_description"))
    row.update(cu_id=str(_FIRST_PADDING_ID + place), cu_te_id="1", cu_name=f"One of many {place}")
    row.update(cu_ct_id="1", ct_name="FORWARD", ct_description="Forward call to", cu_param1=str(place))
    return row
