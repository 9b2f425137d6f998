"""Receipts: a decision is explained and replayed from its stored inputs alone, not from later facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row

from services.eligibility.decisions import repository
from services.eligibility.decisions.redaction import located_in, redact
from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import explain, explain_cases
from services.eligibility.engine.explanation import Explanation
from services.eligibility.engine.sealed_inputs import facts_of
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.repository import stored_interpretations
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor


def explanation(connection: Connection, row: Row[Any]) -> Explanation:
    """Explain a decision from its sealed inputs."""
    policy, interpretations, facts, first, day = _computed_from(connection, row)
    return explain(facts, policy, interpretations, row.award, row.subject, row.award_year, day, first)


def explanations(connection: Connection, rows: Sequence[Row[Any]]) -> dict[UUID, Explanation]:
    """Explain several decisions from their sealed inputs, by their ids; one whose case no row is about is left out.

    What was computed from the same facts, rules and days is explained in one pass.
    """
    stored = repository.sealed_documents(connection, rows)
    firsts = repository.first_decision_days(connection, rows)
    together: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in rows:
        first = firsts[row.id]
        same = row.policy, row.interpretations_hash, row.award, row.facts_revision, max(first, row.decided_on), first
        together.setdefault(same, []).append(row)
    found: dict[UUID, Explanation] = {}
    for (code, interpretations_hash, award, _, day, first), group in together.items():
        policy = load_policy(code)
        interpretations = stored_interpretations(policy, repository.document(connection, interpretations_hash))
        facts = facts_of(*{row.inputs_hash: stored[row.inputs_hash] for row in group}.values())
        cases = [(row.subject, row.award_year) for row in group]
        explained = explain_cases(facts, policy, interpretations, award, cases, day, first)
        found |= {row.id: explained[case] for row, case in zip(group, cases, strict=True) if case in explained}
    return found


def receipt(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Return everything that a decision was computed from, and the procedure that held, if any."""
    procedure = {}
    if row.procedure_hash is not None:
        content = orjson.loads(repository.document(connection, row.procedure_hash))
        procedure = {"procedure_hash": row.procedure_hash, "procedure": content}
    return {
        "decision_id": str(row.id),
        "facts_revision": row.facts_revision,
        "engine_version": row.engine_version,
        "decided_on": row.decided_on.isoformat(),
        "first_decided_on": repository.first_decision_day(connection, row).isoformat(),
        "policy_hash": row.policy_hash,
        "policy": orjson.loads(repository.document(connection, row.policy_hash)),
        "interpretations_hash": row.interpretations_hash,
        "interpretations": orjson.loads(repository.document(connection, row.interpretations_hash)),
        "inputs_hash": row.inputs_hash,
        "inputs": orjson.loads(_inputs(connection, row)),
        **procedure,
    }


def redacted(connection: Connection, row: Row[Any], actor: Actor, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document about a decision as `actor` may see it; enterprises are where the sealed inputs place them."""
    if actor.uscc is not None:
        return redact(document, actor, [actor.uscc], ())
    inputs = orjson.loads(_inputs(connection, row))
    located = located_in(inputs.get("locations", []), actor.jurisdiction, row.decided_on)
    return redact(document, actor, [row.payee_uscc, row.subject], located)


def replay(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Compute a decision again from its receipt and name the members that differ."""
    policy, interpretations, facts, first, day = _computed_from(connection, row)
    found = evaluate(
        facts, policy, interpretations, [row.award_year], day, [row.award], results=("granted",), first_decided_on=first
    )
    outcomes = [each for each in found.iter_rows(named=True) if each["subject"] == row.subject]
    now = _comparable(outcomes[0] if outcomes else None, first.year)
    differences = sorted(name for name, value in now.items() if value != getattr(row, name))
    if policy.hash != row.policy_hash:
        differences.append("policy_hash")
    return {
        "decision_id": str(row.id),
        "same": not differences,
        "engine_version": ENGINE_VERSION,
        "decided_with": row.engine_version,
        "differences": differences,
    }


def _inputs(connection: Connection, row: Row[Any]) -> str:
    return repository.sealed_documents(connection, [row])[row.inputs_hash]


def _computed_from(connection: Connection, row: Row[Any]) -> tuple[Policy, Interpretations, Facts, date, date]:
    """Return policy, interpretations, facts, the first version's decision day, and the day that the decision was evaluated on."""
    policy = load_policy(row.policy)
    interpretations = stored_interpretations(policy, repository.document(connection, row.interpretations_hash))
    first = repository.first_decision_day(connection, row)
    facts = facts_of(_inputs(connection, row))
    return policy, interpretations, facts, first, max(first, row.decided_on)


def _comparable(outcome: dict[str, Any] | None, first_year: int) -> dict[str, Any]:
    if outcome is None:
        return {"result": "withdrawn", "entitlement_fen": 0}
    return {
        "result": "granted",
        "entitlement_fen": outcome["entitlement_fen"],
        "payee_uscc": outcome["payee_uscc"],
        "jurisdiction": outcome["jurisdiction"],
        "award_year": outcome["award_year"],
        "flags": outcome["flags"],
        "instalments": [
            {"due_year": first_year + part["due_offset_years"], "amount_fen": part["amount_fen"]}
            for part in outcome["instalments"]
        ],
    }
