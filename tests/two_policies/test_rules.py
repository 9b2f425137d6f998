"""The second policy's rules: cases on each side of each line, ranks against a plain implementation, dependencies of ranks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.rulebook import rulebook
from services.eligibility.engine.dependencies import PAIRS, enterprises_reading, load_dependencies, subjects_touching
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import explain
from services.eligibility.engine.sealed_inputs import facts_of, inputs
from services.eligibility.facts.catalogue import Facts
from services.eligibility.facts.queries import in_memory
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.grammar import parameter
from services.eligibility.rules.library import load_policy
from shared.policies import POLICIES
from tests.policy import tables
from tests.policy.casefile import PolicyCase, read_cases
from tests.policy.test_cases import check, only

POLICY = load_policy("etown-2024-1")
DEFAULTS = Interpretations.official_defaults(POLICY)
DAY = date(2025, 3, 1)
YEARS = list(POLICY.possible_years)
FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [case for path in FILES for case in read_cases(path)]


@pytest.fixture(autouse=True)
def in_the_e_town(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enterprises are in the e-town unless a table says otherwise."""
    monkeypatch.setattr(tables, "PLAIN_FIELDS", {**tables.PLAIN_FIELDS, "locations.jurisdiction": "e_town"})


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.award}: {case.name}")
def test_case(case: PolicyCase) -> None:
    known = tables.facts(case.tables)
    interpretations = DEFAULTS.with_changes(case.interpretations)
    outcomes = evaluate(known, POLICY, interpretations, YEARS, DAY, [case.award], all_enterprises=True)
    rows = {(row["subject"], row["award_year"]): row for row in outcomes.iter_rows(named=True)}
    about = {row["subject"] for row in rows.values() if row["about_known"]}
    for named, by_year in case.expect.items():
        subject = named if named is not None else only(about)
        for year, expected in by_year.items():
            explained = explain(known, POLICY, interpretations, case.award, subject, year, DAY)
            row = rows[subject, year]
            assert (explained.result, explained.entitlement_fen) == (row["result"], row["entitlement_fen"])
            check(expected, row, explained)


def test_every_award_has_cases_and_every_reading_is_tried() -> None:
    assert {path.stem for path in FILES} == {award.code for award in POLICY.awards} == {*POLICIES[POLICY.code].awards}
    tried = {(name, value) for case in CASES for name, value in case.interpretations.items()}
    assert ("rank_ties", "earlier_registered") in tried


def test_every_condition_fails_alone_somewhere() -> None:
    alone = {
        (case.award, next(iter(why)) if isinstance(why, dict) else why)
        for case in CASES
        for by_year in case.expect.values()
        for expected in by_year.values()
        if isinstance(expected, dict)
        for result, why in expected.items()
        if result == "refused"
    }
    assert {(award.code, condition.name) for award in POLICY.awards for condition in award.when} <= alone


def sales(figures: Sequence[int | None], **more: Any) -> Facts:
    rows = [
        {"uscc": f"E{number:02}", "year": 2023, "online_retail_fen": figure} for number, figure in enumerate(figures)
    ]
    return tables.facts({"etown_sales": rows, **more})


def test_an_explanation_says_how_many_are_ahead_and_what_the_last_one_in_has() -> None:
    known = sales([450_000_000 - number for number in range(7)])
    first, last, out = (explain(known, POLICY, DEFAULTS, "retail-middle", f"E{n:02}", 2023, DAY) for n in (0, 4, 6))
    figures = []
    for each in (first, last, out):
        rank = each.as_dict("en")["conditions"][-1]
        assert rank["name"] == "first-by-retail" or each.conditions[-1].name == "first-by-retail"
        figures.append(
            (rank["result"], *(rank[name]["value"] for name in ("ahead", "measured", "threshold", "last_in")))
        )
    assert figures == [("met", 0, 1, 5, 449_999_996), ("met", 4, 5, 5, 449_999_996), ("failed", 6, 7, 5, 449_999_996)]
    [near] = out.near_misses
    assert near.short_by is not None and near.short_by.value == 2
    assert {each.name for each in out.interpretations} >= {"rank_ties"}


@st.composite
def populations(draw: st.DrawFn) -> tuple[Facts, str]:
    """Return few figures, so that many are equal, some unknown, some of enterprises whose place on the map is unknown."""
    random = Random(draw(st.integers(0, 2**32)))
    count = random.randint(1, 14)
    figures = [random.choice([None, 299, 300, 300, 310, 320, 400, 499, 500]) for _ in range(count)]
    where, who = [], []
    for number in range(count):
        uscc = f"E{number:02}"
        who.append({"uscc": uscc, "name": uscc, "registered_on": date(2019, 1, random.randint(1, 3))})
        since = date(2024, 6, 1) if random.random() < 0.15 else date(2015, 1, 1)
        where.append({"uscc": uscc, "since": since, "jurisdiction": random.choice(["e_town"] * 6 + ["e_town_county"])})
    rows = [
        {"uscc": f"E{number:02}", "year": 2023, "online_retail_fen": None if figure is None else figure * 1_000_000}
        for number, figure in enumerate(figures)
    ]
    known = tables.facts({"etown_sales": rows, "locations": where, "enterprises": who})
    return known, random.choice(["shared", "earlier_registered"])


def plainly(known: Facts, ties: str) -> dict[str, str]:
    """Return who is among the first five, case by case, from the sentence in the policy."""
    where = {row["uscc"]: row for row in known["locations"].iter_rows(named=True)}
    registered = dict(known["enterprises"].select("uscc", "registered_on").iter_rows())
    running: dict[str, tuple[int | None, bool]] = {}
    found = {}
    for uscc, _, figure, *_ in known["etown_sales"].iter_rows():
        place = where[uscc]["jurisdiction"] == "e_town" if where[uscc]["since"] <= date(2023, 12, 31) else None
        in_band = None if figure is None else 300_000_000 <= figure < 500_000_000
        if place is False or in_band is False:
            found[uscc] = "refused"
        else:
            running[uscc] = (figure, bool(place and in_band))
    for uscc, (figure, certain) in running.items():
        if figure is None:
            found[uscc] = "undetermined"
            continue
        ahead = doubt = 0
        for other, (theirs, sure) in running.items():
            if other == uscc:
                continue
            own_key, their_key = ((registered[each], each) for each in (uscc, other))
            before = theirs is None or theirs > figure
            before |= theirs == figure and ties == "earlier_registered" and their_key < own_key
            ahead, doubt = ahead + (before and sure), doubt + (before and not sure)
        if ahead >= 5:
            found[uscc] = "refused"
        else:
            found[uscc] = "granted" if certain and ahead + doubt < 5 else "undetermined"
    return found


@settings(max_examples=60, deadline=None)
@given(populations())
def test_ranks_are_those_of_a_plain_implementation(drawn: tuple[Facts, str]) -> None:
    known, ties = drawn
    interpretations = DEFAULTS.with_changes({"rank_ties": ties})
    outcomes = evaluate(known, POLICY, interpretations, [2023], DAY, ["retail-middle"])
    assert dict(outcomes.select("subject", "result").iter_rows()) == plainly(known, ties)
    kept = evaluate(known, POLICY, interpretations, [2023], DAY, ["retail-middle"], results=("granted", "undetermined"))
    assert kept.equals(outcomes.filter(outcomes["result"] != "refused"))
    shuffled = Facts.of({name: rows.sample(fraction=1, shuffle=True, seed=1) for name, rows in known.items()})
    assert evaluate(shuffled, POLICY, interpretations, [2023], DAY, ["retail-middle"]).equals(outcomes)
    one = outcomes.select("award", "subject").head(1)
    alone = evaluate(known, POLICY, interpretations, [2023], DAY, subjects=one)
    assert alone.equals(outcomes.join(one, on=one.columns, how="semi"))


def everyone(count: int) -> list[str]:
    return [f"E{number:02}" for number in range(count)]


def touched(known: Facts, *uscc: str) -> list[str]:
    pairs = subjects_touching(in_memory(known), POLICY, uscc, ["retail-middle"])
    return pairs.get_column("subject").to_list()


def test_a_correction_of_one_touches_all_that_are_ranked_with_it() -> None:
    known = sales([400_000_000] * 8)
    assert touched(known, "E03") == everyone(8)
    assert touched(known, "X") == ["X"], "it takes no place"
    reached, pairs = load_dependencies(in_memory(known), POLICY, ["E03"], pl.DataFrame(schema=PAIRS))
    middle = pairs.filter(pl.col("award") == "retail-middle")
    assert middle.get_column("subject").to_list() == everyone(8)
    outcomes = evaluate(known, POLICY, DEFAULTS, [2023], DAY, ["retail-middle"])
    assert evaluate(reached, POLICY, DEFAULTS, [2023], DAY, subjects=middle).equals(outcomes)


def test_a_figure_withdrawn_touches_those_who_move_up() -> None:
    before = sales([400_000_000 + number for number in range(6)])
    gone = before["etown_sales"].filter(pl.col("uscc") == "E05")
    after = before.replacing({"etown_sales": before["etown_sales"].filter(pl.col("uscc") != "E05")})
    assert touched(after, "E05") == ["E05"], "no row is about it any more"
    assert enterprises_reading(in_memory(after), POLICY, {"etown_sales": gone}) == set(everyone(5))
    decided = pl.DataFrame({"award": ["retail-middle"], "subject": ["E05"]})
    _, pairs = load_dependencies(in_memory(after), POLICY, [], decided)
    assert pairs.get_column("subject").to_list() == everyone(6), "also where the version in force names it alone"


def sealed(known: Facts) -> Iterator[dict[str, Any]]:
    pairs = evaluate(known, POLICY, DEFAULTS, YEARS, DAY).select("award", "subject").unique()
    yield from inputs(known, POLICY, pairs).iter_rows(named=True)


def test_a_receipt_seals_the_rows_of_all_that_are_ranked_once() -> None:
    known = sales([450_000_000 - number for number in range(7)], sanctions=[{"uscc": "E01", "kind": "tax"}])
    documents = {row["inputs"] for row in sealed(known) if row["award"] == "retail-middle"}
    assert len(documents) == 1, "one document for all: it is stored once, under its hash"
    again = facts_of(documents.pop())
    for subject in ("E04", "E05"):
        told = (explain(each, POLICY, DEFAULTS, "retail-middle", subject, 2023, DAY) for each in (known, again))
        assert len({each.document("en") for each in told}) == 1


def test_a_number_changed_on_a_day_holds_from_that_year_on() -> None:
    award = POLICY.parameters["top_award"]
    raised = replace(award, values=(*award.values, (date(2023, 1, 1), 40_000)))
    policy = replace(POLICY, parameters={**POLICY.parameters, "top_award": raised})
    known = tables.facts({"etown_sales": [
        {"uscc": "A", "year": year, "online_retail_fen": 500_000_000} for year in (2022, 2023, 2024)
    ]})  # fmt: skip
    rows = evaluate(known, policy, DEFAULTS, YEARS, DAY, ["retail-top"])
    assert rows.get_column("entitlement_fen").to_list() == [3_000_000, 4_000_000, 4_000_000]
    explained = explain(known, policy, DEFAULTS, "retail-top", "A", 2023, DAY)
    assert explained.steps[0].figure.value == 4_000_000
    assert policy.hash != POLICY.hash


def test_instalments_leave_what_does_not_divide_to_the_last() -> None:
    awards = tuple(
        replace(award, instalments=parameter("shop_months")) if award.code == "retail-top" else award
        for award in POLICY.awards
    )
    policy = replace(POLICY, awards=awards).with_parameters({"shop_months": 7})
    known = tables.facts({"etown_sales": [{"uscc": "A", "year": 2023, "online_retail_fen": 500_000_000}]})
    [parts] = evaluate(known, policy, DEFAULTS, [2023], DAY, ["retail-top"])["instalments"].to_list()
    assert [part["amount_fen"] for part in parts] == [428_571] * 6 + [428_574]
    assert [part["due_offset_years"] for part in parts] == list(range(7))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_its_rulebook_tells_the_ranks(language: str) -> None:
    page = rulebook(POLICY, language)
    assert {"en": "largest first: places 5 places", "zh-CN": "从高到低排名居前"}[language] in page
