"""Giving effect to `facts.revised`: the registry has reached a revision; what it changed is read from the registry itself."""

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
    """Remember the highest revision that `messages` tell of; raises RejectedMessageError for what is no `facts.revised`."""
    revision = max(read(message).revision for message in messages)
    for policy in POLICIES:
        repository.hear(connection, policy, revision)


def read(message: Message) -> FactsRevised:
    """Return the event that `message` carries; raises RejectedMessageError with the reason, never with its values."""
    if message.type != TYPE:
        raise RejectedMessageError(f"the type is not {TYPE}")
    try:
        event = FactsRevised.model_validate_json(message.value or b"")
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, mistake['loc'])) or 'data'}: {mistake['type']}"
            for mistake in error.errors(include_url=False, include_input=False, include_context=False)[:10]
        )
        raise RejectedMessageError(f"the data do not follow the schema: {mistakes}") from error
    if message.key != event.uscc.encode() or not is_uscc(event.uscc):
        raise RejectedMessageError("the key is not the unified social credit code of the data")
    if event.revision > 2**63 - 1:
        raise RejectedMessageError("the revision is no number that the registry gives")
    return event
