"""Accounts that payees confirm with their acceptance: the registry confirms their drafts, however often it is told.

The wish is stored with the confirmation, and a worker tells the registry. Whatever ends in between, the same drafts are
confirmed: those that were there when the payee confirmed, once.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.confirmations.tables import account_confirmations
from shared.database.engine import Database
from shared.database.queries import load

queries = load(__package__)


def keep(connection: Connection, decision_id: UUID, uscc: str, *, by: str) -> None:
    """Keep that `by` has confirmed the account of a payee, for the registry."""
    values = {"decision_id": decision_id, "uscc": uscc, "confirmed_by": by}
    connection.execute(insert(account_confirmations).values(values))


def outcome(connection: Connection, decision_id: UUID) -> str | None:
    """Return what became of the account confirmed with a decision: None if none was, `waiting` until the registry answers."""
    columns = account_confirmations.c
    query = select(func.coalesce(columns.outcome, "waiting")).where(columns.decision_id == decision_id)
    return connection.execute(query).scalar_one_or_none()


def tell_registry(database: Database, registry: RegistryFacts) -> bool:
    """Tell the registry of one confirmed account; returns whether there was one. Raises Unavailable; it is then told again."""
    with database.transaction() as connection:
        row = connection.execute(queries.next_unanswered).one_or_none()
        if row is None:
            return False
        found = registry.confirm_account(row.uscc, by=row.confirmed_by, at=row.confirmed_at)
        answered = update(account_confirmations).where(account_confirmations.c.decision_id == row.decision_id)
        connection.execute(answered.values(outcome=found, answered_at=func.now()))
    return True
