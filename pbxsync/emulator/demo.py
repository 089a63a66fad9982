"""The demo world of a new emulator database: plain data with fixed ids, which files can pin.

DEMO has the objects of the API document's examples. HANSEN, NORDLYS and KLINIK are the live side of the example tenants.
The numbers are made up: do not call them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

TYPES: Final[tuple[tuple[int, str, str], ...]] = (
    (1, "FORWARD", "Forward call to"),
    (2, "WAITING", "Play a message and wait"),
    (3, "CALLBACK", "Call the caller back"),
    (4, "SPLIT", "Split the channel"),
    (5, "RANDOM CHOICE", "Random choice between destinations"),
    (6, "CALLER PRIVACY", "Hide or show the caller's number"),
    (7, "SPEECH", "Speech recognition"),
    (8, "AI AGENT", "Talk to an AI agent"),
    (9, "TEXT TO SPEECH", "Read a text aloud"),
    (10, "SET CALLER NAME", "Set the caller's name"),
)
"""ct_id, ct_name, ct_description."""

Destination = tuple[int, str, int, tuple[str, ...]]
"""cu_id, cu_name, cu_ct_id, and the parameters from cu_param1 on."""

TENANTS: Final[dict[str, tuple[Destination, ...]]] = {
    # The API document gets 67 and updates 286.
    "DEMO": (
        (67, "Old fax", 1, ("+4570990067", "ORIGINAL", "20")),
        (286, "Boss phone", 1, ("3564732920", "INCOMINGDID", "30")),
    ),
    # A small office with four destinations, set up by hand over the years.
    "HANSEN": (
        (401, "Boss phone", 1, ("+4520990401", "INCOMINGDID", "30")),
        (402, "Reception", 1, ("+4533990402", "ORIGINAL", "20")),
        (403, "Night duty", 1, ("+4520990403", "INCOMINGDID", "45")),
        (404, "Old fax", 1, ("+4533990404",)),
    ),
    # A company with day and night routing.
    "NORDLYS": (
        (511, "Omstilling dag", 1, ("+4570990511", "ORIGINAL", "20")),
        (512, "Omstilling nat", 1, ("+4520990512", "INCOMINGDID", "45")),
        (513, "Salg mobil", 1, ("+4520990513", "INCOMINGDID", "25")),
        (514, "Support vagt", 1, ("+4520990514", "+4570990500", "060")),
        (515, "Ring op igen", 3, ("+4570990500", "5", "2")),
        (516, "Lukket", 9, ("Nordlys har lukket. Vi åbner igen klokken otte.", "da")),
        (517, "Salg kontor", 1, ("+4570990517", "ORIGINAL", "20")),
        # Its targets are not in its params: a PBX keeps them in destination rows, which CUSTOM does not show [vendor].
        (518, "Fordeling salg", 5, ()),
    ),
    # Taken over from another supplier: two of the same name and one without a name.
    "KLINIK": (
        (731, "Vagt", 1, ("+4520990731", "INCOMINGDID", "30")),
        (732, "Vagt", 1, ("+4520990732", "INCOMINGDID", "30")),
        (733, "", 1, ("+4586990733", "ORIGINAL", "15")),
        (734, "Sekretær", 1, ("+4586990734", "ORIGINAL", "20")),
        (735, "Akut linje", 1, ("+4520990735", "+4586990700", "60")),
        (736, "Venteværelse", 2, ("velkommen", "120")),
    ),
}

SHARED: Final[tuple[Destination, ...]] = ((90, "Emergency line", 1, ("112", "ORIGINAL", "30")),)
"""Destinations of no tenant, which a dialect with `shared` other than hidden shows to all."""

CALL_ID: Final = "15a4cfe6429054"
"""The call whose recording the API document fetches."""

MEDIA: Final[dict[str, tuple[str, ...]]] = {"DEMO": ("3619",)}
"""The ids of media files, by tenant."""


class Mailbox(NamedTuple):
    """A voice mailbox and its messages."""

    number: str
    name: str
    messages: tuple[Message, ...]


class Message(NamedTuple):
    """A message in a mailbox. `time` is a Unix time, with which `msgid` begins."""

    msgid: str
    callerid: str
    time: int
    seconds: int
    folder: str


MAILBOXES: Final[dict[str, tuple[Mailbox, ...]]] = {
    "DEMO": (
        Mailbox("100", "Boss", ()),
        Mailbox(
            "102",
            "Reception",
            (
                Message("1475685709-00000004", '"Hansen, Ole" <+4533990101>', 1475685709, 2, "INBOX"),
                Message("1475772109-00000005", '"Bageriet" <+4586990202>', 1475772109, 2, "Old"),
            ),
        ),
    )
}
