"""What holds for every population: one equals many, order is irrelevant, the facts read and sealed inputs are enough."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fractions import Fraction
from itertools import pairwise, starmap
from operator import ge, gt, le, lt
from random import Random
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.eligibility.engine.dependencies import (
    facts_read_by,
    load_dependencies,
    load_own,
    steps_from,
    subjects_touching,
)
from services.eligibility.engine.evaluate import KEPT, evaluate
from services.eligibility.engine.explain import explain, explain_enterprise
from services.eligibility.engine.outcomes import OUTCOME_SCHEMA
from services.eligibility.engine.parts import facts_of_part, parts_of
from services.eligibility.engine.sealed_inputs import facts_of, inputs
from services.eligibility.facts.catalogue import CATALOGUE, LARGEST, Authors, Facts
from services.eligibility.facts.queries import CodeRange, RowQuery, Rows, in_memory
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.grammar.results import ConditionResult, Step
from services.eligibility.rules.library import load_policy
from tests.policy.focused import ABOUT, focused
from tests.policy.populations import ENTERPRISES, Tables, population
from tests.policy.tables import frame
from tests.support.reached import reached_in_memory

POLICY = load_policy("lishui-2020-1")
YEARS = list(range(2020, 2026))
DAY = date(2025, 6, 1)
SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=8, deadline=None)
FEWER = settings(max_examples=4, deadline=None)


def drawn(seed: int) -> tuple[Random, Facts, Interpretations]:
    random = Random(seed)
    tables = population(random) if random.random() < 0.3 else focused(random, random.choice(list(ABOUT)))
    changes = {
        name: random.choice(list(interpretation.values)) for name, interpretation in POLICY.interpretations.items()
    }
    return random, facts_from(tables), Interpretations.official_defaults(POLICY).with_changes(changes)


def facts_from(tables: Tables) -> Facts:
    return Facts.of({name: frame(name, rows) for name, rows in tables.items()})


@FEW
@given(SEEDS)
def test_explaining_one_and_evaluating_all_agree(seed: int) -> None:
    random, facts, interpretations = drawn(seed)
    rows = evaluate(facts, POLICY, interpretations, YEARS, DAY).to_dicts()
    for row in random.sample(rows, min(6, len(rows))):
        one = explain(facts, POLICY, interpretations, row["award"], row["subject"], row["award_year"], DAY)
        assert (one.result, one.entitlement_fen) == (row["result"], row["entitlement_fen"]), one.as_dict("en")
        assert (one.payee_uscc, one.jurisdiction) == (row["payee_uscc"], row["jurisdiction"])
        assert (list(one.missing), list(one.flags)) == (row["missing"], row["flags"])
        if one.result == "undetermined":
            assert one.missing


def test_plans_that_are_kept_forget_what_they_ran_on_before() -> None:
    facts, interpretations = facts_from(population(Random(7))), Interpretations.official_defaults(POLICY)
    codes = facts["enterprises"].get_column("uscc").to_list()

    def explained(uscc: str) -> list[bytes]:
        known, own = load_own(in_memory(facts), POLICY, uscc)
        return [
            each.document("zh-CN") for each in explain_enterprise(known, POLICY, interpretations, uscc, YEARS, DAY, own)
        ]

    expected = [explained(code) for code in codes]
    assert len({document for each in expected for document in each}) > len(codes)
    with ThreadPoolExecutor(4) as threads:  # as several requests at once
        assert list(threads.map(explained, codes * 3)) == expected * 3


@FEW
@given(SEEDS)
def test_the_figures_of_an_explanation_imply_its_results(seed: int) -> None:
    """In plain Python, from the figures alone: the plans that compare and the plans that show must agree."""
    random, facts, interpretations = drawn(seed)
    for one in explain_enterprise(
        facts, POLICY, interpretations, random.choice(ENTERPRISES), YEARS, DAY, [award.code for award in POLICY.awards]
    ):
        for condition in one.conditions:
            assert condition.met is _implied(condition), condition
        results = [condition.met for condition in one.conditions]
        met = False if False in results else None if None in results else True
        paid, fen = _paid(one.steps), one.kind == "cash"
        granted = met is True and (not fen or bool(paid))
        undetermined = met is None or (met is True and fen and paid is None)
        assert one.result == ("granted" if granted else "undetermined" if undetermined else "refused")
        assert one.entitlement_fen == (paid if granted and fen else 0)


def _implied(condition: ConditionResult) -> bool | None:
    """Return the result that the figures, or the results within, imply."""
    within = [_implied(part) for part in condition.within]
    if condition.within or condition.measured is None:
        decisive = condition.comparison == "any"
        return decisive if decisive in within else None if None in within else not decisive
    measured = condition.measured.value
    if measured is None:
        return None
    if condition.comparison == "present":
        return True if measured.strip() else None
    assert condition.threshold is not None
    threshold = condition.threshold.value
    if condition.comparison == "one_of":
        return measured in threshold
    if condition.comparison == "is":
        return measured is threshold
    if threshold is None:
        return None
    compare = {"at_least": ge, "more_than": gt, "at_most": le, "before": lt}[condition.comparison]
    if isinstance(measured, date):
        return bool(compare(measured, threshold))
    doubt = condition.in_doubt.value if condition.in_doubt else 0
    threshold = Fraction(threshold, condition.threshold.denominator)
    ends = {
        compare(Fraction(value, condition.measured.denominator), threshold) for value in (measured, measured + doubt)
    }
    return ends.pop() if len(ends) == 1 else None


def _paid(steps: tuple[Step, ...]) -> int | None:
    """Return the amount that the steps before the result imply, after checking that it is the result."""
    if not steps:
        return None
    values: dict[str, Any] = {step.name: step.figure.value for step in steps} | {"last": steps[-1].figure.value}
    parts = [
        values[name] for name in ("uncapped", "cap", "deduction", "given_before", "other_support") if name in values
    ]
    if None in parts or "uncapped" not in values:
        assert values["last"] is None
        return None
    amount = min(values["uncapped"], values.get("cap", values["uncapped"]))
    for less in ("deduction", "given_before", "other_support"):
        amount = max(0, amount - values.get(less, 0))
    paid: int | None = amount if amount <= LARGEST else None
    assert values["last"] == paid
    return paid


@FEW
@given(SEEDS)
def test_without_refusals_the_rest_is_the_same(seed: int) -> None:
    _, facts, interpretations = drawn(seed)
    every = evaluate(facts, POLICY, interpretations, YEARS, DAY)
    kept = evaluate(facts, POLICY, interpretations, YEARS, DAY, results=("granted", "undetermined"))
    assert kept.equals(every.filter(every["result"] != "refused"))
    assert every.schema == OUTCOME_SCHEMA


@FEW
@given(SEEDS)
def test_the_order_of_rows_is_irrelevant(seed: int) -> None:
    _, facts, interpretations = drawn(seed)
    shuffled = Facts.of({name: rows.sample(fraction=1, shuffle=True, seed=seed) for name, rows in facts.items()})
    assert evaluate(facts, POLICY, interpretations, YEARS, DAY).equals(
        evaluate(shuffled, POLICY, interpretations, YEARS, DAY)
    )


@FEW
@given(SEEDS)
def test_a_few_evaluated_alone_are_as_among_all(seed: int) -> None:
    random, facts, interpretations = drawn(seed)
    pairs = subjects_touching(in_memory(facts), POLICY, random.sample(ENTERPRISES, 2))
    every = evaluate(facts, POLICY, interpretations, YEARS, DAY)
    wanted = every.join(pairs, on=["award", "subject"], how="semi", maintain_order="left")
    assert evaluate(facts, POLICY, interpretations, YEARS, DAY, subjects=pairs).equals(wanted)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_the_facts_reached_from_a_few_are_enough(seed: int) -> None:
    random, facts, interpretations = drawn(seed)
    wanted = random.sample(ENTERPRISES, 2)
    every = evaluate(facts, POLICY, interpretations, YEARS, DAY)
    evaluated = every.select("award", "subject").unique(maintain_order=True)
    decided = evaluated.sample(min(3, evaluated.height), seed=seed)

    def fetch(queries: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        """Return only the rows of each query, by a plain implementation of RowQuery."""
        return {query: facts[query.dataset].filter(_matches(query, values)) for query, values in queries.items()}

    def everything(queries: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        return {query: facts[query.dataset] for query in queries}

    reached, pairs = load_dependencies(fetch, POLICY, wanted, decided)
    expected = pl.concat([subjects_touching(everything, POLICY, wanted), decided]).unique().sort("award", "subject")
    assert pairs.equals(expected), "those touched, by all facts"
    assert subjects_touching(in_memory(reached), POLICY, wanted).join(pairs, on=pairs.columns, how="anti").is_empty()
    alone = evaluate(reached, POLICY, interpretations, YEARS, DAY, subjects=pairs)
    assert alone.equals(every.join(pairs, on=pairs.columns, how="semi", maintain_order="left"))
    assert inputs(reached, POLICY, pairs).equals(inputs(facts, POLICY, pairs))


@FEWER
@given(SEEDS)
def test_the_facts_of_its_own_subjects_explain_an_enterprise_as_all_do(seed: int) -> None:
    random, facts, interpretations = drawn(seed)
    uscc = random.choice(ENTERPRISES)
    every = evaluate(facts, POLICY, interpretations, YEARS, DAY, all_enterprises=True)
    known, own = load_own(in_memory(facts), POLICY, uscc)
    paid = every.filter((pl.col("payee_uscc") == uscc) | (pl.col("subject") == uscc)).select("award", "subject")
    assert all(subject in own[award] for award, subject in paid.iter_rows())
    codes = [award.code for award in POLICY.awards]

    def explained(rows: Facts, awards: Collection[str]) -> list[bytes]:
        made = explain_enterprise(rows, POLICY, interpretations, uscc, YEARS, DAY, awards)
        return [each.document("zh-CN") for each in made]

    assert explained(known, own) == explained(facts, codes)
    at_once = reached_in_memory(facts, steps_from(POLICY), {uscc})
    more, same = load_own(in_memory(facts), POLICY, uscc, at_once)
    assert same == own, "where rows were reached before"
    assert explained(more, own) == explained(facts, codes)


class SomeRows(Rows):
    """Rows of facts that are given out as they are asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.asked: list[str] = []

    def whole(self, dataset: str) -> pl.DataFrame:
        self.asked.append(dataset)
        return self._facts[dataset]

    def between(self, queries: Sequence[RowQuery], codes: CodeRange) -> Sequence[pl.DataFrame]:
        return [self._facts[query.dataset].filter(codes.holds(pl.col(query.column))) for query in queries]

    def matching(self, query: RowQuery, values: Collection[str]) -> pl.DataFrame:
        assert values
        return self._facts[query.dataset].filter(_matches(query, values))


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_parts_together_are_the_whole(seed: int) -> None:
    """Each part gives its subjects the same outcomes, sealed inputs and authors as all facts do; no subject is in two."""
    random, facts, interpretations = drawn(seed)
    bounds = [None, *sorted(random.sample(ENTERPRISES, random.choice((1, 2, 5)))), None]
    parts = parts_of(POLICY, list(starmap(CodeRange, pairwise(bounds))))
    gone = {name: rows.sample(fraction=0.2, seed=seed) for name, rows in facts.items() if rows.height > 2}
    withdrawn = {name: rows.with_columns(author=pl.lit("who withdrew")) for name, rows in gone.items()}
    known = Facts.of({name: rows.join(gone[name], on=CATALOGUE[name].key, how="anti") if name in gone else rows
                      for name, rows in facts.items()})  # fmt: skip
    recorded = {name: rows.select(CATALOGUE[name].key).with_row_index("n").with_columns(
                    author=pl.format("{}-{}", pl.lit(name), "n")) for name, rows in known.items()}  # fmt: skip
    authors = Authors(recorded, withdrawn)
    every = evaluate(known, POLICY, interpretations, YEARS, DAY, results=KEPT)
    pairs = every.select("award", "subject").unique()
    found, sealed = [], []
    for part in parts:
        rows = SomeRows(known)
        some = facts_of_part(part, POLICY, rows, withdrawn)
        own = part.holds(evaluate(some, POLICY, interpretations, YEARS, DAY, part.awards, results=KEPT))
        found.append(own)
        sealed.append(inputs(some, POLICY, own.select("award", "subject").unique(), authors))
        if part.codes is not None:
            assert set(rows.asked) <= {"reference_rates"}, "nothing that enterprises name is read whole"
    order = ["award", "subject", "award_year"]
    assert pl.concat(found).sort(order, nulls_last=True).equals(every.sort(order, nulls_last=True))
    whole = inputs(known, POLICY, pairs, authors)
    assert pl.concat(sealed).sort("award", "subject").equals(whole)


def test_subjects_of_a_part_are_followed_through_what_was_withdrawn() -> None:
    """What a withdrawn contract led to is read: somebody may have withdrawn that, too, and may not approve the award."""
    contract = {"provider_uscc": "E1", "client_uscc": "E5", "since": date(2021, 3, 1)}
    facts = facts_from({"locations": [{"uscc": "E5", "since": date(2015, 1, 1), "jurisdiction": "liandu"}]})
    withdrawn = {"service_contracts": frame("service_contracts", [contract]).with_columns(author=pl.lit("somebody"))}
    part = parts_of(POLICY, [CodeRange(None, "E3"), CodeRange("E3", None)])[0]
    assert facts_of_part(part, POLICY, SomeRows(facts))["locations"].is_empty()
    found = facts_of_part(part, POLICY, SomeRows(facts), withdrawn)
    assert found["locations"]["uscc"].to_list() == ["E5"]
    assert found["service_contracts"].is_empty(), "it is no fact"


def _matches(query: RowQuery, values: Collection[str]) -> pl.Expr:
    if not query.column:
        return pl.lit(True)
    compared = pl.col(query.column).str.split(":").list.first() if query.before_colon else pl.col(query.column)
    return compared.is_in(list(values))


@FEW
@given(SEEDS)
def test_who_is_not_touched_does_not_change(seed: int) -> None:
    """Taking every row of one enterprise away changes only the subjects that it touches."""
    random, facts, interpretations = drawn(seed)
    gone = random.choice(ENTERPRISES)
    without = Facts.of({n: rows.filter(*(rows[o] != gone for o in CATALOGUE[n].owners)) for n, rows in facts.items()})
    pairs = subjects_touching(in_memory(facts), POLICY, [gone])
    before, after = (
        evaluate(known, POLICY, interpretations, YEARS, DAY).join(pairs, on=["award", "subject"], how="anti")
        for known in (facts, without)
    )
    assert before.equals(after)


@FEWER
@given(SEEDS)
def test_sealed_inputs_give_the_same_bytes(seed: int) -> None:
    random, facts, interpretations = drawn(seed)
    rows = evaluate(facts, POLICY, interpretations, YEARS, DAY)
    sealed = inputs(facts, POLICY, rows.select("award", "subject").unique()).to_dicts()
    for row in random.sample(sealed, min(3, len(sealed))):
        again = facts_of(row["inputs"])
        own = rows.filter(award=row["award"], subject=row["subject"])
        alone = evaluate(again, POLICY, interpretations, YEARS, DAY, [row["award"]])
        assert alone.filter(subject=row["subject"]).equals(own)
        for year in own["award_year"].head(2):
            explained = [
                explain(known, POLICY, interpretations, row["award"], row["subject"], year, DAY)
                for known in (facts, again)
            ]
            for language in ("zh-CN", "en"):
                assert explained[0].document(language) == explained[1].document(language)


@FEW
@given(SEEDS)
def test_authors_are_those_of_the_rows_that_are_sealed(seed: int) -> None:
    random, facts, interpretations = drawn(seed)
    pairs = evaluate(facts, POLICY, interpretations, YEARS, DAY).select("award", "subject").unique()
    authors: dict[str, pl.DataFrame] = {}
    for name in random.sample(sorted(name for name, rows in facts.items() if rows.height), 3):
        keys = facts[name].select(CATALOGUE[name].key)
        chosen = keys.sample(fraction=0.5, seed=random.randrange(2**32))
        authors[name] = pl.concat([chosen.with_columns(author=pl.lit(each)) for each in ("officer", "another")]).sample(
            fraction=0.7, seed=random.randrange(2**32)
        )
    known = {
        (name, tuple(map(str, key)), author) for name, rows in authors.items() for *key, author in rows.iter_rows()
    }
    for row in inputs(facts, POLICY, pairs, Authors(authors, {})).iter_rows(named=True):
        sealed = {
            (name, tuple(str(each[part]) for part in CATALOGUE[name].key))
            for name, rows in orjson.loads(row["inputs"]).items()
            for each in rows
        }
        assert row["authors"] == sorted({author for *of, author in known if tuple(of) in sealed}), row["award"]


@FEW
@given(SEEDS)
def test_amounts_are_whole_and_instalments_add_up(seed: int) -> None:
    _, facts, interpretations = drawn(seed)
    for row in evaluate(facts, POLICY, interpretations, YEARS, DAY).iter_rows(named=True):
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
    interpretations = Interpretations.official_defaults(POLICY)
    low = random.choice((0, 1, 1000, 50_000))
    amounts = []
    for yuan in (low, low + random.choice((1, 10**6, 10**9))):
        policy = POLICY.with_parameters({cap: yuan})
        rows = evaluate(facts, policy, interpretations, YEARS, DAY, [CAPS[cap]]).select(
            "subject", "award_year", "entitlement_fen"
        )
        amounts.append({(subject, year): fen for subject, year, fen in rows.iter_rows()})
        assert all(fen <= yuan * 100 for fen in amounts[-1].values())
    assert all(amounts[1][key] >= fen for key, fen in amounts[0].items())


def test_the_facts_read_by_a_pair_are_only_those() -> None:
    facts = facts_from(population(Random(5)))
    pairs = subjects_touching(in_memory(facts), POLICY, ["E1"]).filter(award="courier-rent")
    few = facts_read_by(facts, POLICY, pairs)
    assert set(few["courier_years"]["uscc"]) <= {"E1"}
    assert few["annual_sales"].is_empty()
