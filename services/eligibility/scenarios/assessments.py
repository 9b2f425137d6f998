"""The use case of assessments: what one enterprise would get, why, and what it lacks. Nothing is decided or stored."""

from __future__ import annotations

from typing import Any

import polars as pl

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.engine.dependencies import PAIRS, load_dependencies
from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.domain import with_changes
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.scenarios.domain import Scenario
from services.eligibility.scenarios.inline_facts import enterprises_in, frames_of, with_rows, with_rows_fetched


def assess(
    scenario: Scenario,
    official: Interpretations,
    registry: RegistryFacts,
    uscc: str,
    language: str,
    *,
    from_registry: bool | None,
) -> dict[str, Any]:
    """Evaluate one enterprise and explain every award; raises Invalid, which points at what is wrong with the request."""
    policy = scenario.changed_policy()
    interpretations = with_changes(official, scenario.interpretations)
    revision, facts, awards = _facts(scenario, policy, registry, uscc, from_registry)
    explained = explain_enterprise(
        facts, policy, interpretations, uscc, scenario.award_years, scenario.decided_on, awards
    )
    return {
        "policy": policy.code,
        "policy_hash": policy.hash,
        "interpretations_hash": interpretations.hash,
        "facts_revision": revision,
        "decided_on": scenario.decided_on.isoformat(),
        "entitlement_fen": sum(each.entitlement_fen for each in explained if each.payee_uscc == uscc),
        "awards": [each.as_dict(language) for each in explained],
    }


def _facts(
    scenario: Scenario, policy: Policy, registry: RegistryFacts, uscc: str, from_registry: bool | None
) -> tuple[int | None, Facts, set[str]]:
    """Return the revision that was read, if any, the facts, and the awards that they may concern."""
    rows = frames_of(scenario.facts)
    given = with_rows(Facts.of({}), rows)
    if from_registry is False or (from_registry is None and rows):
        return None, given, {award.code for award in policy.awards}
    revision = registry.latest_revision()
    fetch = with_rows_fetched(registry.fetching(revision), rows)
    facts, pairs = load_dependencies(fetch, policy, {uscc, *enterprises_in(rows)}, pl.DataFrame(schema=PAIRS))
    return revision, with_rows(facts, rows), set(pairs["award"])
