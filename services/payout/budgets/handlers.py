"""Use cases of the budgets: record an appropriation, carry over what is free, show a budget with its forecast."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.payout.budgets import repository
from services.payout.budgets.forecast import forecast
from services.payout.clients.eligibility import Decisions
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from shared.errors import Conflict, FieldError, Invalid


def appropriate(
    connection: Connection, *, unit: str, year: int, amount_fen: int, document: str, by: str
) -> dict[str, Any]:
    """Record an appropriation, or with a negative amount a reduction, and return it.

    Raises Conflict if the budget would fall below what is reserved.
    """
    if amount_fen == 0:
        raise Invalid(errors=[FieldError("/amount_fen", "zero", "The amount must not be 0.")])
    try:
        repository.appropriate(connection, unit, year, amount_fen)
    except IntegrityError as error:
        raise Conflict(
            "The budget would fall below what is reserved for orders; reduce it by at most what is free.",
            errors=[FieldError("/amount_fen", "below_reserved", "Less would be left than is reserved.")],
        ) from error
    postings.post(connection, [ledger.appropriation(unit, year, amount_fen, document)], by=by)
    return repository.add_appropriation(
        connection, unit=unit, year=year, amount_fen=amount_fen, document=document, by=by
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
        "appropriations": repository.appropriations_of(connection, unit, year),
    }
