"""The engine and the plain implementation agree on generated populations, under every interpretation."""

from __future__ import annotations

from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.eligibility.engine.evaluate import KEPT, evaluate
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.focused import ABOUT, focused
from tests.policy.populations import Tables, population
from tests.policy.reference import outcomes
from tests.policy.tables import frame

POLICY = load_policy("lishui-2020-1")
DECIDED = (date(2025, 6, 1), date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1))
YEARS = list(range(2020, 2026))


def facts_from(tables: Tables) -> Facts:
    return Facts.of({name: frame(name, rows) for name, rows in tables.items()})


def interpretations_from(random: Random) -> Interpretations:
    changes = {
        name: random.choice(list(interpretation.values)) for name, interpretation in POLICY.interpretations.items()
    }
    return Interpretations.official_defaults(POLICY).with_changes(changes)


def found(
    tables: Tables, interpretations: Interpretations, decided_on: date, awards: list[str] | None = None
) -> set[tuple[object, ...]]:
    frame_ = evaluate(facts_from(tables), POLICY, interpretations, YEARS, decided_on, awards, results=KEPT)
    flagged = pl.col("flags").list.contains("other_support")
    shown = ("award", "subject", "award_year", "result", "entitlement_fen", "jurisdiction")
    return set(frame_.select(*shown, flagged).iter_rows())


@pytest.mark.parametrize("changed", ["defaults", "any interpretation"])
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_engine_and_the_plain_implementation_agree(changed: str, seed: int) -> None:
    random = Random(seed)
    tables = population(random, unknown=random.choice((3, 20)))
    interpretations = (
        interpretations_from(random) if changed == "any interpretation" else Interpretations.official_defaults(POLICY)
    )
    decided_on = random.choice(DECIDED)
    expected = outcomes(tables, interpretations, decided_on, YEARS)
    actual = found(tables, interpretations, decided_on)
    assert actual == expected, (sorted(actual - expected, key=str), sorted(expected - actual, key=str))


@pytest.mark.parametrize("award", list(ABOUT))
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_they_agree_where_one_award_decides(award: str, seed: int) -> None:
    random = Random(seed)
    tables = focused(random, award)
    interpretations = interpretations_from(random)
    decided_on = random.choice(DECIDED)
    expected = outcomes(tables, interpretations, decided_on, YEARS, [award])
    actual = found(tables, interpretations, decided_on, [award])
    assert actual == expected, (sorted(actual - expected, key=str), sorted(expected - actual, key=str))


def test_the_plain_implementation_covers_every_dataset() -> None:
    assert set(population(Random(1))) == set(CATALOGUE)
