"""Use cases of checks: check orders before they are paid, show what is found, release an order."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.checks import repository
from services.payout.checks.domain import Finding, FindingKind, OrderToPay, draw, find, sample_size
from services.payout.clients.payees import Payees
from services.payout.orders import repository as orders
from services.payout.orders.repository import NO_SUCH_ORDER
from shared.authorization import Actor
from shared.errors import Conflict, NotFound, SamePerson
from shared.observability.metrics import PAYMENT_FINDINGS


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks of a batch found: the orders that are held, how many findings of each kind, the sample if one was drawn."""

    held: frozenset[str]
    findings: dict[str, int]
    sample: dict[str, Any] | None


def check(
    connection: Connection,
    payees: Payees,
    order_ids: Collection[str],
    *,
    unit: str,
    day: date,
    revision: int,
    sample_percent: int,
    by: str,
) -> Checked:
    """Check orders before they are paid, and draw a sample of the others: what is found is stored and holds its order.

    What was released before does not hold an order again. Raises Unavailable without the registry.
    """
    found = _find(connection, payees, repository.to_pay(connection, order_ids), day, revision)
    new = repository.add(connection, found, revision=revision, by=by)
    held = {order_id for order_id, _ in new}
    sample, drawn = None, []
    able = set(order_ids) - held
    able -= repository.sampled(connection, able) if sample_percent else set()
    if sample_percent and able:
        seed, size = secrets.token_hex(16), sample_size(len(able), sample_percent)
        sample_id = repository.add_sample(
            connection, unit=unit, seed=seed, percent=sample_percent, orders=len(able), size=size, by=by
        )
        sample = {"id": sample_id, "seed": seed, "percent": sample_percent, "orders": len(able), "size": size}
        drawn = [
            Finding(order_id, FindingKind.SAMPLE, str(sample_id), {"sample": str(sample_id)})
            for order_id in draw(able, seed, size)
        ]
        new += repository.add(connection, drawn, revision=revision, by=by)
        held |= {each.order_id for each in drawn}
    counts = Counter(kind for _, kind in new)
    for kind, number in counts.items():
        PAYMENT_FINDINGS.labels(kind).inc(number)
    return Checked(frozenset(held), dict(sorted(counts.items())), sample)


def preview(connection: Connection, payees: Payees, order_id: UUID, *, actor: Actor, day: date) -> dict[str, Any]:
    """Return what the checks would find about an order today, and what was found before; nothing is stored.

    Raises NotFound, Unavailable without the registry.
    """
    _require_order(connection, order_id, actor)
    revision = payees.latest_revision()
    found = _find(connection, payees, repository.to_pay(connection, [str(order_id)]), day, revision)
    return {
        "order_id": order_id,
        "registry_revision": revision,
        "now": [{"kind": each.kind.value, "details": each.details} for each in found],
        "findings": repository.findings(connection, order_id=order_id),
    }


def allowed(findings: Iterable[Mapping[str, Any]], by: str) -> list[str]:
    """Return the operations that the findings about an order allow `by`."""
    open_ones = [each for each in findings if each["released_at"] is None]
    return ["release_payment_order"] if open_ones and not _had_checked(open_ones, by) else []


def _had_checked(findings: Iterable[Mapping[str, Any]], by: str) -> bool:
    return any(each["found_by"] == by for each in findings)


def release(connection: Connection, order_id: UUID, *, reason: str, actor: Actor) -> list[dict[str, Any]]:
    """Release an order that a check holds, and return its findings; it can be paid with the next batch.

    Raises NotFound, Conflict if nothing holds it, SamePerson for who built the batch that was checked.
    """
    _require_order(connection, order_id, actor)
    found = repository.findings(connection, order_id=order_id, is_open=True)
    if not found:
        raise Conflict("No finding holds this order, so there is nothing to release.")
    if _had_checked(found, actor.subject):
        raise SamePerson("The person who had the order checked cannot release it; another person must.")
    repository.release(connection, order_id, reason=reason, by=actor.subject)
    return repository.findings(connection, order_id=order_id)


def _require_order(connection: Connection, order_id: UUID, actor: Actor) -> None:
    order = orders.order(connection, order_id)
    if order is None or not actor.covers(order.jurisdiction):
        raise NotFound(NO_SUCH_ORDER)


def _find(
    connection: Connection, payees: Payees, checked: Sequence[OrderToPay], day: date, revision: int
) -> list[Finding]:
    usccs, subjects = ({getattr(order, name) for order in checked} for name in ("payee_uscc", "subject"))
    facts = payees.facts(day, usccs, subjects, revision)
    named = [
        (order.id, facts.accounts[order.payee_uscc].holder, order.payee_name)
        for order in checked
        if order.payee_uscc in facts.accounts
    ]
    same = repository.same_name(connection, named) if named else set()
    same_name = {order.id: order.id in same for order in checked}
    return [finding for order in checked for finding in find(order, facts, same_name)]
