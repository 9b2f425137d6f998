"""Use cases of recoveries: a repayment, a write-off by two persons, netting against an order when an officer says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.payout.budgets import repository as budgets
from services.payout.funding.repository import lock_blockers_shared
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import repository as orders
from services.payout.orders import transitions
from services.payout.orders.lifecycle import Act, sources
from services.payout.recoveries import repository
from services.payout.recoveries.schemas import RepaymentBody, WriteOffBody
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, DomainError, FieldError, Forbidden, NotFound, SamePerson


def repay(connection: Connection, recovery_id: UUID, body: RepaymentBody, actor: Actor) -> dict[str, Any]:
    """Record money that came back; the same bank reference again changes nothing.

    Raises Problem 404, 409 for more than is outstanding or a reference that is known with another amount.
    """
    recovery = _locked(connection, recovery_id, actor)
    earlier = repository.repayment(connection, recovery_id, body.bank_reference)
    if earlier is not None:
        if (earlier.amount_fen, earlier.received_on) != (body.amount_fen, body.received_on):
            raise Conflict(
                "This bank reference is recorded with another amount or day: correct them, or the reference."
            )
        return repository.view(connection, recovery_id)
    if body.amount_fen > recovery.outstanding:
        raise _too_much(recovery.outstanding)
    _repaid(connection, recovery, body.amount_fen, body.received_on, body.bank_reference, None, actor.subject)
    return repository.view(connection, recovery_id)


def write_off(
    connection: Connection, recovery_id: UUID, body: WriteOffBody, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Propose a write-off, or confirm the one that another person proposed; one that a repayment overtook has lapsed.

    Raises Problem 403 without the scope for the step, 404, 409 for the same person or more than is outstanding.
    """
    recovery = _locked(connection, recovery_id, actor)
    proposal = repository.open_write_off(connection, recovery_id, recovery.outstanding)
    amount_fen = body.amount_fen or (proposal.amount_fen if proposal else recovery.outstanding)
    if amount_fen > recovery.outstanding or recovery.outstanding == 0:
        raise _too_much(recovery.outstanding)
    if proposal is None:
        _require(actor, Scope.RECOVERIES_WRITE)
        repository.propose_write_off(connection, recovery_id, amount_fen, body.reason, actor.subject, now)
        return repository.view(connection, recovery_id)
    if proposal.proposed_by == actor.subject:
        raise SamePerson("Who proposed a write-off cannot confirm it; another person with `recoveries:approve` has to.")
    _require(actor, Scope.RECOVERIES_APPROVE)
    if amount_fen != proposal.amount_fen:
        raise Conflict(
            "The write-off that waits for confirmation is about another amount, `proposed_write_off_fen`: send that, or none.",
            extra={"proposed_write_off_fen": proposal.amount_fen},
        )
    repository.confirm_write_off(connection, proposal.id, recovery_id, amount_fen, actor.subject, now)
    posting = ledger.written_off(str(recovery.award_id), recovery.version, recovery.unit, amount_fen, str(recovery_id))
    postings.post(connection, [posting], by=actor.subject)
    return repository.view(connection, recovery_id)


def net(connection: Connection, recovery_id: UUID, order_id: UUID, actor: Actor, now: datetime) -> dict[str, Any]:
    """Net a recovery against an issued order of the same payee and unit: that much is settled without the bank.

    The order is replaced by the netted part, settled at once, and what remains of it, to be approved and paid.
    Raises Problem 404, 409 if the order is not issued, is of another payee or unit, or nothing is outstanding.
    """
    lock_blockers_shared(connection)
    repository.lock_awards(connection, recovery_id, order_id)
    recovery = _locked(connection, recovery_id, actor)
    orders.lock_shared(connection)
    order, details = orders.lock(connection, order_id), orders.order(connection, order_id)
    if order is None or details is None:
        raise NotFound(orders.NO_SUCH_ORDER)
    if (order.payee_uscc, order.unit) != (recovery.payee_uscc, recovery.unit):
        raise Conflict("The order is of another payee or unit than the recovery: choose one of the same.")
    if order.state not in sources(Act.NET):
        raise Conflict(
            "Only an issued order can be netted against; `state` says where this one stands.",
            extra={"state": order.state},
        )
    if details.held:
        raise Conflict("The order is held, so nothing is settled of it: its award or payee has to be released first.")
    if order.issued_by == actor.subject:
        raise SamePerson("Who issued an order cannot settle it by netting; another person has to.")
    if recovery.outstanding == 0:
        raise Conflict("Nothing of this recovery is outstanding, so there is nothing to net.")
    netted = min(order.amount_fen, recovery.outstanding)
    part = transitions.issued_in_place_of(order, netted, now, by=order.issued_by)
    parts = [part]
    transitions.cancel(connection, [str(order.id)])
    transitions.net(connection, part, by=actor.subject, reference=f"net:{recovery_id}", now=now)
    if netted < order.amount_fen:
        left = order.amount_fen - netted
        rest = transitions.issued_in_place_of(order, left, now, by=order.issued_by, replaces=part.id)
        transitions.replace(connection, [rest], now)
        parts.append(rest)
    of = (part.award_id, order.version, order.unit, order.budget_year)
    entries = [ledger.release(str(order.id), *of, order.amount_fen)]
    entries += [ledger.funding(each.id, *of, each.amount_fen) for each in parts]
    entries.append(ledger.payment(part.id, part.award_id, order.version, order.unit, order.payee_uscc, netted))
    postings.post(connection, entries, by=actor.subject)
    budgets.count_paid(connection, order.unit, order.budget_year, netted)
    _repaid(connection, recovery, netted, calendar_date(now), f"net:{part.id}", part.id, actor.subject)
    return repository.view(connection, recovery_id)


def _locked(connection: Connection, recovery_id: UUID, actor: Actor) -> Row[Any]:
    found = repository.locked(connection, recovery_id)
    if found is None or actor.jurisdiction not in (None, found.jurisdiction):
        raise NotFound("There is no such recovery; `GET /v1/recoveries` lists them.")
    return found


def _repaid(
    connection: Connection,
    recovery: Row[Any],
    amount_fen: int,
    received_on: date,
    reference: str,
    order_id: str | None,
    by: str,
) -> None:
    repository.add_repayment(connection, recovery.id, amount_fen, received_on, reference, order_id, by)
    budgets.count_recovered(connection, recovery.unit, received_on.year, amount_fen)
    entries = ledger.repayment(
        str(recovery.award_id),
        recovery.version,
        recovery.unit,
        recovery.payee_uscc,
        received_on.year,
        amount_fen,
        str(recovery.id),
        reference,
    )
    postings.post(connection, entries, by=by)


def _require(actor: Actor, scope: Scope) -> None:
    if not actor.may(scope):
        raise Forbidden(
            "The token lacks the scope {value}.", extra={"missing_scopes": [scope.value]}, value=scope.value
        )


def _too_much(outstanding_fen: int) -> DomainError:
    error = FieldError("/amount_fen", "more_than_outstanding", "less is outstanding")
    told = {"outstanding_fen": outstanding_fen}
    return Conflict("At most `outstanding_fen` is outstanding of this recovery.", errors=[error], extra=told)
