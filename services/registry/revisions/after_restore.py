"""After the registry's database was restored to an earlier point: numbers that were told are not given again.

What the lost revisions held has to be imported again. Whoever has read up to the last of them would else take the next change
for one that it knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, insert

from services.registry.revisions.domain import Kind
from services.registry.revisions.repository import lock_publishing
from services.registry.revisions.tables import revisions
from shared.events.facts_revised import FactsRevised
from shared.messaging.envelope import Message, readable


def recall(connection: Connection, lost: Sequence[Message]) -> None:
    """Record a revision without rows under the highest number among `lost`, so that the next one is higher."""
    highest = max((event.revision for event in readable(lost, FactsRevised)), default=0)
    if highest > lock_publishing(connection):
        connection.execute(
            insert(revisions).values(
                revision=highest,
                kind=Kind.RECORDS.value,
                actor="registry-relay",
                recorded_at=func.now(),
                reason="revisions up to this one were told and then lost in a restore: import again what they held",
                datasets=[],
                rows={},
            )
        )
