"""Use cases of the status of awards: two persons suspend, end or resume an award by an official act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, func, insert, literal, select

from services.eligibility.awards.tables import award_status_changes as changes
from services.eligibility.engine.description import describe
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.rules.domain import Policy
from shared import two_persons
from shared.errors import NotFound

#: Members of an act that an award's status shows.
_SHOWN = ("status", "effective_on", "last_award_year", "document")
IN_FORCE: Mapping[str, Any] = {"status": "in_force", "effective_on": None, "last_award_year": None, "document": None}
"""The status of an award that no act concerns."""


def propose_change(
    connection: Connection, policy: Policy, award: str, change: Mapping[str, Any], *, by: str
) -> dict[str, Any]:
    """Propose an act; it has no effect until another person confirms it. Raises NotFound for an unknown award."""
    _check_award(policy, award)
    row = connection.execute(
        insert(changes).values(policy=policy.code, award=award, proposed_by=by, **change).returning(*changes.c)
    ).one()
    return change_view(row)


def confirm_change(connection: Connection, policy: Policy, award: str, change_id: UUID, *, by: str) -> dict[str, Any]:
    """Put a proposed act into effect; raises NotFound, Conflict if it is confirmed already, or SamePerson."""
    which = changes.c.id == change_id, changes.c.policy == policy.code, changes.c.award == award
    return change_view(two_persons.confirm(connection, changes, *which, by=by))


def statuses(connection: Connection, policy: Policy, day: date) -> dict[str, Mapping[str, Any]]:
    """Return the status of every award of the policy for decisions of `day`: award code → `_SHOWN`."""
    in_effect = func.award_statuses(literal(policy.code), literal(day)).table_valued("award", *_SHOWN)
    found = {row.award: _shown(row) for row in connection.execute(select(in_effect))}
    return {award.code: found.get(award.code, IN_FORCE) for award in policy.awards}


def stopping_act(
    connection: Connection, policy: Policy, award: str, award_year: int, day: date
) -> Mapping[str, Any] | None:
    """Return the status of an award of which an act lets nothing be proposed for that year on `day`; else None."""
    status = statuses(connection, policy, day)[award]
    return status if is_stopped(status, award_year) else None


def is_stopped(status: Mapping[str, Any], award_year: int) -> bool:
    """Return whether an award of this status is no longer proposed for a year."""
    return status["status"] != "in_force" and award_year > (status["last_award_year"] or 0)


def awards_view(connection: Connection, policy: Policy, day: date, language: str) -> list[dict[str, Any]]:
    """Return the awards under the official interpretations, in words, each with its definition and its status on `day`."""
    context = policy.context(official_interpretations(connection, policy), day)
    definitions = orjson.loads(policy.document)["awards"]
    status = statuses(connection, policy, day)
    return [
        describe(policy, award, context, language) | {"status": status[award.code], "definition": definition}
        for award, definition in zip(policy.awards, definitions, strict=True)
    ]


def status_view(connection: Connection, policy: Policy, award: str, day: date) -> dict[str, Any]:
    """Return the status of an award for decisions of `day`, and every act on it; raises NotFound."""
    _check_award(policy, award)
    query = select(changes).where(changes.c.policy == policy.code, changes.c.award == award).order_by(changes.c.number)
    acts: Sequence[Row[Any]] = connection.execute(query).all()
    return {**statuses(connection, policy, day)[award], "changes": [change_view(row) for row in acts]}


def change_view(row: Row[Any]) -> dict[str, Any]:
    """Return an act as the API shows it."""
    return {**two_persons.view(row), "policy": row.policy, "award": row.award, **_shown(row)}


def _shown(row: Row[Any]) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in _SHOWN}
    return {**shown, "effective_on": row.effective_on.isoformat()}


def _check_award(policy: Policy, award: str) -> None:
    known = [each.code for each in policy.awards]
    if award not in known:
        raise NotFound("There is no such award. Awards: {known}.", known=", ".join(known))
