"""Use cases of the budgets: two persons appropriate, carry over what is free, show a budget with its forecast."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.payout.budgets import repository
from services.payout.budgets.forecast import forecast
from services.payout.budgets.tables import appropriation_proposals as proposals
from services.payout.clients.eligibility import Decisions
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from shared import two_persons
from shared.errors import Conflict, FieldError, Invalid


def propose(connection: Connection, *, unit: str, year: int, amount_fen: int, document: str, by: str) -> dict[str, Any]:
    """Draft an appropriation, or with a negative amount a reduction, and return it: it counts once another person confirms it.

    Raises Conflict for a reduction to below what is reserved now.
    """
    if amount_fen == 0:
        raise Invalid(errors=[FieldError("/amount_fen", "zero", "The amount must not be 0.")])
    if amount_fen < -repository.lock_free(connection, unit, year):
        raise _below_reserved()
    return repository.propose_appropriation(
        connection, unit=unit, year=year, amount_fen=amount_fen, document=document, by=by
    )


def confirm(connection: Connection, proposal_id: UUID, *, by: str) -> dict[str, Any]:
    """Confirm what another person drafted: it is posted, and orders that wait for money continue.

    Raises NotFound, SamePerson, or Conflict if it is decided or the budget would fall below what is reserved.
    """
    row = two_persons.confirm(connection, proposals, proposals.c.id == proposal_id, by=by)
    try:
        repository.appropriate(connection, row.unit, row.year, row.amount_fen)
    except IntegrityError as error:
        raise _below_reserved() from error
    postings.post(connection, [ledger.appropriation(row.unit, row.year, row.amount_fen, row.document)], by=by)
    return repository.add_appropriation(
        connection,
        unit=row.unit,
        year=row.year,
        amount_fen=row.amount_fen,
        document=row.document,
        by=row.proposed_by,
        proposal_id=row.id,
    )


def discard(connection: Connection, proposal_id: UUID, *, reason: str, by: str) -> dict[str, Any]:
    """End a draft without effect; raises NotFound, or Conflict if it is decided."""
    two_persons.discard(connection, proposals, proposals.c.id == proposal_id, by=by, reason=reason)
    return repository.appropriation(connection, proposal_id)


def _below_reserved() -> Conflict:
    return Conflict(
        "The budget would fall below what is reserved for orders; reduce it by at most what is free.",
        errors=[FieldError("/amount_fen", "below_reserved", "Less would be left than is reserved.")],
    )


def carry_over(
    connection: Connection, *, unit: str, year: int, amount_fen: int | None, document: str, by: str
) -> list[dict[str, Any]]:
    """Carry what is free in a budget (all of it, or `amount_fen`) over to the year after, and return both appropriations.

    Raises Conflict if less is free.
    """
    available = repository.lock_free(connection, unit, year)
    moved = available if amount_fen is None else amount_fen
    if moved <= 0 or moved > available:
        raise Conflict(
            "At most what is free, `free_fen`, can be carried over; the rest is reserved for orders.",
            errors=[FieldError("/amount_fen", "more_than_free", "Less is free in this budget.")],
            extra={"free_fen": available},
        )
    postings.post(connection, [ledger.carried_over(unit, year, moved, document)], by=by)
    recorded = []
    for to, fen in ((year, -moved), (year + 1, moved)):
        repository.appropriate(connection, unit, to, fen)
        recorded.append(
            repository.add_appropriation(connection, unit=unit, year=to, amount_fen=fen, document=document, by=by)
        )
    return recorded


def budget(
    connection: Connection,
    decisions: Decisions | None,
    *,
    unit: str,
    year: int,
    this_year: int,
    jurisdiction: str | None,
) -> dict[str, Any]:
    """Return a unit's budget of `year` with its documents and the forecast of what approved and proposed decisions will need."""
    return repository.view(connection, unit, year, this_year) | {
        "forecast": forecast(
            connection, decisions, unit=unit, year=year, this_year=this_year, jurisdiction=jurisdiction
        ),
        "appropriations": repository.appropriations_of(connection, unit=unit, year=year, state="confirmed"),
    }
