"""The timeline of an award: everything that happened to it, from its decisions to the last payment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.awards.repository import queries
from services.payout.clients.eligibility import Decisions
from services.payout.funding import handlers as funding
from services.payout.funding.repository import holds_in_force, unconfirmed_instalments
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


def read(
    connection: Connection, award_id: UUID, actor: Actor, decisions: Decisions | None, today: date
) -> tuple[dict[str, Any], list[str]] | None:
    """Return the timeline of `award_id` and the operations that its state allows `actor`, or None if `actor` sees no such award.

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
    holds = holds_in_force(connection, award_id, award["payee"]["uscc"]) if actor.uscc is None else []
    unconfirmed = unconfirmed_instalments(connection, award_id, today.year)
    shown = {**award, **parts, "orders": orders, "eligibility": state}
    shown |= {"holds": holds, "unconfirmed_instalments": unconfirmed}
    return shown, _allowed(holds, unconfirmed, actor)


def _allowed(holds: Sequence[Mapping[str, Any]], unconfirmed: Sequence[int], actor: Actor) -> list[str]:
    """Return the operations that holds and unconfirmed instalments allow; a payee concerns the whole city."""
    on_award = next((hold for hold in holds if hold["award_id"] is not None), None)
    on_payee = next((hold for hold in holds if hold["uscc"] is not None), None)
    return [
        *funding.allowed(on_award, actor.subject, on_award=True),
        *(funding.allowed(on_payee, actor.subject, on_award=False) if actor.city_wide else []),
        *(["release_instalment"] if unconfirmed else []),
    ]


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
