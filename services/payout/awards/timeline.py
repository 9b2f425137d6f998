"""The timeline of an award: everything that happened to it, from its decisions to the last payment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.awards.repository import queries
from services.payout.clients.eligibility import Decisions
from services.payout.orders.repository import views
from shared.authorization import Actor
from shared.errors import Unavailable

_PARTS = {
    "versions": queries.versions,
    "shares": queries.shares,
    "recoveries": queries.recoveries,
    "postings": queries.postings,
    "steps": queries.steps,
}


def read(connection: Connection, award_id: UUID, actor: Actor, decisions: Decisions | None) -> dict[str, Any] | None:
    """Return the timeline of `award_id`, or None if there is no such award that `actor` may see.

    What was done before an approval is read from eligibility: `decisions` None leaves it out.
    """
    where = {"award_id": award_id, **actor.restriction}
    award = connection.execute(queries.award, where).mappings().one_or_none()
    if award is None:
        return None
    orders = views(connection, where)
    for order in orders:
        del order["number"]
    parts = {name: [dict(row) for row in connection.execute(query, where).mappings()] for name, query in _PARTS.items()}
    decided, state = _decided(award_id, decisions)
    by_version = {each["version"]: each for each in decided if each["version"] is not None}
    for version in parts["versions"]:
        version["decision"] = _reference(by_version.get(version["version"]))
    if actor.uscc is None:
        parts["steps"] = [*(step for each in decided for step in _steps(each)), *parts["steps"]]
    return {**award, **parts, "orders": orders, "eligibility": state}


def _decided(award_id: UUID, decisions: Decisions | None) -> tuple[list[dict[str, Any]], str]:
    if decisions is None:
        return [], "left_out"
    try:
        return decisions.of_award(award_id), "included"
    except Unavailable:
        return [], "not_reached"


def _reference(decision: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the decision behind a version: who, when, and where its conditions, amount and fact rows are explained."""
    if decision is None:
        return None
    names = ("id", "proposed_by", "proposed_at", "approved_by", "approved_at", "evaluation_id")
    return {name: decision[name] for name in names} | {"explanation": f"/v1/decisions/{decision['id']}/explanation"}


def _steps(decision: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "at": decision[f"{step}_at"],
            "actor": decision[f"{step}_by"],
            "step": step,
            "unit": None,
            "amount_fen": decision["entitlement_fen"] if decision["result"] == "granted" else 0,
            "version": decision["version"],
            "reference": decision["id"],
        }
        for step in ("proposed", "approved")
        if decision[f"{step}_at"] is not None
    ]
