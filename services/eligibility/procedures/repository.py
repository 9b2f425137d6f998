"""Reads of procedures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from services.eligibility.decisions.tables import documents
from services.eligibility.procedures.domain import Procedure
from services.eligibility.procedures.tables import procedure_changes
from services.eligibility.rules.domain import Policy
from shared import two_persons

_selected = select(procedure_changes, documents.c.content).join(documents, documents.c.hash == procedure_changes.c.hash)


def official_procedure(connection: Connection, policy: Policy) -> Procedure | None:
    """Return the procedure that holds for proposals made now; None if none was ever confirmed."""
    confirmed = (
        _selected.where(procedure_changes.c.policy == policy.code, procedure_changes.c.confirmed_at.is_not(None))
        .order_by(procedure_changes.c.confirmed_at.desc(), procedure_changes.c.number.desc())
        .limit(1)
    )
    row = connection.execute(confirmed).one_or_none()
    return None if row is None else stored_procedure(row.content)


def stored_procedure(document: str) -> Procedure:
    """Return the procedure of a stored document."""
    return Procedure.of(orjson.loads(document))


def changes(connection: Connection, policy: Policy) -> Sequence[Row[Any]]:
    """Return every procedure ever proposed, oldest first."""
    query = _selected.where(procedure_changes.c.policy == policy.code).order_by(procedure_changes.c.number)
    return connection.execute(query).all()


def change_view(row: Row[Any], document: Any) -> dict[str, Any]:
    """Return a proposed procedure as the API shows it; `document` is its content."""
    return {**two_persons.view(row), "policy": row.policy, "hash": row.hash, "terms": {}, **document}
