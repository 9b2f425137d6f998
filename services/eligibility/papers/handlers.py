"""Use cases of papers: each is made once, kept, and read again as it is."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.eligibility.awards.handlers import awards_view
from services.eligibility.clients.payout import Payout
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions.domain import State, possible_acts
from services.eligibility.notices import repository as notices
from services.eligibility.papers import contents, lists, repository
from services.eligibility.papers.guide import guide
from services.eligibility.papers.kinds import ALLOCATION_PLAN, GUIDE, NOTICE, REFUSAL_LETTER
from services.eligibility.papers.letters import as_seen_by_payee, make_letters, papers_of, sourced
from services.eligibility.papers.tables import PAPERS
from services.eligibility.refusals import repository as refusals
from services.eligibility.refusals.handlers import require_letter as require_refusal_letter
from services.eligibility.rounds import repository as rounds
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.library import load_policy
from shared import spreadsheets
from shared.authorization import Actor
from shared.clock import calendar_date
from shared.database.engine import Database
from shared.errors import Conflict
from shared.papers.kinds import Filled
from shared.papers.store import Draft, Papers


def decision_letter(
    database: Database, registry: RegistryFacts, decision_id: UUID, actor: Actor, language: str
) -> Filled:
    """Return the letter of a decision; raises NotFound, or Conflict for one that was never in force."""
    with database.reading() as connection:
        row = decisions.get(connection, decision_id, actor)
    require_letter(row)
    make_letters(database, registry, [row], language, by=actor.subject)
    return _kept(database, papers_of(load_policy(row.policy), language), decision_id)


def require_letter(row: Row[Any]) -> None:
    """Raise Conflict for a decision that was never in force."""
    if row.version is None:
        raise Conflict(
            "Only a decision that was approved has a letter; this one is {state}.",
            extra={"state": row.state, "possible": possible_acts(State(row.state))},
            state=row.state,
        )


def refusal_letter(
    database: Database, registry: RegistryFacts, refusal_id: UUID, actor: Actor, language: str
) -> Filled:
    """Return the letter of a refusal, a draft while it is not issued; raises NotFound, or Conflict if it never was."""
    with database.reading() as connection:
        row = refusals.get(connection, refusal_id, actor)
        papers = Papers(PAPERS, REFUSAL_LETTER, language, load_policy(row.policy).offices.office)
        kept = papers.kept(connection, [refusal_id])
        if refusal_id in kept:
            return papers.filled(connection, kept[refusal_id])
        require_refusal_letter(row)
        content = _refusal(connection, registry, row, papers)
        if row.confirmed_at is None:
            return papers.unkept(connection, content)
    year = calendar_date(row.confirmed_at).year
    with database.transaction() as connection:
        papers.keep(connection, [Draft(refusal_id, content, year)], by=actor.subject)
    return _kept(database, papers, refusal_id)


def _refusal(connection: Connection, registry: RegistryFacts, row: Row[Any], papers: Papers) -> dict[str, Any]:
    explained = refusals.explanation(connection, row).as_dict(papers.language)
    shown = sourced(as_seen_by_payee(explained, row.payee_uscc), registry.provenance, row.facts_revision)
    return contents.refusal_letter(
        row,
        shown,
        load_policy(row.policy),
        papers.office,
        papers.language,
        issued_on=row.confirmed_at and calendar_date(row.confirmed_at),
        statements=refusals.statements(connection, row.id),
    )


def notice(database: Database, notice_id: UUID, actor: Actor, language: str) -> Filled:
    """Return a notice as a paper. It is kept when somebody first reads it whole; the part of a jurisdiction is not.

    Raises NotFound, or TooLarge.
    """
    with database.reading_at_one_instant() as connection:
        row = notices.get(connection, notice_id, actor)
        policy = load_policy(row.policy)
        papers = Papers(PAPERS, NOTICE, language, policy.offices.office)
        kept = papers.kept(connection, [notice_id]) if actor.jurisdiction is None else {}
        if notice_id in kept:
            return papers.filled(connection, kept[notice_id])
        entries = notices.entries(
            connection, notice_id, actor, language=language, after=None, limit=spreadsheets.MAX_ROWS + 1
        )
        content = lists.notice(row, spreadsheets.require_row_limit(entries), policy, papers.office, language)
        if actor.jurisdiction is not None:
            return papers.unkept(connection, content)
    with database.transaction() as connection:
        papers.keep(connection, [Draft(notice_id, content, row.opened_on.year)], by=actor.subject)
    return _kept(database, papers, notice_id)


def allocation_plan(
    database: Database, payout: Payout, round_id: UUID, actor: Actor, language: str, *, notice_days: int, today: date
) -> Filled:
    """Return the allocation plan of a round as its decisions are today. It is a draft, and not kept.

    Raises NotFound, or Unavailable while payout does not say who shares.
    """
    with database.reading_at_one_instant() as connection:
        row = rounds.get(connection, round_id)
        policy = load_policy(row.policy)
        papers = Papers(PAPERS, ALLOCATION_PLAN, language, policy.offices.office)
        totals = rounds.totals(connection, round_id, jurisdiction=actor.jurisdiction, notice_days=notice_days)
        allocated = repository.allocated(connection, round_id, actor.jurisdiction)
    arrangements = payout.arrangements_on({each.first_decided_on for each in allocated})
    content = lists.allocation_plan(row, totals, policy, papers.office, language, today=today)
    content |= lists.by_unit(allocated, arrangements, language)
    with database.reading() as connection:
        return papers.unkept(connection, content)


def application_guide(database: Database, policy: Policy, language: str, *, today: date) -> Filled:
    """Return the application guide of a policy as it is applied today; it is not kept."""
    papers = Papers(PAPERS, GUIDE, language, policy.offices.office)
    with database.reading_at_one_instant() as connection:
        content = guide(policy, awards_view(connection, policy, today, language), papers.office, language, today=today)
        return papers.unkept(connection, content)


def _kept(database: Database, papers: Papers, subject: UUID) -> Filled:
    with database.reading() as connection:
        return papers.filled(connection, papers.kept(connection, [subject])[subject])
