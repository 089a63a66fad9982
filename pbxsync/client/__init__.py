"""The API of a PBX for Python programs: every operation of the user's document, typed. See `docs/reference/client.md`."""

from pbxsync.client.client import Client
from pbxsync.client.mailboxes import Mailbox, Message
from pbxsync.client.reports import Cdr, QueueEvent
from pbxsync.model.entry import Secret, Type
from pbxsync.pbx.body import Body
from pbxsync.pbx.managedb import Listing
from pbxsync.pbx.shapes import Row

__all__ = ["Body", "Cdr", "Client", "Listing", "Mailbox", "Message", "QueueEvent", "Row", "Secret", "Type"]
