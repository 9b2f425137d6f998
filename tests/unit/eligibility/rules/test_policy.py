"""Policies, numbers and interpretations: what may be changed, what is refused, what a hash identifies."""

from __future__ import annotations

import json
from datetime import date
from itertools import zip_longest

import pytest

from services.eligibility.rules.canonical import canonical_json, sha256
from services.eligibility.rules.domain import InterpretationError, Interpretations
from services.eligibility.rules.grammar import Award
from services.eligibility.rules.grammar.nodes import Choice, resolve
from services.eligibility.rules.library import UnknownPolicyError, load_policy
from services.eligibility.rules.parameters import ParameterError
from shared.policies import POLICIES

POLICY = load_policy("lishui-2020-1")
DEFAULTS = Interpretations.official_defaults(POLICY)


def test_policies_are_known_by_code() -> None:
    assert list(POLICIES) == ["lishui-2020-1"]
    with pytest.raises(UnknownPolicyError, match="lishui-2020-1"):
        load_policy("another")


def test_the_hash_names_the_document() -> None:
    assert POLICY.hash == sha256(POLICY.document)
    assert canonical_json(json.loads(POLICY.document)) == POLICY.document
    assert DEFAULTS.hash == sha256(DEFAULTS.document)


def test_another_number_is_another_book() -> None:
    changed = POLICY.with_parameters({"hub_cap": 2_000_000})
    assert changed.hash != POLICY.hash
    assert changed.parameters["hub_cap"].on(None) == 200_000_000  # kept in fen
    assert POLICY.parameters["hub_cap"].on(None) == 100_000_000


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
        ("validity_years", 0, "whole number from 1"),
        ("zone_step", 0, "whole number from 1"),
        ("hub_instalments", 0, "whole number from 1 to 10"),
        ("last_award_year", 2019, "From first_award_year to last_award_year"),
        ("last_award_year", 2099, "1 to 20 years"),
        ("first_award_year", 1, "whole number from 2000 to 2100"),
    ],
)
def test_a_number_outside_its_domain_is_refused(name: str, value: object, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        POLICY.with_parameters({name: value})


def test_codes_can_be_changed_too() -> None:
    changed = POLICY.with_parameters({"covered_jurisdictions": ["yunhe"]})
    assert changed.parameters["covered_jurisdictions"].on(None) == ("yunhe",)


def test_interpretations_start_at_their_first_value() -> None:
    assert DEFAULTS["tier_jump"] == "highest" and DEFAULTS["integrity_screen"] == "flag"
    changed = DEFAULTS.with_changes({"tier_jump": "every_tier"})
    assert (changed["tier_jump"], DEFAULTS["tier_jump"]) == ("every_tier", "highest")
    assert changed.hash != DEFAULTS.hash


def test_unknown_interpretations_and_values_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(InterpretationError, match=r"there are: .*several tiers reached in one year \(tier_jump\)"):
        DEFAULTS.with_changes({"tier_jumps": "highest"})
    with pytest.raises(InterpretationError, match=r"the highest pays \(highest\), each pays \(every_tier\)"):
        DEFAULTS.with_changes({"tier_jump": "lowest"})


def test_the_years() -> None:
    assert list(POLICY.award_years) == [2020, 2021, 2022, 2023, 2024]
    assert list(POLICY.possible_years) == [2020, 2021, 2022, 2023, 2024, 2025]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2020-01-02", "anniversary", "2025-01-02"),
        ("2020-01-02", "day_before", "2025-01-01"),
        ("2020-01-03", "anniversary", "2025-01-03"),
        ("2020-01-03", "day_before", "2025-01-02"),
    ],
)
def test_the_last_day_is_five_years_after_the_first(first: str, last: str, expected: str) -> None:
    readings = DEFAULTS.with_changes({"validity_first_day": first, "validity_last_day": last})
    context = POLICY.context(readings, date(2025, 6, 1))
    assert (str(context.first_day), str(context.last_day)) == (first, expected)


def test_a_stored_document_of_the_first_version_is_read_by_todays_names() -> None:
    stored = DEFAULTS.with_stored({"validity_last_day": "2025-01-01", "daily_average": "operating_days"})
    assert stored == DEFAULTS.with_changes({"validity_last_day": "day_before", "daily_average": "operating_days"})
    with pytest.raises(InterpretationError, match=r"\(anniversary\).*\(day_before\)"):
        DEFAULTS.with_changes({"validity_last_day": "2025-01-01"})


def test_a_canonical_document_has_no_binary_fractions() -> None:
    with pytest.raises(TypeError):
        canonical_json({"rate": 0.5})


def test_an_unknown_award_is_named_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="courier-rent"):
        POLICY.award("courier-rant")


def test_stored_documents_keep_their_bytes() -> None:
    """Receipts name the policy and the interpretations that decided by these hashes: they change with the policy alone."""
    assert POLICY.hash == "72d1836a425e55d7b900b0a84ee6719a3b82c0863c96fcdb7f8805c160a5350f"
    assert DEFAULTS.hash == "f874d205091042bf0184cb5026ddebb445f6a10d33fa87fcbb34e656a67617c9"


@pytest.mark.parametrize("award", POLICY.awards, ids=lambda award: award.code)
def test_a_resolved_award_has_no_choices_and_keeps_what_chose_its_parts(award: Award) -> None:
    for values in zip_longest(*(question.values for question in POLICY.interpretations.values())):
        changes = {name: value for name, value in zip(POLICY.interpretations, values, strict=True) if value is not None}
        interpretations = DEFAULTS.with_changes(changes)
        resolved = resolve(award, interpretations)
        assert not [node for node in resolved.walk() if isinstance(node, Choice)]
        assert resolved.applied().items() <= dict(interpretations).items()
        assert resolved.applied().keys() <= award.interpretation_names()
        own = {node.interpretation for node in award.walk() if isinstance(node, Choice)}
        assert not own or resolved.applied(), "a choice was made, and is named"
    assert any(isinstance(node, Choice) for node in award.walk()) == bool(own), "the declaration keeps its choices"
