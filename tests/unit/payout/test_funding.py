"""The funding pass: who gets money, in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.payout.budgets.domain import Pot
from services.payout.funding import domain
from services.payout.funding.domain import AvailableBudget, Blockers, ProportionalPeriod, QueuedOrder, only_pots, place

DAY = date(2025, 3, 1)


def select_fundable(waiting: Iterable[QueuedOrder], budget: AvailableBudget) -> list[str]:
    """Return the ids of what is funded in turn, each in full."""
    funded = domain.select_fundable(waiting, budget)
    assert all(fen == order.amount_fen for order, fen in funded)
    return [order.id for order, _ in funded]


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
        QueuedOrder(f"{number}:{unit}", DAY, str(number), 1, unit, fen)
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
        QueuedOrder("a", DAY, "1", 1, "city", 6),
        QueuedOrder("b", DAY, "1", 1, "city", 6),
        QueuedOrder("c", DAY, "1", 2, "city", 1),
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


UNITS = ("city", "liandu", "development_zone")
ALWAYS = [ProportionalPeriod(date(2020, 1, 1), None, frozenset(UNITS))]


def days(*awards: list[dict[str, int]]) -> list[QueuedOrder]:
    """One list of awards per day: fen by unit."""
    return [
        QueuedOrder(f"{day}:{number}:{unit}", DAY + timedelta(days=day), f"{day}:{number}", 1, unit, fen)
        for day, own in enumerate(awards)
        for number, parts in enumerate(own)
        for unit, fen in parts.items()
    ]


def share(waiting: list[QueuedOrder], budget: AvailableBudget) -> dict[str, int]:
    """Return what is funded in proportion: fen by order."""
    return {order.id: fen for order, fen in domain.select_fundable(waiting, budget, ALWAYS)}


def rests(waiting: list[QueuedOrder], funded: dict[str, int]) -> list[QueuedOrder]:
    """Return the queue as it is afterwards."""
    left = [replace(order, amount_fen=order.amount_fen - funded.get(order.id, 0)) for order in waiting]
    return [order for order in left if order.amount_fen]


def test_a_day_that_is_short_gets_one_proportion_and_later_days_wait() -> None:
    budget = AvailableBudget({"city": 100})
    assert share(days([{"city": 60}], [{"city": 50}, {"city": 31}], [{"city": 1}]), budget) == {
        "0:0:city": 60,
        "1:0:city": 24,  # 50 x 40/81, rounded down
        "1:1:city": 15,
    }
    assert (budget.free, budget.blocked) == ({"city": 1}, {"city"})


def test_the_smallest_proportion_of_the_units_of_an_award_counts() -> None:
    budget = AvailableBudget({"city": 60, "liandu": 20})
    day = [{"city": 50, "liandu": 50}, {"city": 30}, {"city": 40, "liandu": 10}, {"liandu": 40}]
    assert share(days(day), budget) == {
        "0:0:city": 10,  # liandu has 20 of 100, the city 60 of 120
        "0:0:liandu": 10,
        "0:1:city": 15,
        "0:2:city": 8,
        "0:2:liandu": 2,
        "0:3:liandu": 8,
    }


def test_what_one_budget_lacks_does_not_cut_the_awards_of_the_others() -> None:
    budget = AvailableBudget({"city": 100, "liandu": 5})
    assert share(days([{"liandu": 10}, {"city": 70}], [{"city": 30}, {"liandu": 1}]), budget) == {
        "0:0:liandu": 5,
        "0:1:city": 70,
        "1:0:city": 30,
    }
    assert budget.blocked == {"liandu"}


def test_a_part_of_zero_in_one_unit_leaves_the_whole_instalment_waiting() -> None:
    budget = AvailableBudget({"city": 50, "liandu": 50})
    assert share(days([{"city": 99, "liandu": 1}, {"liandu": 100}]), budget) == {"0:1:liandu": 49}


def test_what_is_left_over_is_shared_again_only_with_more_money() -> None:
    waiting = days([{"city": 50}, {"city": 31}])
    budget = AvailableBudget({"city": 40})
    first = share(waiting, budget)
    waiting = rests(waiting, first)
    assert first == {"0:0:city": 24, "0:1:city": 15}
    again = AvailableBudget(dict(budget.free), left_over=dict(budget.left_over))
    assert share(waiting, again) == {}, "one fen is left over, and would pay nobody's share"
    assert again.blocked == {"city"}
    more = AvailableBudget({"city": budget.free["city"] + 20}, left_over=dict(budget.left_over))
    assert share(waiting, more) == {"0:0:city": 13, "0:1:city": 8}
    enough = AvailableBudget({"city": 43}, left_over=dict(budget.left_over))
    assert share(waiting, enough) == {"0:0:city": 26, "0:1:city": 16}


def test_what_an_earlier_day_keeps_waiting_has_its_share_of_its_day() -> None:
    """Otherwise a second pass, in which the earlier day lacks Liandu's money too, would pay the zone's last fen."""
    own = [{"liandu": 1, "development_zone": 10}, {"development_zone": 10}, {"liandu": 1}]
    waiting = days([{"city": 20, "liandu": 9}], own)
    budget = AvailableBudget({"city": 10, "liandu": 9, "development_zone": 19})
    first = share(waiting, budget)
    assert first == {"0:0:city": 10, "0:0:liandu": 4, "1:1:development_zone": 9, "1:2:liandu": 1}  # 10 x 19/20
    waiting = rests(waiting, first)
    again = AvailableBudget(dict(budget.free), left_over=dict(budget.left_over))
    assert share(waiting, again) == {}
    assert again.blocked == {"city", "liandu", "development_zone"}


def test_money_for_another_budget_of_the_day_is_more_money() -> None:
    """The city's money was held up by Liandu's; Liandu's comes."""
    waiting = days([{"city": 10, "liandu": 10}, {"city": 20}])
    budget = AvailableBudget({"city": 15, "liandu": 0})
    assert share(waiting, budget) == {"0:1:city": 10}
    waiting = rests(waiting, {"0:1:city": 10})
    more = AvailableBudget({"city": 5, "liandu": 100}, left_over=dict(budget.left_over))
    assert share(waiting, more) == {"0:0:city": 2, "0:0:liandu": 2, "0:1:city": 2}


def test_days_outside_of_the_period_are_funded_in_turn() -> None:
    period = ProportionalPeriod(DAY, DAY + timedelta(days=1), frozenset({"city"}))
    waiting = days([{"city": 50}, {"city": 50}], [{"city": 50}, {"city": 50}])
    for free, expected in ((60, {"0:0:city": 30, "0:1:city": 30}), (160, {"1:0:city": 50})):
        funded = domain.select_fundable(waiting, AvailableBudget({"city": free}), [period])
        assert {order.id: fen for order, fen in funded if fen < 50 or (free > 100 and order.id[0] == "1")} == expected
    assert not period.includes(DAY + timedelta(days=1))


awards_of_days = st.lists(st.lists(parts, min_size=1, max_size=8), max_size=4)
money = st.dictionaries(st.sampled_from(UNITS), st.integers(0, 150))


@given(waiting=awards_of_days, free=money)
def test_shared_days_follow_the_law(waiting: list[list[dict[str, int]]], free: dict[str, int]) -> None:
    """Never above what is free; both units or neither; one proportion, rounded down; later days wait."""
    queued = days(*waiting)
    budget = AvailableBudget(dict(free))
    funded = share(queued, budget)
    spent: dict[str, int] = {}
    blocked: set[str] = set()
    for day, own in enumerate(waiting):
        able = {number: need for number, need in enumerate(own) if blocked.isdisjoint(need)}
        left = {unit: free.get(unit, 0) - spent.get(unit, 0) for unit in UNITS}
        need = {unit: sum(each.get(unit, 0) for each in own) for unit in UNITS}
        short = {unit for unit in UNITS if left[unit] < need[unit]}
        for number, each in enumerate(own):
            got = {unit: funded.get(f"{day}:{number}:{unit}", 0) for unit in each}
            f = min((Fraction(left[unit], need[unit]) for unit in short & each.keys()), default=Fraction(1))
            floors = {unit: int(fen * f) for unit, fen in each.items()}
            able_to_pay = number in able and all(floors.values())
            assert got == (floors if able_to_pay else dict.fromkeys(each, 0))
            for unit, fen in got.items():
                spent[unit] = spent.get(unit, 0) + fen
        blocked |= short
    assert all(fen <= free.get(unit, 0) for unit, fen in spent.items())
    assert budget.free == {unit: fen - spent.get(unit, 0) for unit, fen in free.items()}
    assert budget.blocked == blocked


@given(waiting=awards_of_days, free=money)
def test_a_second_pass_without_more_money_funds_nothing(
    waiting: list[list[dict[str, int]]], free: dict[str, int]
) -> None:
    queued = days(*waiting)
    budget = AvailableBudget(dict(free))
    queued = rests(queued, share(queued, budget))
    assert share(queued, AvailableBudget(dict(budget.free), left_over=dict(budget.left_over))) == {}


@given(waiting=awards_of_days, free=money, more=st.lists(money, max_size=3))
def test_what_is_paid_in_the_end_is_what_was_needed(
    waiting: list[list[dict[str, int]]], free: dict[str, int], more: list[dict[str, int]]
) -> None:
    """However the money arrives: once there is enough of it, everybody has got everything."""
    total: dict[str, int] = {}
    left = queued = days(*waiting)
    budget = AvailableBudget(dict(free))
    for arriving in (*more, dict.fromkeys(UNITS, 10_000)):
        funded = share(left, budget)
        left = rests(left, funded)
        for order_id, fen in funded.items():
            total[order_id] = total.get(order_id, 0) + fen
        free_now = {unit: budget.free.get(unit, 0) + arriving.get(unit, 0) for unit in UNITS}
        budget = AvailableBudget(free_now, left_over=dict(budget.left_over))
    for order_id, fen in share(left, budget).items():
        total[order_id] = total.get(order_id, 0) + fen
    assert total == {order.id: order.amount_fen for order in queued}


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
