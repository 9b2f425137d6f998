"""Reads of notices. What the public sees is listed here, member by member; everything else is left out.

Enterprises see them as the public does; whoever is restricted to a jurisdiction sees its part alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, select

from services.eligibility.decisions import repository as decisions_repository
from services.eligibility.decisions.tables import decisions
from services.eligibility.notices.domain import NoticeState, closable_on, shown_name, shown_uscc
from services.eligibility.notices.tables import notices
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.database.queries import load
from shared.errors import NotFound

queries = load(__package__)
_ENTRIES_AT_A_TIME = 1_000
"""Whose sealed inputs are in memory together."""


def get(connection: Connection, notice_id: UUID, actor: Actor, *, lock: bool = False) -> Row[Any]:
    """Return a notice with its counts, locked if asked; raises NotFound if there is none that `actor` may see."""
    if lock:
        connection.execute(select(notices.c.id).where(notices.c.id == notice_id).with_for_update())
    found = find(connection, actor, notice_id=notice_id, limit=1)
    if not found:
        raise NotFound("There is no such notice.")
    return found[0]


def find(
    connection: Connection,
    actor: Actor,
    *,
    limit: int | None,
    notice_id: UUID | None = None,
    state: NoticeState | None = None,
    round_id: UUID | None = None,
    after: UUID | None = None,
) -> list[Row[Any]]:
    """Return notices with their counts, oldest first, after the id `after`."""
    values = {
        "jurisdiction": actor.jurisdiction,
        "id": notice_id,
        "round_id": round_id,
        "after": after,
        "closed": state is NoticeState.CLOSED if state else None,
        "limit": limit,
    }
    return list(connection.execute(queries.find_notices, values))


def entries(
    connection: Connection, notice_id: UUID, actor: Actor, *, language: str, after: UUID | None, limit: int | None
) -> list[dict[str, Any]]:
    """Return what a notice shows, decision by decision, after the id `after`."""
    values = {"jurisdiction": actor.jurisdiction, "id": notice_id, "after": after, "limit": limit}
    return [
        entry_view(row, form, language)
        for rows in connection.execute(queries.find_entries, values).partitions(_ENTRIES_AT_A_TIME)
        for row, form in zip(rows, _legal_forms(connection, rows), strict=True)
    ]


def _legal_forms(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[str | None]:
    """Yield the legal form of each payee as the decision's sealed inputs have it, None where they do not name the payee."""
    documents = decisions_repository.sealed_documents(connection, rows)
    for row in rows:
        enterprises = orjson.loads(documents[row.inputs_hash]).get("enterprises", ())
        yield next((each["legal_form"] for each in enterprises if each["uscc"] == row.payee_uscc), None)


def policy_of(connection: Connection, notice_id: UUID) -> str:
    """Return the policy of a notice's decisions."""
    query = select(decisions.c.policy).where(decisions.c.notice_id == notice_id).order_by(decisions.c.id).limit(1)
    return str(connection.execute(query).scalar_one())


def payee_of(connection: Connection, notice_id: UUID, decision_id: UUID, actor: Actor) -> str | None:
    """Return the payee of a decision that `actor` sees in a notice, None if there is none."""
    query = select(decisions.c.payee_uscc).where(decisions.c.id == decision_id, decisions.c.notice_id == notice_id)
    if actor.jurisdiction is not None:
        query = query.where(decisions.c.jurisdiction == actor.jurisdiction)
    return connection.execute(query).scalar_one_or_none()


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a notice as the public sees it; who opened and closed it is in the decisions' acts."""

    def day(value: date | None) -> str | None:
        return value.isoformat() if value else None

    return {
        "id": str(row.id),
        "policy": row.policy,
        "document_number": row.document_number,
        "state": NoticeState.CLOSED if row.closed_on else NoticeState.OPEN,
        "working_days": row.working_days,
        "opened_on": day(row.opened_on),
        "last_day": day(row.last_day),
        "closable_on": day(closable_on(row.opened_on, row.last_day, row.working_days)),
        "calendar_assumed_from": day(row.calendar_assumed_from),
        "closed_on": day(row.closed_on),
        "total": row.total,
        "objections": {"open": row.open, "rejected": row.rejected, "upheld": row.upheld},
    }


def entry_view(row: Row[Any], legal_form: str | None, language: str) -> dict[str, Any]:
    """Return a decision as the public sees it in a notice; `language` is that of the award's title.

    Without the payee's `legal_form` the payee is masked.
    """
    return {
        "decision_id": str(row.id),
        "policy": row.policy,
        "award": row.award,
        "title": load_policy(row.policy).award_titles[row.award].within(language),
        "article": decisions_repository.cited_article(row.policy, row.award, language),
        "award_year": row.award_year,
        "payee": {
            "name": shown_name(row.payee_name, legal_form),
            "uscc": shown_uscc(row.payee_uscc, legal_form),
        },
        "jurisdiction": row.jurisdiction,
        "result": row.result,
        "kind": row.kind,
        "entitlement_fen": row.entitlement_fen,
        "state": row.state,
    }
