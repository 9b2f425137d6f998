"""The event `facts.revised` announces a revision of the registry; its changes are read from the registry itself."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import Connection

from services.eligibility.corrections import repository
from services.eligibility.rules.library import POLICIES
from shared.events.facts_revised import TYPE, FactsRevised
from shared.identifiers import is_uscc
from shared.messaging.consumer import RejectedMessageError
from shared.messaging.envelope import Message


def receive(connection: Connection, messages: Sequence[Message]) -> None:
    """Remember the highest revision that `messages` announce; raises RejectedMessageError for anything but `facts.revised`."""
    revision = max(read(message).revision for message in messages)
    for policy in POLICIES:
        repository.record_announced_revision(connection, policy, revision)


def read(message: Message) -> FactsRevised:
    """Return the event of `message`; raises RejectedMessageError with the reason, never with its values."""
    if message.type != TYPE:
        raise RejectedMessageError(f"the type is not {TYPE}")
    try:
        event = FactsRevised.model_validate_json(message.value or b"")
    except ValidationError as error:
        errors = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'data'}: {each['type']}"
            for each in error.errors(include_url=False, include_input=False, include_context=False)[:10]
        )
        raise RejectedMessageError(f"the data do not follow the schema: {errors}") from error
    if message.key != event.uscc.encode() or not is_uscc(event.uscc):
        raise RejectedMessageError("the key is not the unified social credit code of the data")
    if event.revision > 2**63 - 1:
        raise RejectedMessageError("the revision is out of range")
    return event
