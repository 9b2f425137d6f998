"""The use case of reconciliation: payout's books among themselves, and against eligibility's decisions in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.payout.eligibility import Decisions, NotReachedError
from services.payout.reconciliation import repository

MISSING = "decision_in_force"
UNKNOWN = "award_decided"
PATIENCE = timedelta(minutes=1)
"""How long a decision may be on its way before it counts as missing."""


def reconcile(connection: Connection, decisions: Decisions | None, now: datetime, limit: int) -> dict[str, Any]:
    """Compare everything at one instant; name up to `limit` differences of each kind. `decisions` None leaves eligibility out."""
    differences = repository.differences(connection, limit)
    checks = list(repository.CHECKS)
    in_flight = 0
    state = "left_out"
    if decisions is not None:
        try:
            found, in_flight = _against(connection, decisions, now, limit)
            differences += found
            checks += [MISSING, UNKNOWN]
            state = "compared"
        except NotReachedError:
            state = "not_reached"
    return {
        "differences": differences,
        "checks": checks,
        "looked_at": repository.counts(connection),
        "eligibility": state,
        "in_flight": in_flight,
    }


def _against(
    connection: Connection, decisions: Decisions, now: datetime, limit: int
) -> tuple[list[dict[str, Any]], int]:
    missing: list[dict[str, Any]] = []
    in_flight = 0
    decided: set[str] = set()
    for page in decisions.in_force():
        decided.update(decision.award_id for decision in page)
        known = repository.entitlements(connection, [decision.award_id for decision in page])
        for decision in page:
            version, fen = known.get(decision.award_id, (0, 0))
            if (version, fen) == (decision.version, decision.entitlement_fen) or version > decision.version:
                continue
            if version < decision.version and decision.approved_at > now - PATIENCE:
                in_flight += 1
            elif len(missing) < limit:
                missing.append(_difference(MISSING, decision.award_id, decision.entitlement_fen, fen))
    unknown = [
        _difference(UNKNOWN, award_id, 0, fen)
        for award_id, fen in repository.all_entitlements(connection)
        if award_id not in decided
    ]
    return missing + unknown[:limit], in_flight


def _difference(check: str, subject: str, expected_fen: int, found_fen: int) -> dict[str, Any]:
    return {"check": check, "subject": subject, "expected_fen": expected_fen, "found_fen": found_fen}
