"""The use case of assessments."""

from __future__ import annotations

from typing import Any

import polars as pl

from services.eligibility.assessments.schemas import AssessmentRequest
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.engine.dependencies import PAIRS, load_dependencies
from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.handlers import changed
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.whatif.domain import named_in, supposing
from services.eligibility.whatif.handlers import rows_of, supposed_book, supposed_facts


def assess(
    request: AssessmentRequest, official: Interpretations, registry: RegistryFacts, language: str
) -> dict[str, Any]:
    """Judge one enterprise and explain every award; raises Problem that points at what is wrong with the request."""
    book = supposed_book(request)
    readings = changed(official, request.interpretations)
    revision, facts, awards = _facts(request, book, registry)
    explained = explain_enterprise(facts, book, readings, request.uscc, request.award_years, request.decided_on, awards)
    return {
        "policy": book.code,
        "policy_hash": book.hash,
        "interpretations_hash": readings.hash,
        "facts_revision": revision,
        "decided_on": request.decided_on.isoformat(),
        "entitlement_fen": sum(each.entitlement_fen for each in explained if each.payee_uscc == request.uscc),
        "awards": [each.as_dict(language) for each in explained],
    }


def _facts(request: AssessmentRequest, book: Policy, registry: RegistryFacts) -> tuple[int | None, Facts, set[str]]:
    """The revision that was read, if one was; the facts, and the awards that they may concern."""
    frames = rows_of(request.facts)
    given = supposed_facts(Facts.of({}), frames)
    if not (not frames if request.from_registry is None else request.from_registry):
        return None, given, {award.code for award in book.awards}
    revision = registry.latest_revision()
    fetch = supposing(registry.fetching(revision), frames, {})
    facts, pairs = load_dependencies(fetch, book, {request.uscc, *named_in(frames)}, pl.DataFrame(schema=PAIRS))
    return revision, supposed_facts(facts, frames), set(pairs["award"])
