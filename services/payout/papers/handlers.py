"""Use cases of payout's papers."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.payout.papers import contents
from services.payout.papers.domain import OpenOrder, Position, account
from services.payout.papers.kinds import RECOVERY_LETTER, STATEMENT
from services.payout.papers.tables import PAPERS
from shared.authorization import Actor
from shared.clock import calendar_date
from shared.database.engine import Database
from shared.database.queries import load
from shared.errors import NotFound
from shared.offices import office_of_policy
from shared.papers.kinds import Filled
from shared.papers.store import Draft, Papers

queries = load(__package__)


def recovery_letter(database: Database, recovery_id: UUID, actor: Actor, language: str) -> Filled:
    """Return the letter of a recovery: kept as it was first made once its act is issued, a draft until then; raises NotFound."""
    with database.reading() as connection:
        row = connection.execute(queries.recovery, {"id": recovery_id, **actor.restriction}).one_or_none()
        if row is None:
            raise NotFound("There is no such recovery; `GET /v1/recoveries` lists them.")
        papers = Papers(PAPERS, RECOVERY_LETTER, language, office_of_policy(row.policy))
        statements = connection.execute(queries.statements, {"act_id": row.act_id}).all()
        content = contents.recovery_letter(row, statements, papers.office, language)
        if row.issued_at is None:
            return papers.unkept(connection, content)
        kept = papers.kept(connection, [row.act_id])
        if row.act_id in kept:
            return papers.filled(connection, kept[row.act_id])
    with database.transaction() as connection:
        papers.keep(connection, [Draft(row.act_id, content, calendar_date(row.issued_at).year)], by=actor.subject)
        return papers.filled(connection, papers.kept(connection, [row.act_id])[row.act_id])


def statement(database: Database, uscc: str, actor: Actor, language: str, *, today: date) -> Filled:
    """Return the statement of a payee as it is today, of the awards that `actor` may see; raises NotFound if there is none."""
    with database.reading_at_one_instant() as connection:
        where = {"uscc": uscc, "jurisdiction": actor.jurisdiction}
        awards = connection.execute(queries.awards, where).all() if actor.uscc in (None, uscc) else []
        if not awards:
            raise NotFound("Nothing was awarded to this payee here.")
        positions: dict[UUID, list[Any]] = {}
        orders: dict[UUID, list[Any]] = {}
        for found, query in ((positions, queries.positions), (orders, queries.orders)):
            for row in connection.execute(query, where):
                found.setdefault(row.award_id, []).append(row)
        accounts = [
            (award, _account(award, own, placed), own, placed)
            for award in awards
            for own, placed in [(positions.get(award.award_id, []), orders.get(award.award_id, []))]
        ]
        office = office_of_policy(awards[0].policy)
        content = contents.statement(uscc, awards[-1].payee_name, accounts, office, language, today=today)
        return Papers(PAPERS, STATEMENT, language, office).unkept(connection, content)


def _account(award: Any, positions: list[Any], orders: list[Any]) -> Any:
    return account(
        award.assessed_fen,
        [Position(**{name: getattr(row, name) for name in Position.__slots__}) for row in positions],
        [OpenOrder(**{name: getattr(row, name) for name in OpenOrder.__slots__}) for row in orders],
    )
