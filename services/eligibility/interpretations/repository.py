"""Reads of interpretations: the official ones, those of a stored document, and the changes of the official ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from services.eligibility.interpretations.tables import interpretation_changes
from services.eligibility.rules.domain import Interpretations, Policy
from shared import two_persons


def official_interpretations(connection: Connection, policy: Policy) -> Interpretations:
    """Return the interpretations that are official now: the defaults with every confirmed change."""
    interpretations = Interpretations.official_defaults(policy)
    confirmed = (
        select(interpretation_changes.c.interpretations)
        .where(interpretation_changes.c.policy == policy.code, interpretation_changes.c.confirmed_at.is_not(None))
        .order_by(interpretation_changes.c.confirmed_at, interpretation_changes.c.number)
    )
    for changes in connection.execute(confirmed).scalars():
        interpretations = interpretations.with_changes(changes)
    return interpretations


def stored_interpretations(policy: Policy, document: str) -> Interpretations:
    """Return the interpretations of a stored document."""
    return Interpretations.official_defaults(policy).with_stored(orjson.loads(document))


def changes(connection: Connection, policy: Policy) -> Sequence[Row[Any]]:
    """Return every change ever proposed, oldest first."""
    query = (
        select(interpretation_changes)
        .where(interpretation_changes.c.policy == policy.code)
        .order_by(interpretation_changes.c.number)
    )
    return connection.execute(query).all()


def change_view(row: Row[Any]) -> dict[str, Any]:
    """Return a change as the API shows it."""
    return {**two_persons.view(row), "policy": row.policy, "interpretations": row.interpretations}
