"""After a restore of eligibility's database to an earlier point: version numbers that were published are never given again.

Consumers keep the highest version of an award and ignore a lower or equal one. So each award remembers the highest version that
was published and lost, with its event. The next evaluation proposes the outcome that should be in force, even if
unchanged, and its approval gets the next number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from sqlalchemy import Connection

from services.eligibility.decisions import transitions
from shared.database.bulk import array, copy_frame
from shared.database.queries import load
from shared.events.award_decided import MAX_VERSIONS_AHEAD, AwardDecided
from shared.identifiers import award_id
from shared.messaging.envelope import Message, readable

queries = load(__package__)


def restore_version_numbers(connection: Connection, lost: Sequence[Message]) -> None:
    """Remember the highest version of each award among `lost`, the published events that this database does not have.

    A version that consumers refuse as implausible is none: the next number would be refused as well.
    """
    events = list(readable(lost, AwardDecided))
    ids = array({event.award_id for event in events})
    known = {row.award_id: row.version for row in connection.execute(queries.known_versions, {"ids": ids})}
    remember_versions(connection, [e for e in events if e.version <= known.get(e.award_id, 0) + MAX_VERSIONS_AHEAD])
    transitions.supersede_lost(connection, [message.event_key[1] for message in lost])


def remember_versions(connection: Connection, events: Iterable[AwardDecided]) -> None:
    """Remember the highest version of each award among `events`, which consumers have and this database does not."""
    highest: dict[str, AwardDecided] = {}
    for event in events:
        key = str(event.award_id)
        if key not in highest or event.version > highest[key].version:
            highest[key] = event
    rows = [
        (
            key,
            event.policy,
            event.award,
            *_identity(event),
            event.version,
            event.first_decided_on.isoformat(),
            event.model_dump_json(),
        )
        for key, event in highest.items()
    ]
    columns = ("award_id", "policy", "award", "subject", "identity_year", "version", "first_decided_on", "event")
    connection.execute(queries.create_lost_versions)
    copy_frame(connection, "lost_versions", pl.DataFrame(rows, schema=columns, orient="row"))
    connection.execute(queries.restore_award_versions)
    connection.execute(queries.keep_lost_events)


def _identity(event: AwardDecided) -> tuple[str, int | None]:
    """Return subject and identity year of an event's award; an invented award gets a subject of its own."""
    for year in (None, event.award_year):
        if event.award_id == award_id(event.policy, event.award, event.subject, year):
            return event.subject, year
    return f"{event.subject} ({event.award_id})", event.award_year
