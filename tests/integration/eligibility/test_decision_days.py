"""What an evaluation judges: years asked for, subjects in scope, and the first version's day for what depends on the day."""

from __future__ import annotations

from datetime import date

import polars as pl

from services.eligibility.engine.dependencies import subjects_touching
from services.eligibility.evaluation_jobs.decision_days import FIRST_DAYS, evaluate_as_decided
from services.eligibility.facts.queries import in_memory
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.tables import facts

BOOK = load_policy("lishui-2020-1")
DEFAULTS = Interpretations.official_defaults(BOOK)
NOTHING = pl.DataFrame(schema=FIRST_DAYS)
COURIERS = {
    "courier_years": [
        {"uscc": uscc, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 1_000_000}
        for uscc in "AB"
    ],
    "sanctions": [{"uscc": "A", "kind": "serious_dishonesty", "since": date(2024, 6, 1)}],
}


def judged(
    first_days: pl.DataFrame, readings: Interpretations = DEFAULTS, on: date = date(2024, 12, 1)
) -> pl.DataFrame:
    return evaluate_as_decided(facts(COURIERS), BOOK, readings, [2023], on, first_days)


def granted(outcomes: pl.DataFrame) -> list[str]:
    return outcomes.filter(pl.col("result") == "granted").get_column("subject").to_list()


def test_a_version_in_force_keeps_its_first_day_for_what_depends_on_the_day() -> None:
    readings = DEFAULTS.with_changes({"integrity_screen": "exclude"})
    assert granted(judged(NOTHING, readings)) == ["B"], "dishonest on the decision day"
    first = pl.DataFrame([("courier-rent", "A", 2023, date(2024, 3, 1))], schema=FIRST_DAYS, orient="row")
    assert granted(judged(first, readings)) == ["A", "B"], "not yet dishonest on the day of the first version"


def test_a_first_proposal_that_is_open_is_judged_as_of_its_own_day() -> None:
    open_days = pl.DataFrame([("courier-rent", "A", 2023, date(2023, 6, 1))], schema=FIRST_DAYS, orient="row")
    found = evaluate_as_decided(
        facts(COURIERS), BOOK, DEFAULTS, [2023], date(2024, 12, 1), NOTHING, open_days=open_days
    )
    assert granted(found) == ["B"], "the year was not over on that day"


def test_what_has_happened_since_the_first_version_counts_in_its_restatement() -> None:
    terminals = [
        {"serial": serial, "uscc": "A", "jurisdiction": "liandu", "accepted_on": day}
        for serial, day in (("T1", date(2024, 3, 1)), ("T2", date(2024, 10, 1)))
    ]
    first = pl.DataFrame([("smart-terminal", "A", 2024, date(2024, 6, 1))], schema=FIRST_DAYS, orient="row")
    known = facts({"delivery_terminals": terminals})
    outcomes = evaluate_as_decided(known, BOOK, DEFAULTS, [2024], date(2024, 12, 1), first)
    assert outcomes.get_column("entitlement_fen").to_list() == [2_000_000]


def test_an_award_given_once_may_move_to_a_year_that_ended_after_its_first_version() -> None:
    grown = [{"uscc": "A", "year": year, "online_retail_fen": 10 + year} for year in (2020, 2021, 2022, 2023)]
    first = pl.DataFrame([("sustained-growth", "A", None, date(2023, 6, 1))], schema=FIRST_DAYS, orient="row")
    known = facts({"statistics_sales": grown})  # of 2022, until its figure of 2019 was withdrawn
    outcomes = evaluate_as_decided(known, BOOK, DEFAULTS, [2023], date(2024, 12, 1), first)
    assert outcomes.filter(pl.col("result") == "granted").get_column("award_year").to_list() == [2023]


def test_asked_about_an_earlier_day_what_is_in_force_is_not_undone() -> None:
    first = pl.DataFrame([("courier-rent", "B", 2023, date(2025, 1, 5))], schema=FIRST_DAYS, orient="row")
    assert granted(judged(first, on=date(2023, 6, 1))) == ["B"]


def test_a_few_and_all_give_the_same() -> None:
    pairs = subjects_touching(in_memory(facts(COURIERS)), BOOK, ["A"])
    one = evaluate_as_decided(facts(COURIERS), BOOK, DEFAULTS, [2023], date(2024, 12, 1), NOTHING, subjects=pairs)
    assert one.equals(judged(NOTHING).filter(pl.col("subject") == "A"))
