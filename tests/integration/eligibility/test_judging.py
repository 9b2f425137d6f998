"""What an evaluation judges: years asked for, subjects in scope, and the first version's day for what depends on the day."""

from __future__ import annotations

from datetime import date
from typing import Literal

import polars as pl

from services.eligibility.evaluations.judging import FIRST_DAYS, PAIRS, Standing, judge
from services.eligibility.evaluations.schemas import EvaluationRequest
from services.eligibility.policy.book import Readings
from services.eligibility.policy.library import load_book
from tests.policy.tables import facts

BOOK = load_book("lishui-2020-1")
DEFAULTS = Readings.official_defaults(BOOK)
NOTHING = Standing(pl.DataFrame(schema=FIRST_DAYS), pl.DataFrame(schema=PAIRS))
COURIERS = {
    "courier_years": [
        {"uscc": uscc, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 1_000_000}
        for uscc in "AB"
    ],
    "sanctions": [{"uscc": "A", "kind": "serious_dishonesty", "since": date(2024, 6, 1)}],
}


def request(scope: Literal["all"] | list[str] = "all", years: tuple[int, ...] = (2023,)) -> EvaluationRequest:
    return EvaluationRequest.model_construct(
        policy=BOOK.code, award_years=list(years), scope=scope, decided_on=date(2024, 12, 1)
    )


def granted(outcomes: pl.DataFrame) -> list[str]:
    return outcomes.filter(pl.col("result") == "granted").get_column("subject").to_list()


def test_a_version_in_force_keeps_its_first_day_for_what_depends_on_the_day() -> None:
    readings = DEFAULTS.with_changes({"integrity_screen": "exclude"})
    outcomes, _ = judge(request(), facts(COURIERS), BOOK, readings, NOTHING)
    assert granted(outcomes) == ["B"], "dishonest on the decision day"
    first = pl.DataFrame([("courier-rent", "A", 2023, date(2024, 3, 1))], schema=FIRST_DAYS, orient="row")
    outcomes, _ = judge(request(), facts(COURIERS), BOOK, readings, Standing(first, NOTHING.paid))
    assert granted(outcomes) == ["A", "B"], "not yet dishonest on the day of the first version"


def test_what_has_happened_since_the_first_version_counts_in_its_restatement() -> None:
    terminals = [
        {"serial": serial, "uscc": "A", "jurisdiction": "liandu", "accepted_on": day}
        for serial, day in (("T1", date(2024, 3, 1)), ("T2", date(2024, 10, 1)))
    ]
    first = pl.DataFrame([("smart-terminal", "A", 2024, date(2024, 6, 1))], schema=FIRST_DAYS, orient="row")
    known = facts({"delivery_terminals": terminals})
    outcomes, _ = judge(request(years=(2024,)), known, BOOK, DEFAULTS, Standing(first, NOTHING.paid))
    assert outcomes.get_column("entitlement_fen").to_list() == [2_000_000]


def test_an_award_given_once_may_move_to_a_year_that_ended_after_its_first_version() -> None:
    grown = [{"uscc": "A", "year": year, "online_retail_fen": 10 + year} for year in (2020, 2021, 2022, 2023)]
    first = pl.DataFrame([("sustained-growth", "A", None, date(2023, 6, 1))], schema=FIRST_DAYS, orient="row")
    known = facts({"statistics_sales": grown})  # of 2022, until its figure of 2019 was withdrawn
    outcomes, _ = judge(request(), known, BOOK, DEFAULTS, Standing(first, NOTHING.paid))
    assert outcomes.filter(pl.col("result") == "granted").get_column("award_year").to_list() == [2023]


def test_asked_about_an_earlier_day_what_is_in_force_is_not_undone() -> None:
    first = pl.DataFrame([("courier-rent", "B", 2023, date(2025, 1, 5))], schema=FIRST_DAYS, orient="row")
    early = request().model_copy(update={"decided_on": date(2023, 6, 1)})
    outcomes, _ = judge(early, facts(COURIERS), BOOK, DEFAULTS, Standing(first, NOTHING.paid))
    assert granted(outcomes) == ["B"]


def test_a_few_and_all_give_the_same() -> None:
    everyone, _ = judge(request(), facts(COURIERS), BOOK, DEFAULTS, NOTHING)
    one, judged = judge(request(["A"]), facts(COURIERS), BOOK, DEFAULTS, NOTHING)
    assert one.equals(everyone.filter(pl.col("subject") == "A"))
    assert judged.subjects is not None
    assert ("courier-rent", "A") in judged.subjects
    assert ("courier-rent", "B") not in judged.subjects


def test_what_paid_an_enterprise_in_scope_is_judged_though_no_row_names_it_now() -> None:
    paid = pl.DataFrame([("courier-rent", "GONE")], schema=PAIRS, orient="row")
    _, judged = judge(request(["A"]), facts(COURIERS), BOOK, DEFAULTS, Standing(NOTHING.first_days, paid))
    assert judged.subjects is not None
    assert ("courier-rent", "GONE") in judged.subjects
