"""The rows of a file that went to the bank, compared with what the restored database has. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.payout.arrangements.domain import NOTHING_TO_SPLIT, Arrangement, Entitlement, split_entitlement
from services.payout.budgets.domain import UNCLASSIFIED, Classification
from services.payout.orders.lifecycle import Act, sources
from shared.errors import FieldError


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row of a file that went to the bank."""

    order_id: str
    payee_uscc: str
    amount_fen: int
    award_id: str
    instalment: int
    of: Classification = field(default=UNCLASSIFIED, compare=False)
    """What the money that it drew on was classified as."""


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that the restored database has. `holds_money`: money of a budget is reserved for it."""

    row: SentRow
    unit: str
    state: str
    in_batch: bool
    holds_money: bool


@dataclass(frozen=True, slots=True)
class KnownAward:
    """An award's version in effect, None while it waits for an arrangement, and the due year of each instalment.

    `shares` has the largest share that a version gave, fen by (unit, payee's uscc).
    """

    version: int | None
    first_decided_on: str
    due_years: tuple[int, ...]
    shares: Mapping[tuple[str, str], int]


@dataclass(slots=True)
class CheckedFile:
    """The rows of a file: orders that are known, orders that are not, how many are in a batch already, and mistakes."""

    known: list[KnownOrder] = field(default_factory=list)
    unknown: list[SentRow] = field(default_factory=list)
    unchanged: int = 0
    mistakes: list[FieldError] = field(default_factory=list)


def check_file(
    rows: Sequence[SentRow], unit: str, year: int, orders: Mapping[str, KnownOrder], awards: Mapping[str, KnownAward]
) -> CheckedFile:
    """Compare the rows of a file of `unit`, sent in `year`, with `orders` and `awards`.

    A batch never holds more of an award than its share: the orders that are not sent add up to what is owed at most.
    """
    checked = CheckedFile()
    seen: set[str] = set()
    beyond = beyond_shares(rows, unit, awards)
    for place, row in enumerate(rows):
        order = orders.get(row.order_id)
        mistake = _mistake(f"/rows/{place}", row, unit, order, repeated=row.order_id in seen)
        if mistake is None and not (order and order.in_batch):
            mistake = _award_mistake(f"/rows/{place}", row, year, awards.get(row.award_id))
        if mistake is None and order is None and (row.award_id, row.payee_uscc) in beyond:
            mistake = _share_mistake(f"/rows/{place}", row, unit, awards[row.award_id])
        if mistake is not None:
            checked.mistakes.append(mistake)
        elif order is None:
            checked.unknown.append(row)
        elif order.in_batch:
            checked.unchanged += 1
        else:
            checked.known.append(order)
        seen.add(row.order_id)
    return checked


def beyond_shares(rows: Iterable[SentRow], unit: str, awards: Mapping[str, KnownAward]) -> set[tuple[str, str]]:
    """Return the (award, payee) of those `rows` that add up to more than any version's share of `unit`."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        sums[row.award_id, row.payee_uscc] += row.amount_fen
    return {
        (award_id, uscc)
        for (award_id, uscc), fen in sums.items()
        if award_id in awards and fen > awards[award_id].shares.get((unit, uscc), 0)
    }


def with_versions(
    award: KnownAward, versions: Iterable[Entitlement], arrangements: Sequence[Arrangement]
) -> KnownAward:
    """Return `award` with the shares that `versions` gave as well, each split under its arrangement."""
    shares = dict(award.shares)
    for version in versions:
        for own in (split_entitlement(version, arrangements) or NOTHING_TO_SPLIT).units:
            key = (own.unit, version.payee_uscc)
            shares[key] = max(own.amount_fen, shares.get(key, 0))
    return replace(award, shares=shares)


def _mistake(at: str, row: SentRow, unit: str, order: KnownOrder | None, *, repeated: bool) -> FieldError | None:
    if repeated:
        return FieldError(at, "repeated", "The file has this order twice.")
    if order is None:
        return None
    if (order.row, order.unit) != (row, unit):
        return FieldError(
            at, "another_order", "The order with this id has another unit, payee, amount, award or instalment."
        )
    if not order.in_batch and order.state not in sources(Act.REENTER):
        return FieldError(
            at, "not_possible", "The order is in the state {state} but was never sent.", state=order.state
        )
    return None


def _award_mistake(at: str, row: SentRow, year: int, award: KnownAward | None) -> FieldError | None:
    if award is None:
        return FieldError(
            at,
            "unknown_award",
            "The decisions on this award have not arrived again. Have the operators request them (command `ask`), then repeat.",
        )
    if award.version is None:
        return FieldError(
            at, "waits_for_arrangement", "The award waits for an arrangement. Confirm the one that was in force again."
        )
    if not 1 <= row.instalment <= len(award.due_years):
        return FieldError(
            at,
            "no_such_instalment",
            "The award has no such instalment now. Have the operators request its decisions again (command `ask`), then repeat.",
        )
    if award.due_years[row.instalment - 1] > year:
        return FieldError(at, "not_due", "The instalment was not due in that year.")
    return None


def _share_mistake(at: str, row: SentRow, unit: str, award: KnownAward) -> FieldError:
    if (unit, row.payee_uscc) in award.shares:
        return FieldError(at, "more_than_share", "No version of the award gave its payee so much from this unit.")
    if any(uscc == row.payee_uscc for _, uscc in award.shares):
        return FieldError(at, "no_share", "This unit has no share in the award.")
    return FieldError(at, "another_payee", "The award was never given to this payee.")
