"""Reading notices. What the public sees is named here, member by member; everything else is left out."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select, text

from services.eligibility.decisions import repository as decisions_of
from services.eligibility.decisions.tables import decisions
from services.eligibility.interpretations.handlers import policy_book
from services.eligibility.notices.domain import NoticeState, closable_on, shown_name, shown_uscc
from services.eligibility.notices.tables import notices
from shared.authorization import Actor
from shared.errors import NotFound

# A caller tied to a jurisdiction sees the notices with decisions of it, and counts and lists those alone.
_NOTICES = """
SELECT n.*, d.total, o.open, o.rejected, o.upheld
FROM notices n
CROSS JOIN LATERAL (SELECT count(*) AS total FROM decisions d WHERE d.notice_id = n.id
                    AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)) d
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE o.outcome IS NULL) AS open,
                           count(*) FILTER (WHERE o.outcome = 'rejected') AS rejected,
                           count(*) FILTER (WHERE o.outcome = 'upheld') AS upheld
                    FROM objections o JOIN decisions d ON d.id = o.decision_id WHERE o.notice_id = n.id
                    AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)) o
WHERE d.total > 0 AND (CAST(:id AS uuid) IS NULL OR n.id = :id) AND (CAST(:after AS uuid) IS NULL OR n.id > :after)
  AND (CAST(:closed AS boolean) IS NULL OR (n.closed_on IS NOT NULL) = :closed)
ORDER BY n.id LIMIT :limit
"""

# The legal form is that of the facts that decided. Where they no longer name the payee, it is unknown, and the payee masked.
_ENTRIES = """
SELECT d.id, d.policy, d.award, d.article, d.award_year, d.jurisdiction, d.result, d.kind, d.entitlement_fen, d.state,
       d.payee_name, d.payee_uscc,
       jsonb_path_query_first(x.content::jsonb, '$.enterprises[*] ? (@.uscc == $payee).legal_form',
                              jsonb_build_object('payee', d.payee_uscc)) #>> '{}' AS legal_form
FROM decisions d JOIN documents x ON x.hash = d.inputs_hash
WHERE d.notice_id = :id AND (CAST(:after AS uuid) IS NULL OR d.id > :after)
  AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)
ORDER BY d.id LIMIT :limit
"""


def get(connection: Connection, notice_id: UUID, actor: Actor, *, lock: bool = False) -> Row[Any]:
    """Return a notice with its counts, locked if asked; raises Problem (404) if there is none that `actor` may see."""
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
    after: UUID | None = None,
) -> list[Row[Any]]:
    """Return notices with their counts, oldest first, behind `after`."""
    values = {
        "jurisdiction": actor.jurisdiction,
        "id": notice_id,
        "after": after,
        "closed": state is NoticeState.CLOSED if state else None,
        "limit": limit,
    }
    return list(connection.execute(text(_NOTICES), values))


def entries(
    connection: Connection, notice_id: UUID, actor: Actor, *, language: str, after: UUID | None, limit: int | None
) -> list[dict[str, Any]]:
    """Return what a notice shows, decision by decision, behind `after`."""
    values = {"id": notice_id, "jurisdiction": actor.jurisdiction, "after": after, "limit": limit}
    return [entry_view(row, language) for row in connection.execute(text(_ENTRIES), values)]


def holds(connection: Connection, notice_id: UUID, decision_id: UUID, actor: Actor) -> bool:
    """Tell whether a decision that `actor` may see stands in a notice."""
    query = select(func.count()).select_from(decisions)
    here = query.where(decisions.c.id == decision_id, decisions.c.notice_id == notice_id)
    return bool(connection.execute(decisions_of.visible(here, actor)).scalar_one())


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a notice as the public sees it; who opened and closed it is in the decisions' acts."""

    def day(value: date | None) -> str | None:
        return value.isoformat() if value else None

    return {
        "id": str(row.id),
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


def entry_view(row: Row[Any], language: str) -> dict[str, Any]:
    """Return a decision as the public sees it in a notice; `language` is that of the award's title."""
    return {
        "decision_id": str(row.id),
        "award": row.award,
        "title": policy_book(row.policy).award_titles[row.award].within(language),
        "article": row.article,
        "award_year": row.award_year,
        "payee": {
            "name": shown_name(row.payee_name, row.legal_form),
            "uscc": shown_uscc(row.payee_uscc, row.legal_form),
        },
        "jurisdiction": row.jurisdiction,
        "result": row.result,
        "kind": row.kind,
        "entitlement_fen": row.entitlement_fen,
        "state": row.state,
    }
