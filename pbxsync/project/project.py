"""The project as one frozen value, and the questions that the rest asks of it: which key, which labels, what is secret."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.characters import FORBIDDEN
from pbxsync.errors import ProjectError
from pbxsync.model.entry import Place, Problem
from pbxsync.project.keys import ENVIRONMENT_KEYS, NO_KEYS, KeyPair, KeyReference
from pbxsync.project.request_defaults import DEFAULT_RETRIES, DEFAULT_TIMEOUT
from pbxsync.project.secrets import LITERAL, BadSecret, NoSecret, SecretResolver, parse
from pbxsync.project.type_settings import BUILT_IN, TypeSettings
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pbxsync.model.entry import Secret, Type
    from pbxsync.project.checks import Check
    from pbxsync.project.tables import Table

URL_VARIABLE: Final = "PBXSYNC_URL"
#: What happens to params that a destination does not list.
UNLISTED_PARAMS: Final = ("keep", "clear")


class Project(NamedTuple):
    """A project file and the environment, checked; without a file, the defaults.

    `file` is the project file and `root` its folder (the working directory without one). If it `is_explicit`, --config
    named it, and tenant files may be anywhere. `overridden_url` is the url of the file if the environment names another
    one, which wins. `tenants` are the default paths, absolute; so are `profiles`, empty for the folder `profiles/` of the
    root, which may be missing. `tables` are CSV files that count like the default paths. `timeout` is in seconds for one
    request, `retries` the number of attempts of a read. `max_changes` limits one apply in total, `max_changes_per_tenant`
    in each tenant (None: no limit). `types` are by name or number. `checks` are rules for the desired state.
    """

    root: Path
    secret_resolver: SecretResolver
    file: Path | None = None
    is_explicit: bool = False
    configured_url: str | None = None
    overridden_url: str | None = None
    tenants: tuple[Path, ...] = ()
    profiles: tuple[Path, ...] = ()
    tables: tuple[Table, ...] = ()
    timeout: float = DEFAULT_TIMEOUT
    retries: int = DEFAULT_RETRIES
    max_changes: int | None = None
    max_changes_per_tenant: int | None = None
    clear_unlisted: bool = False
    types: Mapping[str, TypeSettings] = BUILT_IN
    default_keys: KeyPair = NO_KEYS
    tenant_keys: Mapping[str, KeyPair] = MappingProxyType({})
    checks: tuple[Check, ...] = ()

    @property
    def url(self) -> str:
        """The url of the PBX: `https://…`, or `emulator:` and an absolute path. Raises ProjectError without one."""
        if self.configured_url is None:
            from pbxsync.disk.read import display  # noqa: PLC0415 - only this mistake needs it

            place = Place(display(str(self.file))) if self.file else Place("environment")
            raise ProjectError([Problem(place, f"no url: add url: to pbxsync.yaml, or set {URL_VARIABLE}")])
        return self.configured_url

    def read_key(self, tenant: str) -> Secret:
        """Return the key that reads `tenant`: the write key if there is no other. Raises ProjectError."""
        return self._key(tenant, write=False)

    def write_key(self, tenant: str) -> Secret:
        """Return the key that writes `tenant`. Raises ProjectError."""
        return self._key(tenant, write=True)

    def has_key(self, tenant: str, *, write: bool = False) -> bool:
        """Whether there is a key for `tenant`, usable or not."""
        return self.key_name(tenant, write=write) is not None

    def key_name(self, tenant: str, *, write: bool = False) -> str | None:
        """Return the reference to the key of a tenant, as it is written; None if there is no key."""
        for candidate in self._key_references(tenant, write=write):
            try:
                self.secret_resolver.resolve(candidate.reference)
            except NoSecret:
                continue
            except BadSecret:
                pass  # there is a key, but it cannot be used
            return str(candidate.reference)
        return None

    def secrets(self) -> tuple[Secret, ...]:
        """Return all keys that are set, so that they can be kept out of all output."""
        pairs = (*self.tenant_keys.values(), self.default_keys, ENVIRONMENT_KEYS)
        keys: dict[Secret, None] = {}
        for candidate in (reference for pair in pairs for reference in pair if reference is not None):
            try:
                keys[self.secret_resolver.resolve(candidate.reference)] = None
            except (NoSecret, BadSecret):
                continue
        return tuple(keys)

    def labels(self, kind: Type | str) -> tuple[str, ...]:
        """Return the labels of param1, param2, … of a type, given as such or by its name or number."""
        return next((settings.labels for settings in self._settings(kind)), ())

    def sensitive(self, kind: Type | str | None) -> frozenset[int]:
        """Return the positions (1 to 20) of a type's sensitive params.

        If the type is unknown (None), or a number without a name that the project does not list, it may be any type of
        the project: then every position is sensitive that is sensitive in one of them.
        """
        if kind is not None and (isinstance(kind, str) or kind.name is not None or kind.id in self.types):
            return frozenset().union(*(settings.sensitive for settings in self._settings(kind)))
        named = (settings for name, settings in self.types.items() if kind is None or not name.isdigit())
        return frozenset().union(*(settings.sensitive for settings in named))

    def reference_problem(self, text: str) -> str | None:
        """Return why a file may not give a sensitive param as `text`; None for a reference that is allowed."""
        reference = parse(text)
        return LITERAL if reference is None else self.secret_resolver.refusal(reference)

    def secret_value(self, text: str, place: Place) -> Secret:
        """Return the value of a sensitive param, which a file gives as `${VAR}` or `${file:PATH}`. Raises ProjectError."""
        reference = parse(text)
        refusal = LITERAL if reference is None else self.secret_resolver.refusal(reference)
        if reference is None or refusal is not None:
            raise ProjectError([Problem(place, refusal or LITERAL)])
        try:
            secret = self.secret_resolver.resolve(reference)
        except NoSecret as error:
            raise ProjectError([Problem(place, f"this sensitive param has no value: {error}")]) from None
        except BadSecret as error:
            raise ProjectError([Problem(place, str(error))]) from None
        if FORBIDDEN.search(secret.reveal()):
            message = f"the value of {reference} contains control characters, which a param cannot hold: remove them"
            raise ProjectError([Problem(place, message)])
        return secret

    @property
    def names_in_files(self) -> dict[str, str]:
        """The names that the files use, by the name of the type on the PBX; only where the two differ."""
        return {settings.on_pbx: name for name, settings in self.types.items() if settings.on_pbx is not None}

    def _settings(self, kind: Type | str) -> Iterator[TypeSettings]:
        names = (kind,) if isinstance(kind, str) else (kind.name, kind.id)
        in_files = (self.names_in_files.get(name, name) for name in names if name is not None)
        return (self.types[name] for name in in_files if name in self.types)

    def _key_references(self, tenant: str, *, write: bool) -> list[KeyReference]:
        """Return where the key of a tenant may be, in order of precedence."""
        pairs = (self.tenant_keys.get(tenant, NO_KEYS), self.default_keys, ENVIRONMENT_KEYS)
        reading = [] if write else [pair.read for pair in pairs]
        return [reference for reference in (*reading, *(pair.write for pair in pairs)) if reference is not None]

    def _key(self, tenant: str, *, write: bool) -> Secret:
        """Return the key from the first reference that has a value: an unset variable is not a key."""
        advice = ""
        references = self._key_references(tenant, write=write)
        for reference, place in references:
            try:
                key = self.secret_resolver.resolve(reference)
            except NoSecret as error:
                owner = f" tenant {quote(tenant)}" if tenant else ""
                advice = advice or f"no key to {'write' if write else 'read'}{owner}: {error}"
                continue
            except BadSecret as error:
                raise ProjectError([Problem(place, str(error))]) from None
            value = key.reveal()
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                message = f"the value of {reference} is not a key: it has quotes around it, so remove them"
                raise ProjectError([Problem(place, message)])
            if value.split() != [value] or FORBIDDEN.search(value):  # a line break would end a header
                message = (
                    f"the value of {reference} is not a key: it contains blanks, line breaks or control characters"
                )
                raise ProjectError([Problem(place, message)])
            return key
        raise ProjectError([Problem(references[0].place, advice)])
