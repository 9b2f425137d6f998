"""What the registry's metrics say of its database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from shared.observability import metrics
from shared.observability.metrics import Sample

_NEWEST = text(
    "SELECT revision, extract(epoch FROM recorded_at) AS recorded FROM revisions ORDER BY revision DESC LIMIT 1"
)


def read(connection: Connection) -> Sequence[Sample]:
    """Read the newest revision and when it was recorded; without one there is nothing to tell."""
    row = connection.execute(_NEWEST).one_or_none()
    if row is None:
        return ()
    return metrics.FACTS_REVISION.at(row.revision), metrics.FACTS_AT.at(float(row.recorded))
