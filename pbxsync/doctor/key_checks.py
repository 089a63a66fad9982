"""Whether the PBX accepts the write keys. They are tried with a read: no request of a doctor can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.doctor.check import Check, failed, passed, warned
from pbxsync.errors import Denied, WireError
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.entry import Secret
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.project import Project

#: Keys that are tried, except with --all.
_MOST: Final = 10


def write_keys(pbx: PbxReader, project: Project, tenants: Sequence[str], *, everything: bool) -> Iterator[Check]:
    """Read with each write key once, in the first of the tenants that has it. `pbx` reads with write keys.

    The tenants must have answered to their read key, so a refusal is about the write key.
    """
    first_tenant: dict[Secret, str] = {}
    for tenant in tenants:
        if project.has_key(tenant, write=True):
            first_tenant.setdefault(project.write_key(tenant), tenant)
    keys = list(first_tenant.items())
    for key, tenant in keys if everything else keys[:_MOST]:
        name = project.key_name(tenant, write=True) or ""
        try:
            pbx.destinations(tenant)
        except Denied as error:
            yield failed("write key", f"{name} is refused even for a read, so apply would fail: {error}")
        except WireError as error:
            yield warned("write key", f"{name} could not be tried: {error}")
        else:
            if project.read_key(tenant) == key:
                message = f"{name} is accepted, but plans read with this write key too: a read-only key is safer"
                yield warned("write key", message)
            else:
                yield passed("write key", f"{name} is accepted for reads; whether it may write is not tried")
    if len(keys) > _MOST and not everything:
        yield warned("write key", f"{plural(len(keys) - _MOST, 'more key')} not tried (--all tries every key)")
