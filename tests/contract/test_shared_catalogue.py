"""What the services share about datasets and policies holds together, and agrees with the policies' packages."""

from __future__ import annotations

import orjson
import pytest

from services.eligibility.rules.library import load_policy
from services.eligibility.rules.lishui_2020_1 import signs
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.policies import POLICIES

DATASETS = pytest.mark.parametrize("dataset", CATALOGUE.values(), ids=CATALOGUE)


@DATASETS
def test_keys_and_periods_are_fields_that_are_always_given(dataset: Dataset) -> None:
    assert not any(dataset.field(name).optional for name in dataset.key)
    if dataset.period is not None:
        assert not dataset.field(dataset.period.first).optional
        assert {dataset.period.last, *dataset.period.apart} <= set(dataset.names)


@DATASETS
def test_a_parent_is_found_by_the_first_field_of_the_key(dataset: Dataset) -> None:
    if dataset.parent:
        assert CATALOGUE[dataset.parent].key == dataset.key[:1]
        assert CATALOGUE[dataset.parent].owners == ("uscc",)
        assert not dataset.owners


@pytest.mark.parametrize("code", POLICIES)
def test_an_outline_says_what_the_policy_does(code: str) -> None:
    outline, policy = POLICIES[code], load_policy(code)
    measures = {a["code"]: {m["name"] for m in a["measures"]} for a in orjson.loads(policy.document)["awards"]}
    assert outline.award_years == policy.award_years
    assert outline.tiered == tuple(award for award, names in measures.items() if f"{award}-tiers" in names)
    assert outline.untiered == tuple(award for award in measures if award not in outline.tiered)
    assert outline.code == policy.code
    assert list(outline.titles) == list(measures), "the order of the articles decides the place in the queue for money"
    covered = policy.parameters["covered_jurisdictions"].values[0][1]
    assert isinstance(covered, tuple) and set(covered) == set(outline.covered)
    assert set(outline.covered) <= set(outline.jurisdictions)


def test_signs_name_the_awards_that_require_monitoring() -> None:
    awards = orjson.loads(load_policy("lishui-2020-1").document)["awards"]
    conditions = {award["code"]: str(award["when"]) for award in awards}
    assert all("'monitored." in conditions[award] for award in signs.MONITORED_AWARDS)
