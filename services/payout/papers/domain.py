"""A payee's account: why what was assessed and what was paid differ, as figures that add up to the fen. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Reason(Enum):
    """Why an amount that was assessed is not in the payee's hands, or one that is was not assessed."""

    ARRANGEMENT = auto()
    DUE_LATER = auto()
    FUNDS = auto()
    ACCOUNT = auto()
    RELEASE = auto()
    HELD = auto()
    IN_HAND = auto()
    AT_BANK = auto()
    NOT_PAID = auto()
    NETTED = auto()
    NETTED_DEBT = auto()
    TO_RECOVER = auto()
    TO_RECOVER_LATER = auto()
    WRITTEN_OFF = auto()
    TO_BE_ORDERED = auto()


@dataclass(frozen=True, slots=True)
class Position:
    """What a unit owes for an award under the version in effect, and what was claimed back; fen."""

    unit: str
    share_fen: int
    repaid_fen: int
    """Through the bank."""
    netted_fen: int
    """Repaid by netting against orders."""
    written_off_fen: int
    outstanding_fen: int


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A live order of a unit; `netted`: it was settled by netting instead of a payment."""

    unit: str
    instalment: int
    due_year: int
    amount_fen: int
    state: str
    waiting_for: str | None
    netted: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An amount of the difference and why; positive: assessed and not in hand, negative: in hand and not assessed."""

    reason: Reason
    unit: str | None
    due_year: int | None
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Account:
    """The account of an award: `assessed_fen` − `in_hand_fen` is the sum of `lines`."""

    assessed_fen: int
    paid_fen: int
    """Through the bank."""
    repaid_fen: int
    """Through the bank."""
    lines: tuple[Line, ...]

    @property
    def in_hand_fen(self) -> int:
        """What the payee has received and not paid back."""
        return self.paid_fen - self.repaid_fen

    @property
    def difference_fen(self) -> int:
        """What was assessed beyond what the payee has."""
        return self.assessed_fen - self.in_hand_fen


def account(assessed_fen: int, positions: Sequence[Position], orders: Sequence[OpenOrder]) -> Account:
    """Return the account of an award from its positions by unit and its live orders."""
    found: Counter[tuple[Reason, str | None, int | None]] = Counter()
    found[Reason.ARRANGEMENT, None, None] += assessed_fen - sum(each.share_fen for each in positions)
    for order in orders:
        if order.state != "settled" or order.netted:
            reason = _reason(order)
            due_year = order.due_year if reason is Reason.DUE_LATER else None
            found[reason, order.unit, due_year] += order.amount_fen
    for position in positions:
        ordered = sum(order.amount_fen for order in orders if order.unit == position.unit)
        for reason, amount_fen in _of_position(position, ordered):
            found[reason, position.unit, None] += amount_fen
    places = list(Reason)
    ordered_lines = sorted(
        found.items(), key=lambda each: (places.index(each[0][0]), each[0][1] or "", each[0][2] or 0)
    )
    return Account(
        assessed_fen,
        sum(order.amount_fen for order in orders if order.state == "settled" and not order.netted),
        sum(position.repaid_fen for position in positions),
        tuple(Line(*which, amount_fen) for which, amount_fen in ordered_lines if amount_fen),
    )


def _of_position(position: Position, ordered_fen: int) -> Iterator[tuple[Reason, int]]:
    """Yield what a unit ordered beyond its share, or short of it, and how that was or will be made good."""
    claimed = position.repaid_fen + position.netted_fen + position.written_off_fen
    beyond = ordered_fen - claimed - position.share_fen
    raised = min(position.outstanding_fen, max(beyond, 0))
    yield Reason.NETTED_DEBT, -position.netted_fen
    yield Reason.WRITTEN_OFF, -position.written_off_fen
    yield Reason.TO_RECOVER, -raised
    yield Reason.TO_RECOVER_LATER, -(max(beyond, 0) - raised)
    yield Reason.TO_BE_ORDERED, max(-beyond, 0)


def _reason(order: OpenOrder) -> Reason:
    """Return why a live order is not paid through the bank."""
    if order.netted:
        return Reason.NETTED
    if order.state == "batched":
        return Reason.AT_BANK
    if order.state in ("failed", "returned"):
        return Reason.NOT_PAID
    if order.held:
        return Reason.HELD
    if order.state == "waiting":
        waits = {"due_year": Reason.DUE_LATER, "funds": Reason.FUNDS, "account": Reason.ACCOUNT}
        return waits.get(order.waiting_for or "", Reason.RELEASE)
    return Reason.IN_HAND


def total(accounts: Iterable[Account]) -> Account:
    """Return the account of all awards together; what nets out between them is no difference."""
    found: Counter[tuple[Reason, str | None, int | None]] = Counter()
    assessed = paid = repaid = 0
    for each in accounts:
        assessed, paid, repaid = assessed + each.assessed_fen, paid + each.paid_fen, repaid + each.repaid_fen
        for line in each.lines:
            found[line.reason, None, None] += line.amount_fen
    places = list(Reason)
    lines = sorted(found.items(), key=lambda each: places.index(each[0][0]))
    return Account(assessed, paid, repaid, tuple(Line(*which, fen) for which, fen in lines if fen))
