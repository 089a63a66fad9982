"""Telephone numbers: whether two texts are one number, and (with the extra `phone`) what kind of number a text is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from types import ModuleType

#: What people write within a number and no PBX dials.
_BETWEEN: Final = re.compile(r"[ ()./-]+")
_NUMBER: Final = re.compile(r"[0-9+ ()./-]*[0-9][0-9+ ()./-]*")
EMERGENCY: Final = "emergency"
_UNKNOWN: Final = "unknown"
#: Libphonenumber cannot always tell these two apart.
_EITHER: Final = "fixed_line_or_mobile"
_ONE_OF_TWO: Final = frozenset({"fixed_line", "mobile"})


class NoPhoneLibrary(Exception):
    """The extra `phone` is not installed."""


class PhoneRule(NamedTuple):
    """What a number must be: one of `kinds` (empty: any), none of `forbidden`, and valid in its country if `valid`."""

    region: str
    kinds: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    valid: bool = False


def comparable(text: str) -> str:
    """Return a text that is equal for all ways to write one telephone number; any other text as it is.

    >>> comparable("0045 20-99-04-01")
    '+4520990401'
    """
    if not _NUMBER.fullmatch(text):
        return text
    digits = _BETWEEN.sub("", text)
    return f"+{digits[2:]}" if digits.startswith("00") and len(digits) > 2 else digits


def kinds() -> frozenset[str]:
    """Return the kinds of numbers that are known. Raises NoPhoneLibrary."""
    library = _library()
    names = {name.lower() for name in vars(library.PhoneNumberType) if name.isupper()}
    return frozenset({*names, EMERGENCY} - {_UNKNOWN})


def regions() -> frozenset[str]:
    """Return the regions (as ISO 3166 writes them, `DK`) whose numbering plans are known. Raises NoPhoneLibrary."""
    return frozenset(_library().SUPPORTED_REGIONS)


def fault(text: str, rule: PhoneRule) -> str | None:
    """Return what is wrong with a number, `is ...`, or None. Raises NoPhoneLibrary."""
    kind, valid = _kind(text, rule.region)
    may_be = _ONE_OF_TWO | {kind} if kind == _EITHER else {kind}
    if not may_be.isdisjoint(rule.forbidden):
        return f"is of a kind that is not allowed ({_words(kind)})"
    if (rule.valid or rule.kinds) and not valid:
        return f"is not a telephone number that exists, in {rule.region} or abroad"
    if rule.kinds and may_be.isdisjoint(rule.kinds):
        return f"is of a kind that is not allowed ({_words(kind)})"
    return None


def _words(kind: str) -> str:
    return kind.replace("_", " ")


def _kind(text: str, region: str) -> tuple[str, bool]:
    """Return the kind of a number ("unknown" if it is not one), and whether it is valid."""
    library = _library()
    if not _NUMBER.fullmatch(text):
        return _UNKNOWN, False
    number = comparable(text)
    if library.is_emergency_number(number, region):
        return EMERGENCY, True
    try:
        parsed = library.parse(number, region)
    except library.NumberParseException:
        return _UNKNOWN, False
    kind: str = library.PhoneNumberType.to_string(library.number_type(parsed)).lower()
    return kind, library.is_valid_number(parsed)


def _library() -> ModuleType:
    try:
        import phonenumbers  # noqa: PLC0415 - it is an extra, and takes as long to load as all of pbxsync
    except ImportError:
        raise NoPhoneLibrary from None
    return phonenumbers
