"""What a project says, as one frozen value."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.characters import FORBIDDEN
from pbxsync.errors import ProjectError
from pbxsync.model.entry import Place, Problem
from pbxsync.project.secrets import LITERAL, BadSecret, NoSecret, Reference, SecretResolver, parse
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pbxsync.model.entry import Secret, Type

READ_VARIABLE: Final = "PBXSYNC_READ_KEY"
WRITE_VARIABLE: Final = "PBXSYNC_WRITE_KEY"
URL_VARIABLE: Final = "PBXSYNC_URL"


class TypeSettings(NamedTuple):
    """What a project says of a type: the labels of param1, param2, …, and which positions (1 to 20) are sensitive."""

    labels: tuple[str, ...] = ()
    sensitive: frozenset[int] = frozenset()


class KeyReference(NamedTuple):
    """Where a key is to be found, and where that is written."""

    reference: Reference
    place: Place


class KeyPair(NamedTuple):
    """The keys of one tenant, or the default ones; None means: not given."""

    read: KeyReference | None = None
    write: KeyReference | None = None


NO_KEYS: Final = KeyPair()
#: The one type of the user's document that it explains (doc: param1 number, param2 caller id, param3 ring time).
BUILT_IN: Final[Mapping[str, TypeSettings]] = {"FORWARD": TypeSettings(("number", "callerid", "timeout"))}
_ENVIRONMENT: Final = KeyPair(
    KeyReference(Reference(READ_VARIABLE), Place("environment")),
    KeyReference(Reference(WRITE_VARIABLE), Place("environment")),
)


class Project(NamedTuple):
    """A project file and the environment, checked; without a file, the defaults.

    `file` is the project file and `root` its folder (the working directory without one). `tenants` are the default
    paths, absolute. `timeout` is in seconds for one request, `retries` the tries of a read. `max_changes` limits one
    apply in all, `max_changes_per_tenant` in each tenant (None: no limit). `types` are rules by a type's name or number.
    """

    root: Path
    vault: SecretResolver
    file: Path | None = None
    configured_url: str | None = None
    tenants: tuple[Path, ...] = ()
    timeout: float = 30.0
    retries: int = 4
    max_changes: int | None = None
    max_changes_per_tenant: int | None = None
    clear_unlisted: bool = False
    types: Mapping[str, TypeSettings] = BUILT_IN
    default_keys: KeyPair = NO_KEYS
    tenant_keys: Mapping[str, KeyPair] = MappingProxyType({})

    @property
    def url(self) -> str:
        """Where the PBX answers: `https://…`, or `emulator:` and an absolute path. Raises ProjectError without one."""
        if self.configured_url is None:
            from pbxsync.document.bytes import display  # noqa: PLC0415 - only this mistake needs it

            place = Place(display(str(self.file))) if self.file else Place("environment")
            raise ProjectError([Problem(place, f"no url: write url: into pbxsync.yaml, or set {URL_VARIABLE}")])
        return self.configured_url

    def read_key(self, tenant: str) -> Secret:
        """Return the key to read `tenant` with, the write key where there is no other; raises ProjectError."""
        return self._key(tenant, "read", (*self._reading(tenant), *self._writing(tenant)))

    def write_key(self, tenant: str) -> Secret:
        """Return the key to write `tenant` with; raises ProjectError."""
        return self._key(tenant, "write", tuple(self._writing(tenant)))

    def has_key(self, tenant: str, *, write: bool = False) -> bool:
        """Whether there is a key for `tenant`, or would be but for its being no possible key."""
        candidates = self._writing(tenant) if write else (*self._reading(tenant), *self._writing(tenant))
        return any(self._leads_somewhere(candidate) for candidate in candidates)

    def key_name(self, tenant: str, *, write: bool = False) -> str | None:
        """Return the reference that leads to the key of a tenant, as it is written; None where none does."""
        candidates = self._writing(tenant) if write else (*self._reading(tenant), *self._writing(tenant))
        return next((str(each.reference) for each in candidates if self._leads_somewhere(each)), None)

    def secrets(self) -> tuple[Secret, ...]:
        """Return every key that there is now, to keep out of whatever is shown."""
        pairs = (*self.tenant_keys.values(), self.default_keys, _ENVIRONMENT)
        found: dict[Secret, None] = {}
        for candidate in (key for pair in pairs for key in (pair.read, pair.write) if key is not None):
            try:
                found[self.vault.resolve(candidate.reference)] = None
            except (NoSecret, BadSecret):
                continue
        return tuple(found)

    def labels(self, kind: Type | str) -> tuple[str, ...]:
        """Return the labels of param1, param2, … of a type, given as such or by its name or number."""
        return next((rules.labels for rules in self._rules(kind)), ())

    def sensitive(self, kind: Type | str | None) -> frozenset[int]:
        """Return the positions (1 to 20) of a type's sensitive params.

        Where the PBX does not tell which type it is (None), or what a number is called that the project does not know, it
        may be any of those that the project knows: then what is sensitive of any of them is.
        """
        if kind is not None and (isinstance(kind, str) or kind.name is not None or kind.id in self.types):
            return frozenset().union(*(rules.sensitive for rules in self._rules(kind)))
        named = (rules for name, rules in self.types.items() if kind is None or not name.isdigit())
        return frozenset().union(*(rules.sensitive for rules in named))

    def secret_value(self, text: str, place: Place) -> Secret:
        """Return the value of a sensitive param that a file gives as `${VAR}` or `${file:PATH}`; raises ProjectError."""
        reference = parse(text)
        if reference is None:
            raise ProjectError([Problem(place, LITERAL)])
        try:
            secret = self.vault.resolve(reference)
        except NoSecret as error:
            raise ProjectError([Problem(place, f"no value for this sensitive param: {error}")]) from None
        except BadSecret as error:
            raise ProjectError([Problem(place, str(error))]) from None
        if FORBIDDEN.search(secret.reveal()):
            said = f"what {reference} leads to is no param: there are control characters in it"
            raise ProjectError([Problem(place, said)])
        return secret

    def _rules(self, kind: Type | str) -> Iterator[TypeSettings]:
        names = (kind,) if isinstance(kind, str) else (kind.name, kind.id)
        return (self.types[name] for name in names if name is not None and name in self.types)

    def _reading(self, tenant: str) -> Iterator[KeyReference]:
        pairs = (self.tenant_keys.get(tenant, NO_KEYS), self.default_keys, _ENVIRONMENT)
        return (pair.read for pair in pairs if pair.read is not None)

    def _writing(self, tenant: str) -> Iterator[KeyReference]:
        pairs = (self.tenant_keys.get(tenant, NO_KEYS), self.default_keys, _ENVIRONMENT)
        return (pair.write for pair in pairs if pair.write is not None)

    def _key(self, tenant: str, what: str, candidates: tuple[KeyReference, ...]) -> Secret:
        """Return the first of `candidates` that leads to a key: an unset variable is no key."""
        advice = ""
        for candidate in candidates:
            try:
                return _sound(self.vault.resolve(candidate.reference), candidate.reference)
            except NoSecret as error:
                whose = f" tenant {quote(tenant)}" if tenant else ""
                advice = advice or f"no key to {what}{whose}: {error}"
            except BadSecret as error:
                raise ProjectError([Problem(candidate.place, str(error))]) from None
        raise ProjectError([Problem(candidates[0].place, advice)])

    def _leads_somewhere(self, candidate: KeyReference) -> bool:
        try:
            self.vault.resolve(candidate.reference)
        except NoSecret:
            return False
        except BadSecret:
            return True
        return True


def _sound(key: Secret, reference: Reference) -> Secret:
    """Return `key`; raise BadSecret where it can be none (a line break in it would end a header, a blank a URL)."""
    value = key.reveal()
    if value.split() != [value] or FORBIDDEN.search(value):
        raise BadSecret(
            f"what {reference} leads to is no key: there are blanks, line breaks or control characters in it"
        )
    return key
