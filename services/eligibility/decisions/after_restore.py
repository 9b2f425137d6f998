"""After eligibility's database was restored to an earlier point: versions that were told are not numbered again.

Consumers keep the highest version of an award. A version approved anew under a number that they know, with another content,
would be ignored for ever. So each award remembers the highest version that was told, with its event. It counts as an award whose
version in force has been lost: the next evaluation proposes what should be in force, whatever that is, and its approval gets the
next number.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, text

from shared.database.bulk import copy_frame
from shared.events.award_decided import AwardDecided
from shared.identifiers import award_id
from shared.messaging.envelope import Message, readable

_STEPS = (
    """
    INSERT INTO awards (award_id, policy, award, subject, identity_year, version, first_decided_on)
    SELECT award_id, policy, award, subject, identity_year, version, first_decided_on FROM arriving ORDER BY award_id
    ON CONFLICT (award_id) DO UPDATE SET version = greatest(awards.version, excluded.version),
        first_decided_on = coalesce(awards.first_decided_on, excluded.first_decided_on)
    """,
    """
    INSERT INTO recalled_versions (award_id, version, event) SELECT award_id, version, event FROM arriving
    ON CONFLICT (award_id) DO UPDATE SET version = excluded.version, event = excluded.event
    WHERE excluded.version > recalled_versions.version
    """,
)

# A proposal that had been approved and is open again: approved once more it would be told under an event id that is known.
_END_PROPOSALS = """
WITH ended AS (
    UPDATE decisions SET state = 'superseded', revision = revision + 1, changed_at = now()
    WHERE id = ANY(CAST(:ids AS uuid[])) AND state IN ('proposed', 'in_notice', 'suspended') RETURNING id)
INSERT INTO decision_acts (decision_id, act, state, actor, reason)
SELECT id, 'supersede', 'superseded', 'eligibility-relay', 'its approval was told and then lost in a restore' FROM ended
"""


def recall(connection: Connection, lost: Sequence[Message]) -> None:
    """Remember the highest version of each award among `lost`, the events that this database has lost."""
    highest: dict[str, AwardDecided] = {}
    for event in readable(lost, AwardDecided):
        key = str(event.award_id)
        if key not in highest or event.version > highest[key].version:
            highest[key] = event
    connection.execute(
        text(
            "CREATE TEMP TABLE arriving (award_id uuid, policy text, award text, subject text, identity_year integer,"
            " version integer, first_decided_on date, event jsonb) ON COMMIT DROP"
        )
    )
    rows = [
        (
            key,
            event.policy,
            event.award,
            event.subject,
            None if event.award_id == award_id(event.policy, event.award, event.subject, None) else event.award_year,
            event.version,
            event.first_decided_on.isoformat(),
            event.model_dump_json(),
        )
        for key, event in highest.items()
    ]
    columns = ("award_id", "policy", "award", "subject", "identity_year", "version", "first_decided_on", "event")
    copy_frame(connection, "arriving", pl.DataFrame(rows, schema=columns, orient="row"))
    for statement in _STEPS:
        connection.execute(text(statement))
    connection.execute(text(_END_PROPOSALS), {"ids": [message.event_key[1] for message in lost]})
