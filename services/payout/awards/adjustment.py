"""Adjust orders and claims to what is owed: the difference law applied to many awards at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from services.payout.awards.domain import Owed
from services.payout.budgets import repository as budgets
from services.payout.enums import SYSTEM
from services.payout.funding import repository as funding
from services.payout.funding.domain import Blockers
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import repository as orders
from services.payout.orders import transitions
from services.payout.orders.domain import NO_CLAIM, Change, Part, difference
from services.payout.orders.repository import Key
from services.payout.orders.transitions import NewOrder, Replacement
from services.payout.recoveries import repository as recoveries
from services.payout.recoveries.repository import NewRecovery
from shared.identifiers import new_id


@dataclass(slots=True)
class _Writes:
    orders: list[NewOrder] = field(default_factory=list)
    replacements: list[Replacement] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    recoveries: list[NewRecovery] = field(default_factory=list)
    claim_reductions: list[tuple[str, str, str, int]] = field(default_factory=list)
    postings: list[ledger.Posting] = field(default_factory=list)
    committed: dict[tuple[str, int, int | None], int] = field(default_factory=lambda: defaultdict(int))


def new_orders(owed: Owed, unit: str, uscc: str, parts: Iterable[Part], blockers: Blockers) -> list[NewOrder]:
    """Return waiting orders for `parts`, without those of 0 fen."""
    day = owed.first_decided_on.isoformat()
    return [
        NewOrder(
            owed.award_id,
            owed.version,
            unit,
            part.instalment,
            part.due_year,
            part.amount_fen,
            uscc,
            day,
            *owed.place,
            blockers.waits_for(owed.award_id, uscc, part.due_year, part.instalment if owed.later_wait else 1),
        )
        for part in parts
        if part.amount_fen
    ]


def adjust(connection: Connection, owed: Sequence[Owed], now: datetime) -> None:
    """Bring orders and claims of awards, whose rows the caller has locked, in line with what is owed, all at once."""
    if not owed:
        return
    orders.lock_shared(connection)
    ids = [each.award_id for each in owed]
    live = orders.live(connection, ids)
    claims = recoveries.claims(connection, ids)
    parties: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for award_id, unit, uscc in (*live, *claims):
        parties[award_id].add((unit, uscc))
    for each in owed:
        parties[each.award_id] |= set(each.parts)
    blockers = funding.blockers(connection, ids, {uscc for own in parties.values() for _, uscc in own}, now)
    writes = _Writes()
    for each in owed:
        for unit, uscc in sorted(parties[each.award_id]):
            key = (each.award_id, unit, uscc)
            change = difference(each.parts.get((unit, uscc), ()), live.get(key, ()), claims.get(key, NO_CLAIM))
            writes.orders += new_orders(each, unit, uscc, change.top_ups, blockers)
            _cancel(writes, each, key, change, now)
            _claim(writes, each, key, change, now)
    _write(connection, writes, now)


def _cancel(writes: _Writes, owed: Owed, key: Key, change: Change, now: datetime) -> None:
    award_id, unit, uscc = key
    for order in change.cancelled:
        writes.cancelled.append(str(order.id))
        if order.budget_year is not None:
            writes.committed[unit, order.budget_year, order.indicator_id] -= order.amount_fen
            writes.postings.append(
                ledger.release(str(order.id), award_id, owed.version, unit, order.budget_year, order.amount_fen)
            )
    if not change.replacement_fen:
        return
    cut = change.cancelled[-1]
    if cut.state == "waiting":
        state, waiting_for = "waiting", cut.waiting_for
    elif cut.state in ("failed", "returned"):
        state, waiting_for = "waiting", "account"  # its account must be checked before anything is sent again
    else:
        state, waiting_for = "issued", None  # the approval was for another amount
    smaller = Replacement(
        id=str(new_id(now)),
        award_id=award_id,
        version=owed.version,
        unit=unit,
        instalment=cut.instalment,
        due_year=cut.due_year,
        amount_fen=change.replacement_fen,
        payee_uscc=uscc,
        first_decided_on=owed.first_decided_on.isoformat(),
        award_place=owed.place.award_place,
        subject=owed.place.subject,
        award_year=owed.place.award_year,
        waiting_for=waiting_for,
        state=state,
        budget_year=cut.budget_year,
        funded_at=now.isoformat() if cut.budget_year is not None else None,
        replaces=str(cut.id),
        issued_by=SYSTEM if state == "issued" else None,
        account_revision=cut.account_revision if waiting_for == "account" else None,
        indicator_id=cut.indicator_id,
    )
    writes.replacements.append(smaller)
    if cut.budget_year is not None:
        writes.committed[unit, cut.budget_year, cut.indicator_id] += smaller.amount_fen
        writes.postings.append(
            ledger.funding(smaller.id, award_id, owed.version, unit, cut.budget_year, smaller.amount_fen)
        )


def _claim(writes: _Writes, owed: Owed, key: Key, change: Change, now: datetime) -> None:
    award_id, unit, uscc = key
    if change.claim_fen > 0:
        raised = NewRecovery(str(new_id(now)), award_id, owed.version, unit, uscc, change.claim_fen)
        writes.recoveries.append(raised)
        writes.postings.append(ledger.claim(award_id, owed.version, unit, change.claim_fen, raised.id))
    elif change.claim_fen < 0:
        writes.claim_reductions.append((award_id, unit, uscc, -change.claim_fen))
        writes.postings.append(ledger.claim(award_id, owed.version, unit, change.claim_fen, None))


def _write(connection: Connection, writes: _Writes, now: datetime) -> None:
    transitions.cancel(connection, writes.cancelled)
    transitions.create(connection, writes.orders)
    transitions.replace(connection, writes.replacements, now)
    recoveries.add(connection, writes.recoveries)
    recoveries.drop(connection, writes.claim_reductions)
    postings.post(connection, writes.postings, by=SYSTEM)
    budgets.commit(connection, writes.committed)
