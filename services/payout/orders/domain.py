"""The difference law: what a target does to the orders that exist. Pure, in whole fen.

For one award, unit and payee let T be the target (the unit's share of the version in force), L the live orders, B what was
paid back, W what was written off.

- T > L − B: the difference is ordered on top, in the instalments that lack it, the earliest first.
- T < L − B: unsent orders are cancelled, the last instalment first and in it the youngest order; the one cut through is
  replaced by a smaller one.
- What then is still too much, L − B − T, is `to_recover` (less W). Of it, only what the bank has settled, max(0, settled −
  B − T − W), is claimed as a recovery; the rest is claimed when the payment settles, and no longer owed if it fails.

Everything is computed from T and what exists, never from the version before: whichever versions arrived in between, or never
arrived, the sums at the end are the same. Units and payees never net against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from services.payout.enums import SENT
from shared.policies import AWARD_PLACES, AWARD_TITLES


class Part(NamedTuple):
    """What a unit is to pay at an instalment, fen."""

    instalment: int
    due_year: int
    amount_fen: int


LAST_PLACE = 32_767
"""The place of an award that no installed policy names: after all others of its day."""


class QueuePlace(NamedTuple):
    """The place of an award in the queue for money among those that were first decided on the same day."""

    award_place: int
    subject: str
    award_year: int

    @classmethod
    def of(cls, award: str, subject: str, award_year: int) -> QueuePlace:
        """Return the place of an award: by its place in the policy, then by the code of its subject, then by its year."""
        return cls(AWARD_PLACES.get(award, LAST_PLACE), subject, award_year)


class QueuePosition(NamedTuple):
    """A position in the queue for money, which is ordered by the first decision's day, then by `QueuePlace`.

    Nothing of it depends on when an award arrived. The award's id tells apart what is equal in all of them, such as awards of two
    policies, which never draw on one budget.
    """

    first_decided_on: str
    award_place: int
    subject: str
    award_year: int
    award_id: str


BEGINNING = QueuePosition("-infinity", 0, "", 0, str(UUID(int=0)))
END = QueuePosition("infinity", 0, "", 0, str(UUID(int=0)))


@dataclass(frozen=True, slots=True)
class Order:
    """A live payment order; the law itself reads none of the members that may be left out."""

    id: UUID
    number: int
    instalment: int
    due_year: int
    amount_fen: int
    state: str
    waiting_for: str | None = None
    budget_year: int | None = None
    account_revision: int | None = None
    indicator_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What has been claimed back so far, fen: `outstanding_fen` is still to come back."""

    outstanding_fen: int = 0
    repaid_fen: int = 0
    written_off_fen: int = 0


NO_CLAIM = Claim()


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be done so that orders and claims agree with the target.

    `replacement_fen` is the remaining amount of the last of `cancelled`, if it was cut through. `claim_fen` is what the open
    claim has to change by: positive is raised, negative dropped. `to_recover_fen` includes what is not settled yet.
    """

    top_ups: tuple[Part, ...] = ()
    cancelled: tuple[Order, ...] = ()
    replacement_fen: int = 0
    claim_fen: int = 0
    to_recover_fen: int = 0


def purpose_of(award: str, award_year: int) -> str:
    """Return what a payment is for, in the words that the bank and the payee read: 2023年度快递企业租房补贴."""
    title = AWARD_TITLES[award][0] if award in AWARD_TITLES else award
    return f"{award_year}年度{title}"


def difference(target: Sequence[Part], live: Sequence[Order], claim: Claim = NO_CLAIM) -> Change:
    """Apply the law to one award, unit and payee; `target` has one part per instalment, in order."""
    owed = sum(part.amount_fen for part in target)
    ordered = sum(order.amount_fen for order in live)
    excess = ordered - claim.repaid_fen - owed
    if excess < 0:
        return Change(top_ups=_top_ups(target, live, -excess), claim_fen=-claim.outstanding_fen)
    cancelled, replacement, left = _cut(live, excess)
    settled = sum(order.amount_fen for order in live if order.state == "settled")
    due_back = max(0, settled - claim.repaid_fen - owed - claim.written_off_fen)
    return Change(
        cancelled=cancelled,
        replacement_fen=replacement,
        claim_fen=due_back - claim.outstanding_fen,
        to_recover_fen=max(0, left - claim.written_off_fen),
    )


def _top_ups(target: Sequence[Part], live: Sequence[Order], missing: int) -> tuple[Part, ...]:
    ordered: dict[int, int] = {}
    for order in live:
        ordered[order.instalment] = ordered.get(order.instalment, 0) + order.amount_fen
    parts = []
    for part in target:
        lacking = min(missing, part.amount_fen - ordered.get(part.instalment, 0))
        if lacking > 0:
            parts.append(Part(part.instalment, part.due_year, lacking))
            missing -= lacking
    if missing:  # money came back from an instalment that is still ordered in full: it is paid again with the last
        last = target[-1]
        if parts and parts[-1].instalment == last.instalment:
            missing += parts.pop().amount_fen
        parts.append(Part(last.instalment, last.due_year, missing))
    return tuple(parts)


def _cut(live: Sequence[Order], excess: int) -> tuple[tuple[Order, ...], int, int]:
    unsent = [order for order in live if order.state not in SENT]
    unsent.sort(key=lambda order: (order.instalment, order.number), reverse=True)
    cancelled = []
    for order in unsent:
        if excess == 0:
            break
        cancelled.append(order)
        if order.amount_fen > excess:
            return tuple(cancelled), order.amount_fen - excess, 0
        excess -= order.amount_fen
    return tuple(cancelled), 0, excess
