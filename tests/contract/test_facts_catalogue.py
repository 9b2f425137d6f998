"""Eligibility's catalogue of facts says of every field what the registry's declaration says."""

from __future__ import annotations

import pytest

from services.eligibility.facts.catalogue import CATALOGUE as FACTS
from services.eligibility.facts.catalogue import FieldFacts
from services.registry.datasets.catalogue import CATALOGUE as DATASETS
from services.registry.datasets.declarations.money import TIERED_AWARDS, UNTIERED_AWARDS
from services.registry.datasets.domain import Kind

FIELDS = [pytest.param(field, id=field.qualified) for said in FACTS.values() for field in said.fields]


def test_every_dataset_but_accounts_is_a_fact() -> None:
    assert set(FACTS) == set(DATASETS) - {"payee_accounts"}
    for name, said in FACTS.items():
        assert [field.name for field in said.fields] == [field.name for field in DATASETS[name].fields]


@pytest.mark.parametrize("name", FACTS)
def test_rows_given_inline_keep_the_laws_that_the_registry_holds_them_to(name: str) -> None:
    said, declared = FACTS[name], DATASETS[name]
    assert set(said.owners) == {field.name for field in declared.fields if field.kind is Kind.USCC}
    rules = [(rule.code, rule.field, rule.constraint) for rule in declared.rules]
    expected: list[tuple[str, str, str]] = []
    if said.period:
        first, last = said.period
        expected.append(("period_reversed", last, f"{last} >= {first}"))
    if said.tiered or said.untiered:
        assert (said.tiered, said.untiered) == (TIERED_AWARDS, UNTIERED_AWARDS)
        expected += [rule for rule in rules if rule[0] in ("tier_missing", "tier_not_applicable")]
    assert rules == expected


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_what_the_registry_says(field: FieldFacts) -> None:
    declared = next(one for one in DATASETS[field.dataset].fields if one.name == field.name)
    assert field.optional == declared.optional
    assert field.choices == tuple(declared.choices)
    if declared.minimum is not None:
        assert field.bounds == (declared.minimum, declared.maximum)
