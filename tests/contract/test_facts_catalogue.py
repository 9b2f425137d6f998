"""Eligibility's catalogue of facts says of every field what the registry's declaration says."""

from __future__ import annotations

import pytest

from services.eligibility.facts.catalogue import CATALOGUE as FACTS
from services.eligibility.facts.catalogue import FieldFacts
from services.registry.datasets.catalogue import CATALOGUE as DATASETS

FIELDS = [pytest.param(field, id=field.qualified) for said in FACTS.values() for field in said.fields]


def test_every_dataset_but_accounts_is_a_fact() -> None:
    assert set(FACTS) == set(DATASETS) - {"payee_accounts"}
    for name, said in FACTS.items():
        assert [field.name for field in said.fields] == [field.name for field in DATASETS[name].fields]


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_what_the_registry_says(field: FieldFacts) -> None:
    declared = next(one for one in DATASETS[field.dataset].fields if one.name == field.name)
    assert field.optional == declared.optional
    assert field.choices == tuple(declared.choices)
    if declared.minimum is not None:
        assert field.bounds == (declared.minimum, declared.maximum)
