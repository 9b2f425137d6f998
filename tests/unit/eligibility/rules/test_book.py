"""Books, numbers and readings: what may be changed, what is refused, what a hash names."""

from __future__ import annotations

import json
from datetime import date

import pytest

from services.eligibility.rules.canonical import canonical_json, sha256
from services.eligibility.rules.domain import InterpretationError, Interpretations
from services.eligibility.rules.library import POLICIES, UnknownPolicyError, load_policy
from services.eligibility.rules.parameters import ParameterError

BOOK = load_policy("lishui-2020-1")
DEFAULTS = Interpretations.official_defaults(BOOK)


def test_policies_are_known_by_code() -> None:
    assert list(POLICIES) == ["lishui-2020-1"]
    with pytest.raises(UnknownPolicyError, match="lishui-2020-1"):
        load_policy("another")


def test_the_hash_names_the_document() -> None:
    assert BOOK.hash == sha256(BOOK.document)
    assert canonical_json(json.loads(BOOK.document)) == BOOK.document
    assert DEFAULTS.hash == sha256(DEFAULTS.document)


def test_another_number_is_another_book() -> None:
    changed = BOOK.with_parameters({"hub_cap": 2_000_000})
    assert changed.hash != BOOK.hash
    assert changed.parameters["hub_cap"].on(None) == 200_000_000  # kept in fen
    assert BOOK.parameters["hub_cap"].on(None) == 100_000_000


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("hub_kap", 1, "there are .*hub_cap"),
        ("hub_cap", -1, "whole number from 0"),
        ("hub_cap", 1.5, "whole number"),
        ("hub_cap", True, "whole number"),
        ("hub_cap", 2**53, "whole number"),
        ("hub_cost_share", "half", "basis points"),
        ("retail_tiers", [1, 2], "a list of 3 numbers"),
        ("retail_tiers", [3, 2, 1], "ascending"),
        ("retail_tiers", 5, "a list that is not empty"),
        ("covered_jurisdictions", [], "a list that is not empty"),
        ("covered_jurisdictions", [1], "codes, as text"),
        ("validity_first_day", "soon", "a day"),
        ("validity_first_day", "20200102", "a day, as YYYY-MM-DD"),
        ("zone_step", 0, "whole number from 1"),
        ("hub_instalments", 0, "whole number from 1 to 10"),
        ("last_award_year", 2019, "From first_award_year to last_award_year"),
        ("last_award_year", 2099, "1 to 20 years"),
        ("first_award_year", 1, "whole number from 2000 to 2100"),
    ],
)
def test_a_number_outside_its_domain_is_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        BOOK.with_parameters({name: value})


def test_days_and_codes_can_be_changed_too() -> None:
    changed = BOOK.with_parameters({"validity_first_day": "2020-03-01", "covered_jurisdictions": ["yunhe"]})
    assert changed.parameters["validity_first_day"].on(None) == date(2020, 3, 1)
    assert changed.parameters["covered_jurisdictions"].on(None) == ("yunhe",)


def test_readings_start_at_their_first_value() -> None:
    assert DEFAULTS["tier_jump"] == "highest" and DEFAULTS["integrity_screen"] == "flag"
    changed = DEFAULTS.with_changes({"tier_jump": "every_tier"})
    assert (changed["tier_jump"], DEFAULTS["tier_jump"]) == ("every_tier", "highest")
    assert changed.hash != DEFAULTS.hash


def test_unknown_readings_and_values_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(InterpretationError, match=r"there are .*tier_jump"):
        DEFAULTS.with_changes({"tier_jumps": "highest"})
    with pytest.raises(InterpretationError, match="highest, every_tier"):
        DEFAULTS.with_changes({"tier_jump": "lowest"})


def test_the_years() -> None:
    assert list(BOOK.award_years) == [2020, 2021, 2022, 2023, 2024]
    assert list(BOOK.possible_years) == [2020, 2021, 2022, 2023, 2024, 2025]


def test_a_canonical_document_has_no_binary_fractions() -> None:
    with pytest.raises(TypeError):
        canonical_json({"rate": 0.5})


def test_an_unknown_award_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="courier-rent"):
        BOOK.award("courier-rant")
