"""The event `facts.revised` announces a revision of the registry; its changes are read from the registry itself."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from services.eligibility.corrections import repository
from services.eligibility.rules.library import POLICIES
from shared.events.facts_revised import FactsRevised
from shared.identifiers import is_uscc
from shared.messaging.envelope import Message, RejectedMessageError


def receive(connection: Connection, messages: Sequence[Message]) -> None:
    """Remember the highest revision that `messages` announce; raises RejectedMessageError for anything but `facts.revised`."""
    revision = max(read(message).revision for message in messages)
    for policy in POLICIES:
        repository.record_announced_revision(connection, policy, revision)


def read(message: Message) -> FactsRevised:
    """Return the event of `message`; raises RejectedMessageError with the reason, never with its values."""
    event = message.read(FactsRevised)
    if message.key != event.uscc.encode() or not is_uscc(event.uscc):
        raise RejectedMessageError("the key is not the unified social credit code of the data")
    if event.revision > 2**63 - 1:
        raise RejectedMessageError("the revision is out of range")
    return event
