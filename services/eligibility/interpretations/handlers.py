"""Policies by code, and the readings that are official: changed by two persons, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, func, insert, select, update

from services.eligibility.interpretations.tables import reading_changes
from services.eligibility.rules.domain import InterpretationError, Interpretations, Policy
from services.eligibility.rules.library import POLICIES, load_policy
from shared.clock import isoformat
from shared.errors import Conflict, FieldError, Invalid, NotFound, SamePerson


def policy_book(code: str) -> Policy:
    """Return the policy that a request's body names; raises Problem that lists the policies there are."""
    if code not in POLICIES:
        known = ", ".join(POLICIES)
        raise Invalid(errors=[FieldError("/policy", "policy", f"no such policy; there are {known}")])
    return load_policy(code)


def check_years(book: Policy, award_years: Sequence[int]) -> None:
    """Raise Problem that points at an award year which no case of the policy can have, and says which there are."""
    years = book.possible_years
    message = f"award years are {years[0]}-{years[-1]}"
    errors = [
        FieldError(f"/award_years/{n}", "award-year", message) for n, y in enumerate(award_years) if y not in years
    ]
    if errors:
        raise Invalid(errors=errors)


def policy_at_path(code: str) -> Policy:
    """Return the policy that a path names; raises Problem (404)."""
    if code not in POLICIES:
        raise NotFound("There is no such policy; there are {policies}.", policies=", ".join(POLICIES))
    return load_policy(code)


def changed(
    readings: Interpretations, changes: Mapping[str, str], pointer: str = "/interpretations"
) -> Interpretations:
    """Return `readings` with `changes`; raises Problem that lists the names or values allowed."""
    try:
        return readings.with_changes(changes)
    except InterpretationError as error:
        mistake = FieldError(f"{pointer}/{error.interpretation}", "interpretation", error.message, **error.parameters)
        raise Invalid(errors=[mistake]) from error


def official_readings(connection: Connection, book: Policy) -> Interpretations:
    """Return the readings that are official now: the defaults with every confirmed change."""
    readings = Interpretations.official_defaults(book)
    confirmed = (
        select(reading_changes.c.interpretations)
        .where(reading_changes.c.policy == book.code, reading_changes.c.confirmed_at.is_not(None))
        .order_by(reading_changes.c.confirmed_at, reading_changes.c.number)
    )
    for changes in connection.execute(confirmed).scalars():
        readings = readings.with_changes(changes)
    return readings


def readings_of(book: Policy, document: str) -> Interpretations:
    """Return the readings that a kept document holds."""
    return Interpretations.official_defaults(book).with_changes(orjson.loads(document))


def propose_change(
    connection: Connection, book: Policy, interpretations: Mapping[str, str], reason: str, *, by: str
) -> dict[str, Any]:
    """Propose a change of the official readings; raises Problem for a name or value that does not exist."""
    changed(Interpretations.official_defaults(book), interpretations)
    row = connection.execute(
        insert(reading_changes)
        .values(policy=book.code, interpretations=dict(interpretations), reason=reason, proposed_by=by)
        .returning(*reading_changes.c)
    ).one()
    return change_view(row)


def confirm_change(connection: Connection, book: Policy, change_id: UUID, *, by: str) -> dict[str, Any]:
    """Make a proposed change official; raises Problem: not found, confirmed already, proposed by the same person."""
    found = select(reading_changes).where(reading_changes.c.id == change_id, reading_changes.c.policy == book.code)
    row = connection.execute(found.with_for_update()).one_or_none()
    if row is None:
        raise NotFound("There is no such change.")
    if row.confirmed_at is not None:
        raise Conflict("It is confirmed already.", extra={"state": "confirmed"})
    if row.proposed_by == by:
        raise SamePerson("Another person than the one who proposed it has to confirm it.")
    confirmed = connection.execute(
        update(reading_changes)
        .where(reading_changes.c.id == change_id)
        .values(confirmed_by=by, confirmed_at=func.now())
        .returning(*reading_changes.c)
    ).one()
    return change_view(confirmed)


def interpretations_view(connection: Connection, book: Policy, language: str) -> dict[str, Any]:
    """Return the official readings, each with its possible values, and every change ever proposed."""
    official = official_readings(connection, book)
    rows = connection.execute(
        select(reading_changes).where(reading_changes.c.policy == book.code).order_by(reading_changes.c.number)
    )
    said = "zh" if language == "zh-CN" else "en"
    return {
        "policy": book.code,
        "hash": official.hash,
        "interpretations": dict(official),
        "readings": [
            {
                "name": name,
                "article": reading.article,
                "title": getattr(reading.words, said),
                "value": official[name],
                "default": reading.default,
                "values": [{"value": v, "title": getattr(words, said)} for v, words in reading.values.items()],
            }
            for name, reading in book.interpretations.items()
        ],
        "changes": [change_view(row) for row in rows],
    }


def change_view(row: Row[Any]) -> dict[str, Any]:
    """Return a change of readings as its readers see it."""
    return {
        "id": str(row.id),
        "policy": row.policy,
        "interpretations": row.interpretations,
        "reason": row.reason,
        "state": "confirmed" if row.confirmed_at else "proposed",
        "proposed_by": row.proposed_by,
        "proposed_at": isoformat(row.proposed_at),
        "confirmed_by": row.confirmed_by,
        "confirmed_at": isoformat(row.confirmed_at) if row.confirmed_at else None,
    }


def policy_view(book: Policy, language: str) -> dict[str, Any]:
    """Return a policy with its numbers."""
    return {
        "code": book.code,
        "title": book.title.zh if language == "zh-CN" else book.title.en,
        "hash": book.hash,
        "valid_from": str(book.parameters["validity_first_day"].on(None)),
        "valid_until": Interpretations.official_defaults(book)["validity_last_day"],
        "award_years": list(book.award_years),
        "parameters": orjson.loads(book.document)["parameters"],
    }
