"""Receipts: a decision is explained and replayed from what it was computed from, whatever has changed since."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, Row

from services.eligibility.decisions import repository
from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import explain
from services.eligibility.engine.explanation import Explanation
from services.eligibility.engine.sealed_inputs import facts_of
from services.eligibility.interpretations.handlers import policy_book, readings_of


def explanation(connection: Connection, row: Row[Any]) -> Explanation:
    """Explain a decision's row from its sealed inputs."""
    book = policy_book(row.policy)
    readings = readings_of(book, repository.document(connection, row.interpretations_hash))
    facts = facts_of(repository.document(connection, row.inputs_hash))
    first = repository.first_day(connection, row)
    return explain(facts, book, readings, row.award, row.subject, row.award_year, max(first, row.decided_on), first)


def receipt(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Return everything that a decision's row was computed from."""
    return {
        "decision_id": str(row.id),
        "facts_revision": row.facts_revision,
        "engine_version": row.engine_version,
        "decided_on": row.decided_on.isoformat(),
        "first_decided_on": repository.first_day(connection, row).isoformat(),
        "policy_hash": row.policy_hash,
        "policy": orjson.loads(repository.document(connection, row.policy_hash)),
        "interpretations_hash": row.interpretations_hash,
        "interpretations": orjson.loads(repository.document(connection, row.interpretations_hash)),
        "inputs_hash": row.inputs_hash,
        "inputs": orjson.loads(repository.document(connection, row.inputs_hash)),
    }


def replay(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """Compute a decision's row again from its receipt and name what differs."""
    book = policy_book(row.policy)
    readings = readings_of(book, repository.document(connection, row.interpretations_hash))
    facts = facts_of(repository.document(connection, row.inputs_hash))
    first = repository.first_day(connection, row)
    day = max(first, row.decided_on)
    found = evaluate(
        facts, book, readings, [row.award_year], day, [row.award], results=("granted",), first_decided_on=first
    )
    outcomes = [each for each in found.iter_rows(named=True) if each["subject"] == row.subject]
    now = _comparable(outcomes[0] if outcomes else None, first.year)
    then = {name: getattr(row, name) for name in now}
    differences = sorted(name for name, value in now.items() if value != then[name])
    if book.hash != row.policy_hash:
        differences.append("policy_hash")
    return {
        "decision_id": str(row.id),
        "same": not differences,
        "engine_version": ENGINE_VERSION,
        "decided_with": row.engine_version,
        "differences": differences,
    }


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
