"""What speaks against paying an order now, and which orders are drawn for verification. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from services.payout.clients.payee_facts import PayeeFacts


class FindingKind(StrEnum):
    """What a check found about an order."""

    SHARED_ACCOUNT = "shared_account"
    HOLDER_DIFFERS = "holder_differs"
    STRUCK_OFF = "struck_off"
    DISHONEST = "dishonest"
    PAID_ELSEWHERE = "paid_elsewhere"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class OrderToPay:
    """An order with what its decision rests on: facts after `facts_revision` are news."""

    id: str
    payee_uscc: str
    payee_name: str
    award: str
    subject: str
    award_year: int
    facts_revision: int


class Finding(NamedTuple):
    """Why an order is held. The same `evidence` is found once: what was released because of it does not hold the order again."""

    order_id: str
    kind: FindingKind
    evidence: str
    details: dict[str, Any]


def find(order: OrderToPay, facts: PayeeFacts, same_name: Mapping[str, bool]) -> Iterator[Finding]:
    """Yield what speaks against paying `order`; `same_name`: whether the account's holder has the payee's name, by order."""
    account = facts.accounts.get(order.payee_uscc)
    if account is not None:
        others = sorted(set(facts.users.get((account.bank_code, account.number), ())) - {order.payee_uscc})
        if others:
            evidence = f"{account.revision}:{','.join(others)}"
            yield Finding(order.id, FindingKind.SHARED_ACCOUNT, evidence, {"others": others})
        if not same_name[order.id]:
            yield Finding(order.id, FindingKind.HOLDER_DIFFERS, str(account.revision), {"holder": account.holder})
    if order.payee_uscc not in facts.registered:
        yield Finding(order.id, FindingKind.STRUCK_OFF, order.payee_uscc, {"uscc": order.payee_uscc})
    for sanction in facts.dishonest.get(order.payee_uscc, ()):
        if sanction.revision > order.facts_revision:
            since = sanction.since.isoformat()
            yield Finding(order.id, FindingKind.DISHONEST, f"{since}:{sanction.revision}", {"since": since})
    for other in facts.support.get((order.award, order.subject, order.award_year), ()):
        if other.revision > order.facts_revision:
            details = {"programme": other.programme, "level": other.level, "amount_fen": other.amount_fen}
            yield Finding(order.id, FindingKind.PAID_ELSEWHERE, f"{other.programme}:{other.revision}", details)


def sample_size(orders: int, percent: int) -> int:
    """Return how many of `orders` are drawn: at least one if `percent` is above 0."""
    return -(-orders * percent // 100)


def draw(order_ids: Collection[str], seed: str, size: int) -> list[str]:
    """Draw `size` orders at random: those with the lowest SHA-256 of seed and id. Whoever has the seed draws the same."""
    return sorted(order_ids, key=lambda order_id: sha256(f"{seed}:{order_id}".encode()).digest())[:size]
