"""Use cases of recoveries: two persons record a repayment or write off, an officer nets against an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row

from services.payout.budgets import repository as budgets
from services.payout.funding.repository import lock_blockers_shared
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import repository as orders
from services.payout.orders import transitions
from services.payout.orders.lifecycle import Act, sources
from services.payout.recoveries import repository
from services.payout.recoveries.tables import repayment_proposals, write_offs
from shared import two_persons
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, FieldError, Invalid, NotFound, SamePerson
from shared.i18n import N_

NO_SUCH_RECOVERY = N_("There is no such recovery; `GET /v1/recoveries` lists them.")


def propose_repayment(
    connection: Connection,
    recovery_id: UUID,
    *,
    amount_fen: int,
    received_on: date,
    bank_reference: str,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Enter money that was repaid: it counts once another person confirms it. The same bank reference again changes nothing.

    Raises NotFound, Invalid for a day to come, or Conflict for more than is outstanding or a reference that is recorded with
    another amount or day.
    """
    today = calendar_date(now)
    if received_on > today:
        message = N_("The day is after today, {today}.")
        raise Invalid(errors=[FieldError("/received_on", "in_future", message, today=today.isoformat())])
    recovery = _lock(connection, recovery_id, actor)
    known = repository.repayments_of(connection, recovery_id, bank_reference=bank_reference, discarded=False)
    if not known:
        _require_outstanding(recovery, amount_fen)
        return repository.propose_repayment(
            connection, recovery_id, amount_fen, received_on, bank_reference, actor.subject
        )
    if (known[0]["amount_fen"], known[0]["received_on"]) != (amount_fen, received_on):
        raise Conflict("This bank reference is recorded with another amount or day. Correct them, or the reference.")
    return known[0]


def confirm_repayment(connection: Connection, recovery_id: UUID, repayment_id: UUID, *, actor: Actor) -> dict[str, Any]:
    """Confirm a repayment that another person entered: it is posted, and no longer outstanding.

    Raises NotFound, SamePerson, or Conflict if it is decided or more than is outstanding now.
    """
    recovery = _lock(connection, recovery_id, actor)
    row = two_persons.confirm(connection, repayment_proposals, *_repayment(recovery_id, repayment_id), by=actor.subject)
    _require_outstanding(recovery, row.amount_fen)
    _add_repayment(
        connection,
        recovery,
        row.amount_fen,
        row.received_on,
        row.bank_reference,
        by=actor.subject,
        recorded_by=row.proposed_by,
        proposal_id=repayment_id,
    )
    return repository.repayment(connection, repayment_id)


def discard_repayment(
    connection: Connection, recovery_id: UUID, repayment_id: UUID, *, reason: str, actor: Actor
) -> dict[str, Any]:
    """End an entered repayment without effect; raises NotFound, or Conflict if it is decided."""
    _lock(connection, recovery_id, actor)
    which = _repayment(recovery_id, repayment_id)
    two_persons.discard(connection, repayment_proposals, *which, by=actor.subject, reason=reason)
    return repository.repayment(connection, repayment_id)


def get(connection: Connection, recovery_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a recovery as its readers see it; raises NotFound."""
    own = {"id": recovery_id, **actor.restriction}
    found = repository.views(connection, own, outstanding=None, after=None, limit=1)
    if not found:
        raise NotFound(NO_SUCH_RECOVERY)
    return found[0]


def allowed(connection: Connection, recovery: Mapping[str, Any], actor: Actor) -> list[str]:
    """Return the operations of this room that the state of a recovery allows `actor`."""
    outstanding_fen = recovery["outstanding_fen"]
    if not outstanding_fen:
        return []
    proposal = repository.open_write_off(connection, recovery["id"], outstanding_fen)
    if proposal is None:
        may_write_off = actor.may(Scope.RECOVERIES_WRITE)
    else:
        may_write_off = actor.may(Scope.RECOVERIES_APPROVE) and proposal.proposed_by != actor.subject
    return ["draft_repayment", "net_recovery", *(["write_off_recovery"] if may_write_off else [])]


def repayments(connection: Connection, recovery_id: UUID, actor: Actor) -> list[tuple[dict[str, Any], list[str]]]:
    """Return the repayments of a recovery through the bank, oldest first, with the operations that the state of each allows.

    Raises NotFound.
    """
    outstanding_fen = get(connection, recovery_id, actor)["outstanding_fen"]
    found = []
    for shown in repository.repayments_of(connection, recovery_id):
        own = two_persons.allowed(shown, actor.subject, confirm="confirm_repayment", discard="discard_repayment")
        if shown["amount_fen"] > outstanding_fen:
            own = [each for each in own if each != "confirm_repayment"]
        found.append((shown, own))
    return found


def _repayment(recovery_id: UUID, repayment_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return repayment_proposals.c.recovery_id == recovery_id, repayment_proposals.c.id == repayment_id


def write_off(
    connection: Connection, recovery_id: UUID, *, reason: str, amount_fen: int | None, actor: Actor, now: datetime
) -> dict[str, Any]:
    """Propose a write-off, or confirm the one that another person proposed; a proposal of more than is outstanding has lapsed.

    `amount_fen` None is the proposed amount, or all that is outstanding. Raises Forbidden without the scope for the step,
    NotFound, SamePerson, or Conflict for more than is outstanding or another amount than proposed.
    """
    recovery = _lock(connection, recovery_id, actor)
    proposal = repository.open_write_off(connection, recovery_id, recovery.outstanding_fen)
    fen = amount_fen or (proposal.amount_fen if proposal else recovery.outstanding_fen)
    _require_outstanding(recovery, max(fen, 1))
    if proposal is None:
        actor.require(Scope.RECOVERIES_WRITE)
        repository.propose_write_off(connection, recovery_id, fen, reason, actor.subject, now)
        return repository.view(connection, recovery_id)
    two_persons.confirm(connection, write_offs, write_offs.c.id == proposal.id, by=actor.subject)
    actor.require(Scope.RECOVERIES_APPROVE)
    if fen != proposal.amount_fen:
        raise Conflict(
            "The proposed write-off has another amount, `proposed_write_off_fen`. Send that amount, or none.",
            extra={"proposed_write_off_fen": proposal.amount_fen},
        )
    repository.count_written_off(connection, recovery_id, fen)
    posting = ledger.written_off(str(recovery.award_id), recovery.version, recovery.unit, fen, str(recovery_id))
    postings.post(connection, [posting], by=actor.subject)
    return repository.view(connection, recovery_id)


def net(connection: Connection, recovery_id: UUID, order_id: UUID, actor: Actor, now: datetime) -> dict[str, Any]:
    """Net a recovery against an issued order of the same payee and unit: that amount is settled without the bank.

    The order is replaced by the netted part, settled at once, and the rest, to be approved and paid. Raises NotFound,
    SamePerson, or Conflict if the order is not issued, on hold, of another payee or unit, or nothing is outstanding.
    """
    lock_blockers_shared(connection)
    repository.lock_awards(connection, recovery_id, order_id)
    recovery = _lock(connection, recovery_id, actor)
    orders.lock_shared(connection)
    order, details = orders.lock(connection, order_id), orders.order(connection, order_id)
    if order is None or details is None:
        raise NotFound(orders.NO_SUCH_ORDER)
    if (order.payee_uscc, order.unit) != (recovery.payee_uscc, recovery.unit):
        raise Conflict("The order has another payee or unit than the recovery. Choose one with the same.")
    if order.state not in sources(Act.NET):
        raise Conflict(
            "Only an issued order can be netted; `state` is the state of this one.", extra={"state": order.state}
        )
    if details.held:
        raise Conflict("This order is on hold. Its award or payee has to be released first.")
    if order.issued_by == actor.subject:
        raise SamePerson("Who issued an order cannot settle it by netting; another person has to.")
    if recovery.outstanding_fen == 0:
        raise Conflict("Nothing of this recovery is outstanding.")
    netted = min(order.amount_fen, recovery.outstanding_fen)
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
    _add_repayment(
        connection, recovery, netted, calendar_date(now), f"net:{part.id}", by=actor.subject, order_id=part.id
    )
    return repository.view(connection, recovery_id)


def _lock(connection: Connection, recovery_id: UUID, actor: Actor) -> Row[Any]:
    found = repository.lock(connection, recovery_id)
    if found is None or not actor.covers(found.jurisdiction):
        raise NotFound(NO_SUCH_RECOVERY)
    return found


def _require_outstanding(recovery: Row[Any], amount_fen: int) -> None:
    if amount_fen > recovery.outstanding_fen:
        raise Conflict(
            "At most `outstanding_fen` is outstanding of this recovery.",
            errors=[FieldError("/amount_fen", "more_than_outstanding", "The amount is more than is outstanding.")],
            extra={"outstanding_fen": recovery.outstanding_fen},
        )


def _add_repayment(
    connection: Connection,
    recovery: Row[Any],
    amount_fen: int,
    received_on: date,
    bank_reference: str,
    *,
    by: str,
    recorded_by: str | None = None,
    order_id: str | None = None,
    proposal_id: UUID | None = None,
) -> None:
    repository.add_repayment(
        connection,
        recovery.id,
        amount_fen=amount_fen,
        received_on=received_on,
        bank_reference=bank_reference,
        recorded_by=recorded_by or by,
        order_id=order_id,
        proposal_id=proposal_id,
    )
    budgets.count_recovered(connection, recovery.unit, received_on.year, amount_fen)
    entries = ledger.repayment(
        str(recovery.award_id),
        recovery.version,
        recovery.unit,
        recovery.payee_uscc,
        received_on.year,
        amount_fen,
        str(recovery.id),
        bank_reference,
    )
    postings.post(connection, entries, by=by)
