"""Bringing orders and claims in line with what is owed: the difference law applied to many awards at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from services.payout.accounts.repository import without_account
from services.payout.budgets import repository as budgets
from services.payout.holds.repository import NOTHING_HELD, Held, held
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import events, repository
from services.payout.orders.domain import NO_CLAIM, Change, Part, difference, waits_for
from services.payout.orders.repository import Key, LiveOrder, NewOrder, Replacement
from services.payout.recoveries import repository as recoveries
from services.payout.recoveries.repository import NewRecovery
from shared.clock import calendar_date
from shared.events import payment_orders
from shared.identifiers import new_id

BY = "payout"
"""Actor of what the system does by itself."""


@dataclass(frozen=True, slots=True)
class Position:
    """What an award owes now: target parts by (unit, payee's uscc), under `version`."""

    award_id: str
    version: int
    first_decided_on: date
    targets: Mapping[tuple[str, str], Sequence[Part]]


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What keeps orders out of the queue for money: holds, and payees without an account."""

    held: Held = NOTHING_HELD
    without_account: frozenset[str] = frozenset()


def obstacles_of(
    connection: Connection, award_ids: Collection[str], usccs: Collection[str], now: datetime
) -> Obstacles:
    """Read what stands in the way of orders of `award_ids` to `usccs`."""
    return Obstacles(held(connection, award_ids), without_account(connection, usccs, calendar_date(now)))


@dataclass(slots=True)
class _Writes:
    orders: list[NewOrder] = field(default_factory=list)
    replacements: list[Replacement] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    recoveries: list[NewRecovery] = field(default_factory=list)
    drops: list[tuple[str, str, str, int]] = field(default_factory=list)
    postings: list[ledger.Posting] = field(default_factory=list)
    committed: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))


def new_orders(
    award_id: str,
    version: int,
    first_decided_on: str,
    unit: str,
    uscc: str,
    parts: Iterable[Part],
    this_year: int,
    obstacles: Obstacles,
) -> list[NewOrder]:
    """Return the orders for `parts` (those of nothing left out), waiting."""
    is_held, has_account = obstacles.held.holds(award_id, uscc), uscc not in obstacles.without_account
    return [
        NewOrder(
            award_id,
            version,
            unit,
            part.instalment,
            part.due_year,
            part.amount_fen,
            uscc,
            first_decided_on,
            waits_for(part.due_year, this_year, held=is_held, has_account=has_account),
        )
        for part in parts
        if part.amount_fen
    ]


def reposition(connection: Connection, positions: Sequence[Position], now: datetime) -> None:
    """Give the difference law effect on awards whose rows the caller has locked, in a few statements for all of them."""
    if not positions:
        return
    repository.lock_shared(connection)
    ids = [position.award_id for position in positions]
    live = repository.live(connection, ids)
    claims = repository.claims(connection, ids)
    concerned: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for award_id, unit, uscc in (*live, *claims):
        concerned[award_id].add((unit, uscc))
    usccs = {uscc for parties in concerned.values() for _, uscc in parties}
    obstacles = obstacles_of(connection, ids, usccs | {p[1] for each in positions for p in each.targets}, now)
    writes = _Writes()
    for position in positions:
        for unit, uscc in sorted(concerned[position.award_id] | set(position.targets)):
            key = (position.award_id, unit, uscc)
            change = difference(position.targets.get((unit, uscc), ()), live.get(key, ()), claims.get(key, NO_CLAIM))
            _order_on_top(writes, position, key, change, now, obstacles)
            _cancel(writes, position, key, change, now)
            _claim(writes, position, key, change, now)
    _write(connection, writes, now)


def _order_on_top(
    writes: _Writes, position: Position, key: Key, change: Change, now: datetime, obstacles: Obstacles
) -> None:
    if change.top_ups:
        award_id, unit, uscc = key
        writes.orders += new_orders(
            award_id,
            position.version,
            position.first_decided_on.isoformat(),
            unit,
            uscc,
            change.top_ups,
            calendar_date(now).year,
            obstacles,
        )


def _cancel(writes: _Writes, position: Position, key: Key, change: Change, now: datetime) -> None:
    award_id, unit, uscc = key
    for order in change.cancelled:
        assert isinstance(order, LiveOrder)
        writes.cancelled.append(str(order.id))
        if order.budget_year is not None:
            writes.committed[unit, order.budget_year] -= order.amount_fen
            writes.postings.append(
                ledger.release(str(order.id), award_id, position.version, unit, order.budget_year, order.amount_fen)
            )
    if not change.replacement_fen:
        return
    cut = change.cancelled[-1]
    assert isinstance(cut, LiveOrder)
    if cut.state == "waiting":
        state, waiting_for = "waiting", cut.waiting_for
    elif cut.state in ("failed", "returned"):
        state, waiting_for = "waiting", "account"  # its account has to be looked at before anything is sent again
    else:
        state, waiting_for = "issued", None  # an approval was one of another amount
    smaller = Replacement(
        id=str(new_id(now)),
        award_id=award_id,
        version=position.version,
        unit=unit,
        instalment=cut.instalment,
        due_year=cut.due_year,
        amount_fen=change.replacement_fen,
        payee_uscc=uscc,
        first_decided_on=position.first_decided_on.isoformat(),
        waiting_for=waiting_for,
        state=state,
        budget_year=cut.budget_year,
        funded_at=now.isoformat() if cut.budget_year is not None else None,
        replaces=str(cut.id),
        issued_by=BY if state == "issued" else None,
        account_revision=cut.account_revision if waiting_for == "account" else None,
    )
    writes.replacements.append(smaller)
    if state == "issued":
        writes.issued.append(smaller.id)
    if cut.budget_year is not None:
        writes.committed[unit, cut.budget_year] += smaller.amount_fen
        writes.postings.append(
            ledger.funding(smaller.id, award_id, position.version, unit, cut.budget_year, smaller.amount_fen)
        )


def _claim(writes: _Writes, position: Position, key: Key, change: Change, now: datetime) -> None:
    award_id, unit, uscc = key
    if change.claim_fen > 0:
        raised = NewRecovery(str(new_id(now)), award_id, position.version, unit, uscc, change.claim_fen)
        writes.recoveries.append(raised)
        writes.postings.append(ledger.claim(award_id, position.version, unit, change.claim_fen, raised.id))
    elif change.claim_fen < 0:
        writes.drops.append((award_id, unit, uscc, -change.claim_fen))
        writes.postings.append(ledger.claim(award_id, position.version, unit, change.claim_fen, None))


def _write(connection: Connection, writes: _Writes, now: datetime) -> None:
    repository.cancel(connection, writes.cancelled)
    repository.add(connection, writes.orders)
    repository.add_replacements(connection, writes.replacements)
    recoveries.add(connection, writes.recoveries)
    recoveries.drop(connection, writes.drops)
    postings.post(connection, writes.postings, by=BY)
    budgets.commit(connection, writes.committed)
    events.tell_orders(connection, payment_orders.ISSUED, writes.issued, now)
    events.tell_recoveries(connection, [recovery.id for recovery in writes.recoveries])
