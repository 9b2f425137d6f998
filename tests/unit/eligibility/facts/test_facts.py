"""Facts are exactly what the catalogue says, or refused with the reason."""

from __future__ import annotations

import polars as pl
import pytest

from services.eligibility.facts.catalogue import CATALOGUE, LARGEST, Facts, FactsError
from tests.policy.tables import facts, frame


def test_a_dataset_not_given_is_empty_and_typed() -> None:
    known = Facts.of({})
    assert list(known) == list(CATALOGUE)
    for name, said in CATALOGUE.items():
        assert known[name].is_empty() and known[name].schema == said.schema


def test_accounts_are_no_facts() -> None:
    assert "payee_accounts" not in CATALOGUE


def test_every_key_and_owner_is_a_field() -> None:
    for said in CATALOGUE.values():
        assert set(said.key) | set(said.owners) <= set(said.schema)
        assert not any(said.field(key).optional for key in said.key)


def test_columns_may_come_in_any_order() -> None:
    given = frame("courier_years", [{"uscc": "A", "year": 2021}])
    assert Facts.of({"courier_years": given.select(reversed(given.columns))})["courier_years"].equals(given)


@pytest.mark.parametrize(
    ("dataset", "change", "message"),
    [
        ("courier_years", lambda f: f.drop("parcels"), r"missing columns \['parcels'\]"),
        ("courier_years", lambda f: f.with_columns(extra=1), r"unknown columns \['extra'\]"),
        ("courier_years", lambda f: f.cast({"year": pl.Int32}), "year is Int32, not Int64"),
        ("courier_years", lambda f: f.with_columns(pl.lit(None, dtype=pl.String).alias("uscc")), "empty in 1 rows"),
        ("courier_years", lambda f: f.with_columns(rent_fen=pl.lit(LARGEST + 1)), "outside"),
    ],
)
def test_what_is_wrong_is_named(dataset: str, change: object, message: str) -> None:
    given = frame(dataset, [{"uscc": "A", "year": 2021}])
    assert callable(change)
    with pytest.raises(FactsError, match=message):
        Facts.of({dataset: change(given)})


def test_an_unknown_dataset_is_named() -> None:
    with pytest.raises(FactsError, match="payee_accounts"):
        Facts.of({"payee_accounts": pl.DataFrame()})


def test_restricted_to_some_enterprises() -> None:
    known = facts({"courier_years": [{"uscc": "A", "year": 2021}, {"uscc": "B", "year": 2021}]})
    few = known.restricted_to(["A"])
    assert few["courier_years"]["uscc"].to_list() == ["A"]
    assert few["enterprises"]["uscc"].to_list() == ["A"]


def test_replacing_a_dataset() -> None:
    known = facts({"courier_years": [{"uscc": "A", "year": 2021}]})
    changed = known.replacing({"courier_years": frame("courier_years", [])})
    assert changed["courier_years"].is_empty() and not known["courier_years"].is_empty()
