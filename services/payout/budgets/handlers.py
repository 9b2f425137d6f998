"""Use cases of the budgets: two persons appropriate or carry over what is free, show a budget with its forecast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.payout.budgets import repository
from services.payout.budgets.domain import UNCLASSIFIED, Classification
from services.payout.budgets.forecast import forecasts
from services.payout.budgets.tables import MAX_APPROPRIATION_FEN
from services.payout.budgets.tables import appropriation_proposals as proposals
from services.payout.clients.eligibility import Decisions
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from shared import two_persons
from shared.errors import Conflict, FieldError, Invalid


def propose(
    connection: Connection,
    *,
    unit: str,
    year: int,
    amount_fen: int,
    document: str,
    of: Classification = UNCLASSIFIED,
    by: str,
) -> dict[str, Any]:
    """Draft an appropriation, or with a negative amount a reduction, and return it: it counts once another person confirms it.

    Raises Conflict for a reduction to below what is reserved now of the money with this classification.
    """
    if amount_fen == 0:
        raise Invalid(errors=[FieldError("/amount_fen", "zero", "The amount must not be 0.")])
    if amount_fen < 0:
        known = repository.indicator_ids(connection, unit, year, [of])
        free = {pot.indicator_id: pot.free_fen for pot in repository.pots(connection, year, unit)}
        left = free.get(known.get(of), 0) if of in known or of == UNCLASSIFIED else 0
        if left < -amount_fen:
            raise _below_reserved()
    return repository.propose_appropriation(
        connection, unit=unit, year=year, amount_fen=amount_fen, document=document, of=of, by=by
    )


def confirm(connection: Connection, proposal_id: UUID, *, by: str) -> dict[str, Any]:
    """Confirm what another person drafted: it is posted, and orders that wait for money continue.

    What is carried over is taken from its year and given to the one after, with its classification.
    Raises NotFound, SamePerson, or Conflict if it is decided or the money would fall below what is reserved.
    """
    row = two_persons.confirm(connection, proposals, proposals.c.id == proposal_id, by=by)
    of = Classification.of(row)
    if row.carried_over:
        parts = [(row.year, row.amount_fen), (row.year + 1, -row.amount_fen)]
        posting = ledger.carried_over(row.unit, row.year, -row.amount_fen, row.document)
    else:
        parts = [(row.year, row.amount_fen)]
        posting = ledger.appropriation(row.unit, row.year, row.amount_fen, row.document)
    for year, fen in parts:
        try:
            repository.appropriate(connection, row.unit, year, fen, of)
        except IntegrityError as error:
            raise _below_reserved() from error
        repository.add_appropriation(
            connection,
            unit=row.unit,
            year=year,
            amount_fen=fen,
            document=row.document,
            of=of,
            by=row.proposed_by,
            proposal_id=row.id,
        )
    postings.post(connection, [posting], by=by)
    return repository.appropriation(connection, row.id)


def discard(connection: Connection, proposal_id: UUID, *, reason: str, by: str) -> dict[str, Any]:
    """End a draft without effect; raises NotFound, or Conflict if it is decided."""
    two_persons.discard(connection, proposals, proposals.c.id == proposal_id, by=by, reason=reason)
    return repository.appropriation(connection, proposal_id)


def allowed_of_appropriation(appropriation: Mapping[str, Any], by: str) -> list[str]:
    """Return the operations that the state of an appropriation allows `by`."""
    return two_persons.allowed(appropriation, by, confirm="confirm_appropriation", discard="discard_appropriation")


def allowed_of_budget(budget: Mapping[str, Any]) -> list[str]:
    """Return the operations that the state of a budget allows."""
    left_fen = budget["free_fen"] + budget["lapsed_fen"]
    return ["draft_appropriation", *(["carry_over_budget"] if left_fen else [])]


def _below_reserved() -> Conflict:
    return Conflict(
        "The money with this classification would fall below what is reserved for orders; reduce it by at most what is free.",
        errors=[FieldError("/amount_fen", "below_reserved", "Less would be left than is reserved.")],
    )


def carry_over(
    connection: Connection, *, unit: str, year: int, amount_fen: int | None, document: str, by: str
) -> list[dict[str, Any]]:
    """Draft to carry what is free in a budget (all of it, or `amount_fen`) over to the year after, and return the drafts.

    Money keeps its classification, one draft each, and is taken in the order in which it is drawn on; it counts once another
    person confirms it. Raises Conflict if less is free.
    """
    pots = repository.pots(connection, year, unit)
    available = sum(pot.free_fen for pot in pots)
    left = available if amount_fen is None else amount_fen
    if left <= 0 or left > available:
        raise Conflict(
            "At most what is free, `free_fen`, can be carried over; the rest is reserved for orders.",
            errors=[FieldError("/amount_fen", "more_than_free", "Less is free in this budget.")],
            extra={"free_fen": available},
        )
    drafts = []
    for pot in pots:
        part = min(left, pot.free_fen, MAX_APPROPRIATION_FEN)
        left -= part
        if part:
            of = repository.classification(connection, pot.indicator_id)
            drafts.append(
                repository.propose_appropriation(
                    connection,
                    unit=unit,
                    year=year,
                    amount_fen=-part,
                    document=document,
                    of=of,
                    by=by,
                    carried_over=True,
                )
            )
    return drafts


def budget(
    connection: Connection,
    decisions: Decisions | None,
    *,
    unit: str,
    year: int,
    this_year: int,
    jurisdiction: str | None,
    round_id: UUID | None = None,
) -> dict[str, Any]:
    """Return a unit's budget of `year` with its documents and the forecast of what approved and proposed decisions will need.

    `round_id` counts the proposals of one round alone.
    """
    [found] = budgets_with_forecasts(
        connection,
        decisions,
        units=[unit],
        year=year,
        this_year=this_year,
        jurisdiction=jurisdiction,
        round_id=round_id,
    )
    return found | {
        "indicators": repository.indicators_of(connection, unit, year),
        "appropriations": repository.appropriations_of(connection, unit=unit, year=year, state="confirmed"),
    }


def budgets_with_forecasts(
    connection: Connection,
    decisions: Decisions | None,
    *,
    units: Sequence[str],
    year: int,
    this_year: int,
    jurisdiction: str | None,
    round_id: UUID | None = None,
) -> list[dict[str, Any]]:
    """Return the budgets of some units of `year`, each with its forecast; `round_id` as in `budget`."""
    found = forecasts(
        connection,
        decisions,
        units=units,
        year=year,
        this_year=this_year,
        jurisdiction=jurisdiction,
        round_id=round_id,
    )
    return [repository.view(connection, unit, year, this_year) | {"forecast": found[unit]} for unit in units]
