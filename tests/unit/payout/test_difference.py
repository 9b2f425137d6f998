"""The difference law: worked cases, and the same end whatever arrived in between."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from services.payout.orders.domain import Claim, Order, Part, difference

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "difference.yaml").read_text("utf-8"))


def order(number: int, instalment: int, fen: int, state: str) -> Order:
    return Order(UUID(int=number), number, instalment, 2025, fen, state)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_worked_cases(case: dict[str, Any]) -> None:
    target = [Part(number, 2025, fen) for number, fen in case["target"]]
    live = [order(number, *row) for number, row in enumerate(case["live"], start=1)]
    claim = Claim(case.get("outstanding", 0), case.get("repaid", 0), case.get("written_off", 0))
    change = difference(target, live, claim)
    assert [[p.instalment, p.amount_fen] for p in change.top_ups] == case.get("top_ups", [])
    assert [[o.instalment, o.amount_fen] for o in change.cancelled] == case.get("cancelled", [])
    assert change.replacement_fen == case.get("replacement", 0)
    assert change.claim_fen == case.get("claim", 0)
    assert change.to_recover_fen == case.get("to_recover", 0)


@dataclass
class Books:
    """An accountant's model of one award, unit and payee: orders and claims, nothing else."""

    orders: list[Order] = field(default_factory=list)
    claim: Claim = field(default_factory=Claim)
    version: int = 0
    target: list[Part] = field(default_factory=list)

    def restate(self, version: int, target: list[Part]) -> None:
        """The highest version wins; one that comes late or twice changes nothing."""
        if version > self.version:
            self.version, self.target = version, target
            self.settle_up()

    def settle_up(self) -> None:
        change = difference(self.target, self.orders, self.claim)
        assert all(each.state not in ("batched", "settled") for each in change.cancelled), "what is sent stays"
        number = 1 + max((each.number for each in self.orders), default=0)
        self.orders = [each for each in self.orders if each not in change.cancelled]
        if change.replacement_fen:
            cut = change.cancelled[-1]
            assert 0 < change.replacement_fen < cut.amount_fen
            self.orders.append(replace(cut, id=UUID(int=number), number=number, amount_fen=change.replacement_fen))
            number += 1
        for part in change.top_ups:
            self.orders.append(order(number, part.instalment, part.amount_fen, "waiting"))
            number += 1
        self.claim = replace(self.claim, outstanding_fen=self.claim.outstanding_fen + change.claim_fen)
        self.check(change.to_recover_fen)

    def check(self, to_recover_fen: int) -> None:
        owed = sum(part.amount_fen for part in self.target)
        assert self.ordered - self.claim.repaid_fen == owed + to_recover_fen, "Σ orders − recovered = owed + to recover"
        assert 0 <= self.claim.outstanding_fen <= to_recover_fen
        assert self.claim.outstanding_fen == max(0, self.paid - self.claim.repaid_fen - owed), (
            "the certain part is claimed"
        )
        assert all(each.amount_fen > 0 for each in self.orders)
        change = difference(self.target, self.orders, self.claim)
        assert (change.top_ups, change.cancelled, change.claim_fen) == ((), (), 0), "doing it again changes nothing"

    @property
    def ordered(self) -> int:
        return sum(each.amount_fen for each in self.orders)

    @property
    def paid(self) -> int:
        return sum(each.amount_fen for each in self.orders if each.state == "settled")

    def move(self, before: str, after: str) -> None:
        """The oldest order in the state `before` goes to `after`, as the bank or an officer says."""
        for place, each in enumerate(self.orders):
            if each.state == before:
                self.orders[place] = replace(each, state=after)
                self.settle_up()
                return

    def repay(self, fen: int) -> None:
        fen = min(fen, self.claim.outstanding_fen)
        self.claim = replace(
            self.claim, outstanding_fen=self.claim.outstanding_fen - fen, repaid_fen=self.claim.repaid_fen + fen
        )
        self.settle_up()


targets = st.lists(st.integers(0, 50), max_size=3).map(
    lambda parts: [Part(number, 2025, fen) for number, fen in enumerate(parts, start=1)]
)
histories = st.lists(targets, min_size=1, max_size=6)


@given(versions=histories, data=st.data())
def test_any_order_of_arrival_ends_in_the_same_sums(versions: list[list[Part]], data: st.DataObject) -> None:
    arrivals = data.draw(st.lists(st.integers(1, len(versions)), max_size=12).map(lambda seen: [*seen, len(versions)]))
    late = data.draw(st.lists(st.integers(1, len(versions)), max_size=6))
    books, straight = Books(), Books()
    for version in arrivals + late:
        books.restate(version, versions[version - 1])
    straight.restate(len(versions), versions[-1])
    assert books.ordered == straight.ordered == sum(part.amount_fen for part in versions[-1])
    assert books.claim == straight.claim


moves = st.sampled_from(
    [
        ("waiting", "issued"),
        ("issued", "batched"),
        ("batched", "settled"),
        ("batched", "failed"),
        ("settled", "returned"),
    ]
)
acts = st.one_of(
    targets.map(lambda t: ("restate", t)),
    moves.map(lambda m: ("move", m)),
    st.integers(1, 60).map(lambda f: ("repay", f)),
)


@given(history=st.lists(acts, max_size=25))
def test_the_sums_hold_through_any_history(history: list[tuple[str, Any]]) -> None:
    books = Books()
    for act, detail in history:
        if act == "restate":
            books.restate(books.version + 1, detail)
        elif act == "move":
            books.move(*detail)
        else:
            books.repay(detail)
