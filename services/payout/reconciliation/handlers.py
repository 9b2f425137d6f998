"""Use cases of reconciliation: compare payout's books with each other and with eligibility's decisions in force."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from services.payout import metrics as payout_metrics
from services.payout.clients.eligibility import Decisions
from services.payout.enums import SYSTEM
from services.payout.reconciliation import repository
from shared.audit import log as audit
from shared.background import Loop
from shared.clock import Clock
from shared.database.engine import Database
from shared.errors import Unavailable
from shared.gauges.stored_gauges import store

MISSING = "decision_in_force"
UNKNOWN = "award_decided"
AHEAD = "version_in_force"
AGAINST_ELIGIBILITY = [MISSING, UNKNOWN, AHEAD]
MEASUREMENT = "reconciliation"
COUNTED = 10_000
"""Differences of each check that are counted at most."""
PATIENCE = timedelta(minutes=1)
"""How long a decision may take to arrive, or a page be outdated, before it counts as a difference."""


def reconcile(connection: Connection, decisions: Decisions | None, now: datetime, limit: int) -> dict[str, Any]:
    """Compare everything at one instant; name up to `limit` differences of each kind. `decisions` None leaves eligibility out."""
    differences = repository.differences(connection, limit)
    checks = repository.CHECKS
    in_flight = 0
    state = "left_out"
    if decisions is not None:
        try:
            found, in_flight = _against(connection, decisions, now, limit)
            differences += found
            checks = checks + AGAINST_ELIGIBILITY
            state = "compared"
        except Unavailable:
            state = "not_reached"
    return {
        "differences": differences,
        "checks": checks,
        "looked_at": repository.counts(connection),
        "eligibility": state,
        "in_flight": in_flight,
    }


def ask_for_missing(connection: Connection, decisions: Decisions, now: datetime) -> dict[str, int]:
    """Request the events of decisions in force that payout lacks; return how many are missing, will come, and are on their way.

    Raises Unavailable.
    """
    found, in_flight = _against(connection, decisions, now, limit=None)
    return _request_missing(decisions, found) | {"in_flight": in_flight}


def _request_missing(decisions: Decisions, found: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    missing = [difference["subject"] for difference in found if difference["check"] == MISSING]
    return {"missing": len(missing), "events": decisions.republish(missing)}


def reconciliation_loop(database: Database, decisions: Decisions, clock: Clock) -> Loop:
    """Return the worker's hourly loop: compare everything, store the number of differences, request missing decisions."""

    def compare() -> bool:
        started = time.perf_counter()
        with database.reading_at_one_instant() as connection:
            against, _ = _against(connection, decisions, clock.now(), limit=None)
            found = repository.differences(connection, COUNTED) + against
        values = payout_metrics.differences([*repository.CHECKS, *AGAINST_ELIGIBILITY], found)
        requested = _request_missing(decisions, against)
        with database.transaction() as connection:
            store(connection, MEASUREMENT, values, time.perf_counter() - started)
            if requested["missing"]:
                audit.record(
                    connection, actor=SYSTEM, act="ask_for_missing_decisions", subjects=["*"], details=requested
                )
        return False

    return Loop(MEASUREMENT, compare, idle_seconds=3_600)


def _against(
    connection: Connection, decisions: Decisions, now: datetime, limit: int | None
) -> tuple[list[dict[str, Any]], int]:
    """Return the differences from eligibility's decisions in force, and how many decisions have not arrived yet."""
    missing: list[dict[str, Any]] = []
    ahead: list[dict[str, Any]] = []
    in_flight = 0
    decided: set[str] = set()
    for page in decisions.in_force():
        decided.update(decision.award_id for decision in page)
        known = repository.entitlements(connection, [decision.award_id for decision in page])
        for decision in page:
            own = known.get(decision.award_id)
            version, fen = (own.version, own.entitlement_fen) if own else (0, 0)
            if own and (version, fen, own.payee_uscc, own.jurisdiction) == decision.stated:
                continue
            if own and version >= decision.version:
                if own.received_at < now - PATIENCE:  # else it was approved while the pages were read
                    ahead.append(_difference(AHEAD, decision.award_id, decision.entitlement_fen, fen))
            elif version < decision.version and decision.approved_at > now - PATIENCE:
                in_flight += 1
            elif limit is None or len(missing) < limit:
                missing.append(_difference(MISSING, decision.award_id, decision.entitlement_fen, fen))
    unknown = [
        _difference(UNKNOWN, award_id, 0, fen)
        for award_id, fen in repository.all_entitlements(connection)
        if award_id not in decided
    ]
    return missing + unknown[:limit] + ahead[:limit], in_flight


def _difference(check: str, subject: str, expected_fen: int, found_fen: int) -> dict[str, Any]:
    return {"check": check, "subject": subject, "expected_fen": expected_fen, "found_fen": found_fen}
