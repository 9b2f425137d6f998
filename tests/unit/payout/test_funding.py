"""The funding pass: who gets money, in which order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.payout.budgets.domain import Pot
from services.payout.funding.domain import AvailableBudget, Blockers, QueuedOrder, only_pots, place, select_fundable


def test_what_a_new_order_waits_for() -> None:
    blockers = Blockers(2026, frozenset({"held"}), frozenset({"HELD"}), frozenset({"NONE"}))
    assert blockers.waits_for("a", "U", 2027) == "due_year"
    assert blockers.waits_for("held", "NONE", 2027) == "due_year"
    assert blockers.waits_for("held", "NONE", 2026) == "release"
    assert blockers.waits_for("a", "HELD", 2026) == "release"
    assert blockers.waits_for("a", "NONE", 2020) == "account"
    assert blockers.waits_for("a", "U", 2020) == "funds"


def queue(*instalments: dict[str, int]) -> list[QueuedOrder]:
    """One award per position, in order: fen by unit."""
    return [
        QueuedOrder(f"{number}:{unit}", str(number), 1, unit, fen)
        for number, parts in enumerate(instalments)
        for unit, fen in parts.items()
    ]


def test_both_units_or_neither() -> None:
    budget = AvailableBudget({"city": 100, "liandu": 10})
    assert select_fundable(queue({"city": 50, "liandu": 50}), budget) == []
    assert budget.free == {"city": 100, "liandu": 10}
    assert select_fundable(queue({"city": 50, "liandu": 10}), AvailableBudget({"city": 100, "liandu": 10})) == [
        "0:city",
        "0:liandu",
    ]


def test_a_short_award_blocks_only_the_budget_that_lacks_the_money() -> None:
    waiting = queue({"city": 50, "liandu": 50}, {"city": 60}, {"liandu": 10}, {"city": 10, "liandu": 5}, {"city": 40})
    budget = AvailableBudget({"city": 100, "liandu": 20})
    assert select_fundable(waiting, budget) == ["1:city", "4:city"]
    assert budget.blocked == {"liandu"}


def test_nobody_is_overtaken_where_the_money_is_short() -> None:
    assert select_fundable(queue({"city": 50}, {"city": 60}, {"city": 10}), AvailableBudget({"city": 70})) == ["0:city"]


def test_a_unit_without_a_budget_is_short() -> None:
    budget = AvailableBudget({})
    assert select_fundable(queue({"city": 1}), budget) == []
    assert budget.blocked == {"city"}


def test_several_orders_of_one_instalment_go_together() -> None:
    orders = [
        QueuedOrder("a", "1", 1, "city", 6),
        QueuedOrder("b", "1", 1, "city", 6),
        QueuedOrder("c", "1", 2, "city", 1),
    ]
    assert select_fundable(orders, AvailableBudget({"city": 10})) == []
    assert select_fundable(orders, AvailableBudget({"city": 12})) == ["a", "b"]


parts = st.dictionaries(st.sampled_from(["city", "liandu", "development_zone"]), st.integers(1, 20), min_size=1)


@given(
    waiting=st.lists(parts, max_size=20), free=st.dictionaries(st.sampled_from(["city", "liandu"]), st.integers(0, 99))
)
def test_no_budget_goes_below_zero_and_nobody_who_could_be_funded_is_left(
    waiting: list[dict[str, int]], free: dict[str, int]
) -> None:
    budget = AvailableBudget(dict(free))
    chosen = set(select_fundable(queue(*waiting), budget))
    assert all(fen >= 0 for fen in budget.free.values())
    short: set[str] = set()
    left = dict(free)
    for number, need in enumerate(waiting):
        ids = {f"{number}:{unit}" for unit in need}
        assert ids <= chosen or ids.isdisjoint(chosen), "all units or none"
        lacking = {unit for unit, fen in need.items() if left.get(unit, 0) < fen}
        short |= lacking
        assert (ids <= chosen) == short.isdisjoint(need)
        if ids <= chosen:
            for unit, fen in need.items():
                left[unit] -= fen


amounts = st.lists(st.integers(0, 60), max_size=3)


@given(waiting=st.lists(parts, max_size=12), money=st.dictionaries(st.sampled_from(["city", "liandu"]), amounts))
def test_each_order_draws_on_the_first_money_that_covers_it_whole(
    waiting: list[dict[str, int]], money: dict[str, list[int]]
) -> None:
    pots = [Pot(unit, number, fen) for unit, own in money.items() for number, fen in enumerate(own)]
    left = {(pot.unit, pot.indicator_id): pot.free_fen for pot in pots}
    by_money, blocked = place(queue(*waiting), pots)
    placed = {order_id: key for key, ids in by_money.items() for order_id in ids}
    short: set[str] = set()
    for number, need in enumerate(waiting):
        first = {
            unit: next((key for key, fen_left in left.items() if key[0] == unit and fen_left >= fen), None)
            for unit, fen in need.items()
        }
        short |= {unit for unit, key in first.items() if key is None}
        ids = {f"{number}:{unit}" for unit in need}
        if short.isdisjoint(need):
            for unit, fen in need.items():
                key = first[unit]
                assert key is not None and placed[f"{number}:{unit}"] == key
                left[key] -= fen
        else:
            assert ids.isdisjoint(placed), "all units or none, and nobody is overtaken"
    assert blocked == short
    assert all(fen >= 0 for fen in left.values())
    assert {(pot.unit, pot.indicator_id): pot.free_fen for pot in pots} == left


@given(waiting=st.lists(st.integers(1, 20), min_size=1, max_size=8), own=st.lists(st.integers(0, 80), max_size=4))
def test_a_page_is_funded_at_once_only_where_each_order_would_draw_on_that_money(
    waiting: list[int], own: list[int]
) -> None:
    pots = [Pot("city", number, fen) for number, fen in enumerate(own)]
    money = only_pots({"city": (sum(waiting), min(waiting))}, pots)
    placed, _ = place(queue(*({"city": fen} for fen in waiting)), pots)
    if money is not None:
        assert {key: len(ids) for key, ids in placed.items()} == {("city", money["city"]): len(waiting)}
