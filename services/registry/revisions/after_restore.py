"""After a restore of the registry's database, never reuse the numbers of published revisions.

The content of the lost revisions has to be imported again. A reader that knows the last of them would otherwise mistake the
next revision for one that it has read.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert

from services.registry.revisions.domain import Kind
from services.registry.revisions.repository import lock_publishing
from services.registry.revisions.tables import revisions
from shared.events.facts_revised import FactsRevised
from shared.messaging.envelope import Message, readable


def restore_version_numbers(connection: Connection, lost: Sequence[Message]) -> None:
    """Record a revision without rows under the highest number among `lost`, so that the next one is higher."""
    highest = max((event.revision for event in readable(lost, FactsRevised)), default=0)
    if highest > lock_publishing(connection):
        connection.execute(
            insert(revisions).values(
                revision=highest,
                kind=Kind.RECORDS.value,
                actor="registry-relay",
                recorded_at=func.now(),
                reason="revisions up to this one were published and then lost in a restore: import their content again",
                datasets=[],
                rows={},
            )
        )
