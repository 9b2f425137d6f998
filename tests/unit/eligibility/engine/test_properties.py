"""What holds for every population: one equals many, order is irrelevant, closures and sealed inputs are enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.eligibility.engine.dependencies import RowQuery, closure, in_memory, load_dependencies, subjects_touching
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import explain
from services.eligibility.engine.outcomes import OUTCOME_SCHEMA
from services.eligibility.engine.sealed_inputs import facts_of, inputs
from services.eligibility.facts.catalogue import CATALOGUE, LARGEST, Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.focused import ABOUT, focused
from tests.policy.populations import ENTERPRISES, Tables, population
from tests.policy.tables import frame

BOOK = load_policy("lishui-2020-1")
YEARS = list(range(2020, 2026))
DAY = date(2025, 6, 1)
SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=8, deadline=None)
FEWER = settings(max_examples=4, deadline=None)


def drawn(seed: int) -> tuple[Random, Facts, Interpretations]:
    random = Random(seed)
    tables = population(random) if random.random() < 0.3 else focused(random, random.choice(list(ABOUT)))
    changes = {name: random.choice(list(reading.values)) for name, reading in BOOK.interpretations.items()}
    return random, facts_from(tables), Interpretations.official_defaults(BOOK).with_changes(changes)


def facts_from(tables: Tables) -> Facts:
    return Facts.of({name: frame(name, rows) for name, rows in tables.items()})


@FEW
@given(SEEDS)
def test_explaining_one_and_evaluating_all_agree(seed: int) -> None:
    random, facts, readings = drawn(seed)
    rows = evaluate(facts, BOOK, readings, YEARS, DAY).to_dicts()
    for row in random.sample(rows, min(6, len(rows))):
        one = explain(facts, BOOK, readings, row["award"], row["subject"], row["award_year"], DAY)
        assert (one.result, one.entitlement_fen) == (row["result"], row["entitlement_fen"]), one.as_dict("en")
        assert (one.payee_uscc, one.jurisdiction) == (row["payee_uscc"], row["jurisdiction"])
        assert (list(one.missing), list(one.flags)) == (row["missing"], row["flags"])
        if one.result == "undetermined":
            assert one.missing


@FEW
@given(SEEDS)
def test_without_refusals_the_rest_is_the_same(seed: int) -> None:
    _, facts, readings = drawn(seed)
    every = evaluate(facts, BOOK, readings, YEARS, DAY)
    kept = evaluate(facts, BOOK, readings, YEARS, DAY, results=("granted", "undetermined"))
    assert kept.equals(every.filter(every["result"] != "refused"))
    assert every.schema == OUTCOME_SCHEMA


@FEW
@given(SEEDS)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    _, facts, readings = drawn(seed)
    shuffled = Facts.of({name: rows.sample(fraction=1, shuffle=True, seed=seed) for name, rows in facts.items()})
    assert evaluate(facts, BOOK, readings, YEARS, DAY).equals(evaluate(shuffled, BOOK, readings, YEARS, DAY))


@FEW
@given(SEEDS)
def test_a_few_evaluated_alone_are_as_among_all(seed: int) -> None:
    random, facts, readings = drawn(seed)
    pairs = subjects_touching(in_memory(facts), BOOK, random.sample(ENTERPRISES, 2))
    every = evaluate(facts, BOOK, readings, YEARS, DAY)
    wanted = every.join(pairs, on=["award", "subject"], how="semi", maintain_order="left")
    assert evaluate(facts, BOOK, readings, YEARS, DAY, subjects=pairs).equals(wanted)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_the_facts_reached_from_a_few_are_enough(seed: int) -> None:
    random, facts, readings = drawn(seed)
    wanted = random.sample(ENTERPRISES, 2)
    every = evaluate(facts, BOOK, readings, YEARS, DAY)
    judged = every.select("award", "subject").unique(maintain_order=True)
    decided = judged.sample(min(3, judged.height), seed=seed)

    def fetch(asked: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        """Only what is asked for, by a plain reading of what an RowQuery says."""
        return {ask: facts[ask.dataset].filter(_is_asked_for(ask, values)) for ask, values in asked.items()}

    def everything(asked: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        return {ask: facts[ask.dataset] for ask in asked}

    reached, pairs = load_dependencies(fetch, BOOK, wanted, decided)
    expected = pl.concat([subjects_touching(everything, BOOK, wanted), decided]).unique().sort("award", "subject")
    assert pairs.equals(expected), "those touched, as told by all facts"
    assert subjects_touching(in_memory(reached), BOOK, wanted).join(pairs, on=pairs.columns, how="anti").is_empty()
    alone = evaluate(reached, BOOK, readings, YEARS, DAY, subjects=pairs)
    assert alone.equals(every.join(pairs, on=pairs.columns, how="semi", maintain_order="left"))
    assert inputs(reached, BOOK, pairs).equals(inputs(facts, BOOK, pairs))


def _is_asked_for(ask: RowQuery, values: Collection[str]) -> pl.Expr:
    if not ask.column:
        return pl.lit(True)
    compared = pl.col(ask.column).str.split(":").list.first() if ask.before_colon else pl.col(ask.column)
    return compared.is_in(list(values))


@FEW
@given(SEEDS)
def test_who_is_not_touched_does_not_change(seed: int) -> None:
    """Taking every row of one enterprise away changes only the subjects that it touches."""
    random, facts, readings = drawn(seed)
    gone = random.choice(ENTERPRISES)
    without = Facts.of({n: rows.filter(*(rows[o] != gone for o in CATALOGUE[n].owners)) for n, rows in facts.items()})
    pairs = subjects_touching(in_memory(facts), BOOK, [gone])
    before, after = (
        evaluate(known, BOOK, readings, YEARS, DAY).join(pairs, on=["award", "subject"], how="anti")
        for known in (facts, without)
    )
    assert before.equals(after)


@FEWER
@given(SEEDS)
def test_sealed_inputs_give_the_same_bytes(seed: int) -> None:
    random, facts, readings = drawn(seed)
    rows = evaluate(facts, BOOK, readings, YEARS, DAY)
    sealed = inputs(facts, BOOK, rows.select("award", "subject").unique()).to_dicts()
    for row in random.sample(sealed, min(3, len(sealed))):
        again = facts_of(row["inputs"])
        own = rows.filter(award=row["award"], subject=row["subject"])
        alone = evaluate(again, BOOK, readings, YEARS, DAY, [row["award"]])
        assert alone.filter(subject=row["subject"]).equals(own)
        for year in own["award_year"].head(2):
            told = [explain(known, BOOK, readings, row["award"], row["subject"], year, DAY) for known in (facts, again)]
            for language in ("zh-CN", "en"):
                assert told[0].document(language) == told[1].document(language)


@FEW
@given(SEEDS)
def test_amounts_are_whole_and_instalments_add_up(seed: int) -> None:
    _, facts, readings = drawn(seed)
    for row in evaluate(facts, BOOK, readings, YEARS, DAY).iter_rows(named=True):
        parts = [part["amount_fen"] for part in row["instalments"]]
        assert sum(parts) == row["entitlement_fen"]
        assert 0 <= row["entitlement_fen"] <= LARGEST
        assert (row["entitlement_fen"] > 0) == (row["result"] == "granted" and row["kind"] == "cash")


CAPS = {
    "hub_cap": "logistics-hub",
    "rent_cap": "courier-rent",
    "interest_cap": "loan-interest",
    "zone_cap": "platform-zone",
    "postage_cap": "crossborder-postage",
    "warehouse_cap": "overseas-warehouse",
}


@pytest.mark.parametrize("cap", list(CAPS))
@settings(max_examples=4, deadline=None)
@given(seed=SEEDS)
def test_raising_a_cap_never_lowers_an_award_and_no_award_passes_it(cap: str, seed: int) -> None:
    random = Random(seed)
    facts = facts_from(focused(random, CAPS[cap]))
    readings = Interpretations.official_defaults(BOOK)
    low = random.choice((0, 1, 1000, 50_000))
    amounts = []
    for yuan in (low, low + random.choice((1, 10**6, 10**9))):
        book = BOOK.with_parameters({cap: yuan})
        rows = evaluate(facts, book, readings, YEARS, DAY, [CAPS[cap]]).select(
            "subject", "award_year", "entitlement_fen"
        )
        amounts.append({(subject, year): fen for subject, year, fen in rows.iter_rows()})
        assert all(fen <= yuan * 100 for fen in amounts[-1].values())
    assert all(amounts[1][key] >= fen for key, fen in amounts[0].items())


def test_a_closure_holds_only_what_is_read() -> None:
    facts = facts_from(population(Random(5)))
    pairs = subjects_touching(in_memory(facts), BOOK, ["E1"]).filter(award="courier-rent")
    few = closure(facts, BOOK, pairs)
    assert set(few["courier_years"]["uscc"]) <= {"E1"}
    assert few["annual_sales"].is_empty()
