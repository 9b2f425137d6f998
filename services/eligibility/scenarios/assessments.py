"""The use case of assessments: what one enterprise would get, why, and what it lacks. Nothing is decided or stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.eligibility.awards.handlers import is_stopped
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions.redaction import located_in, redact
from services.eligibility.engine.dependencies import load_own, steps_from
from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.engine.explanation import Explanation
from services.eligibility.facts.catalogue import Facts
from services.eligibility.facts.queries import RowQuery
from services.eligibility.interpretations.domain import with_changes
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.scenarios.domain import Scenario
from services.eligibility.scenarios.inline_facts import enterprises_in, frames_of, with_rows, with_rows_fetched
from shared.authorization import Actor
from shared.errors import FieldError, Forbidden, Invalid


def assess(
    scenario: Scenario,
    official: Interpretations,
    registry: RegistryFacts,
    uscc: str,
    language: str,
    *,
    actor: Actor,
    today: date,
    from_registry: bool | None,
    only: Sequence[str] = (),
    status: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Evaluate one enterprise and explain every award, or `only` those named.

    `status` is that of each award on the day; what an official act has stopped is explained, and not in the total.

    Raises Invalid, which points at what is wrong with the request.
    Facts are read from the registry only of an enterprise in the caller's jurisdiction; raises Forbidden for another. An
    enterprise assesses itself, with rows that name no other.
    """
    if actor.uscc is not None:
        _require_own(scenario, actor.uscc, uscc)
    policy = scenario.changed_policy()
    interpretations = with_changes(official, scenario.interpretations)
    _check_awards(policy, only)
    revision, facts, awards = _facts(scenario, policy, registry, uscc, from_registry)
    located: set[str] = set()
    if actor.jurisdiction is not None and revision is not None:
        located = _located(registry, revision, {uscc, *facts["locations"]["uscc"]}, actor, today)
        if uscc not in located:
            raise Forbidden("The enterprise is not in the jurisdiction that the token is restricted to.")
    explained = explain_enterprise(
        facts, policy, interpretations, uscc, scenario.award_years, scenario.decided_on, awards & set(only or awards)
    )
    stopped = {each.award for each in explained if _is_stopped(each, status)}
    return {
        "policy": policy.code,
        "policy_hash": policy.hash,
        "interpretations_hash": interpretations.hash,
        "facts_revision": revision,
        "decided_on": scenario.decided_on.isoformat(),
        "entitlement_fen": sum(
            each.entitlement_fen for each in explained if each.payee_uscc == uscc and not _is_stopped(each, status)
        ),
        "stopped": [{"award": award, **status[award]} for award in status if award in stopped],
        "awards": [redact(each.as_dict(language), actor, [uscc], located) for each in explained],
    }


def _is_stopped(case: Explanation, status: Mapping[str, Mapping[str, Any]]) -> bool:
    return case.award_year is not None and is_stopped(status[case.award], case.award_year)


def _check_awards(policy: Policy, codes: Sequence[str]) -> None:
    known = {award.code for award in policy.awards}
    errors = [
        FieldError(f"/awards/{place}", "award_unknown", "the policy has no award with this code")
        for place, code in enumerate(codes)
        if code not in known
    ]
    if errors:
        raise Invalid(errors=errors)


def _require_own(scenario: Scenario, own: str, uscc: str) -> None:
    if {uscc, *enterprises_in(frames_of(scenario.facts))} != {own}:
        raise Forbidden("An enterprise can assess itself alone, with facts that name no other enterprise.")


def _located(registry: RegistryFacts, revision: int, codes: set[str], actor: Actor, today: date) -> set[str]:
    """Return which enterprises the registry has in the caller's jurisdiction, whatever the request says of them."""
    query = RowQuery("locations", "uscc")
    rows = registry.matching(revision, {query: sorted(codes)})[query]
    return located_in(rows.to_dicts(), actor.jurisdiction, today)


def _facts(
    scenario: Scenario, policy: Policy, registry: RegistryFacts, uscc: str, from_registry: bool | None
) -> tuple[int | None, Facts, set[str]]:
    """Return the revision that was read, if any, the facts, and the awards that they may concern."""
    rows = frames_of(scenario.facts)
    given = with_rows(Facts.of({}), rows)
    if from_registry is False or (from_registry is None and rows):
        return None, given, {award.code for award in policy.awards}
    if not rows:
        revision, reached = registry.reached_from(steps_from(policy), {uscc})
        facts, own = load_own(registry.fetching(revision), policy, uscc, reached)
        return revision, facts, set(own)
    revision = registry.latest_revision()
    facts, own = load_own(with_rows_fetched(registry.fetching(revision), rows), policy, uscc)
    return revision, with_rows(facts, rows), set(own)
