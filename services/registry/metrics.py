"""Metrics of the registry that are read from its database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from services.registry.revisions.tables import revisions
from shared.observability import metrics
from shared.observability.metrics import Sample

_NEWEST = (
    select(revisions.c.revision, func.extract("epoch", revisions.c.recorded_at).label("recorded"))
    .order_by(revisions.c.revision.desc())
    .limit(1)
)


def read(connection: Connection) -> Sequence[Sample]:
    """Return the newest revision and when it was recorded; nothing if there is none."""
    row = connection.execute(_NEWEST).one_or_none()
    if row is None:
        return ()
    return metrics.FACTS_REVISION.at(row.revision), metrics.FACTS_AT.at(float(row.recorded))
