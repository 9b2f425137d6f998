"""Use cases of notices, each one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from services.eligibility.decisions import bulk_transitions
from services.eligibility.decisions import repository as decisions_of
from services.eligibility.decisions.domain import Act, State, possible_acts
from services.eligibility.decisions.tables import decisions
from services.eligibility.notices import repository
from services.eligibility.notices.domain import term
from services.eligibility.notices.tables import notices
from shared.authorization import Actor
from shared.errors import Conflict, DomainError, FieldError, Forbidden, NotFound
from shared.i18n import N_


class NothingToNotice(Conflict):
    """No decision is left to be noticed."""

    code = "nothing-to-notice"
    title = N_("No decision is left to be noticed")


class TermNotOver(Conflict):
    """The notice's term is not over."""

    code = "term-not-over"
    title = N_("The notice's term is not over")


_MAX_ERRORS = 100

_PROPOSED = """d.state = 'proposed' AND d.notice_id IS NULL AND {which}
AND (CAST(:jurisdiction AS text) IS NULL OR d.jurisdiction = :jurisdiction)"""


def open_notice(
    connection: Connection,
    actor: Actor,
    *,
    evaluation_id: UUID | None = None,
    decision_ids: Sequence[UUID] = (),
    working_days: int,
    today: date,
) -> dict[str, Any]:
    """Put the proposals named, or what an evaluation proposed and was not noticed yet, into a public notice.

    Named ones go in all or none. Raises Problem: decisions that do not exist or cannot be noticed, nothing to notice.
    """
    days = term(today, working_days)
    notice_id = connection.execute(
        insert(notices)
        .values(
            working_days=working_days,
            opened_on=today,
            last_day=days.last_day,
            calendar_assumed_from=days.assumed_from,
            opened_by=actor.subject,
        )
        .returning(notices.c.id)
    ).scalar_one()
    named = set(decision_ids)
    which = "d.id = ANY(:ids)" if named else "d.evaluation_id = :evaluation_id"
    values = {"ids": list(named), "evaluation_id": evaluation_id, "jurisdiction": actor.jurisdiction}
    picked = bulk_transitions.pick(connection, _PROPOSED.format(which=which), values)
    if named and picked < len(named):
        raise _cannot_be_noticed(connection, actor, decision_ids)
    if picked == 0:
        raise _nothing_left(connection, actor, evaluation_id)
    bulk_transitions.move(connection, "state = 'in_notice', notice_id = :notice_id", {"notice_id": notice_id})
    bulk_transitions.record(connection, Act.PUBLISH, by=actor.subject, reason=None)
    return repository.view(repository.get(connection, notice_id, actor))


def close_notice(connection: Connection, notice_id: UUID, actor: Actor, *, today: date) -> dict[str, Any]:
    """Close a notice whose term has run: what is undisputed may be approved from now on.

    Raises Problem: not found, closed already, its term not over, decisions of other jurisdictions in it.
    """
    row = repository.get(connection, notice_id, actor, lock=True)
    shown = repository.view(row)
    if row.closed_on is not None:
        raise Conflict("The notice is closed already.", extra={"state": "closed", "possible": []})
    if actor.jurisdiction is not None and row.total < _total(connection, notice_id):
        raise Forbidden("This notice holds decisions of other jurisdictions too.")
    if today < date.fromisoformat(shown["closable_on"]):
        raise TermNotOver(
            "It runs until the end of {last_day}; close it on {closable_on} or later.",
            extra={"state": "open", "possible": ["object"], "closable_on": shown["closable_on"]},
            last_day=shown["last_day"],
            closable_on=shown["closable_on"],
        )
    connection.execute(
        update(notices)
        .where(notices.c.id == notice_id)
        .values(closed_on=today, closed_by=actor.subject, closed_at=func.now())
    )
    bulk_transitions.pick(connection, "d.notice_id = :id AND d.state IN ('in_notice', 'suspended')", {"id": notice_id})
    bulk_transitions.move(
        connection,
        "noticed_on = :today, state = CASE d.state WHEN 'in_notice' THEN 'proposed' ELSE d.state END",
        {"today": today},
    )
    bulk_transitions.record(connection, Act.CONCLUDE, by=actor.subject, reason=None)
    return repository.view(repository.get(connection, notice_id, actor))


def _total(connection: Connection, notice_id: UUID) -> int:
    query = select(func.count()).select_from(decisions).where(decisions.c.notice_id == notice_id)
    return connection.execute(query).scalar_one()


def _cannot_be_noticed(connection: Connection, actor: Actor, decision_ids: Sequence[UUID]) -> DomainError:
    query = select(decisions.c.id, decisions.c.state, decisions.c.noticed_on).where(
        decisions.c.id.in_(set(decision_ids))
    )
    found = {row.id: row for row in connection.execute(decisions_of.visible(query, actor))}
    missing, wrong = [], []
    for place, decision_id in enumerate(decision_ids):
        row = found.get(decision_id)
        pointer = f"/decision_ids/{place}"
        if row is None:
            missing.append(FieldError(pointer, "not_found", "there is no such decision"))
        elif row.noticed_on is not None or row.state != State.PROPOSED:
            noticed = row.noticed_on is not None
            state = "was noticed already" if noticed else f"is {row.state}, possible: {_listed(State(row.state))}"
            wrong.append(FieldError(pointer, "noticed" if noticed else row.state, state))
    if missing:
        return NotFound("Leave out what does not exist.", errors=missing[:_MAX_ERRORS])
    detail = (
        "Only proposals that were not noticed yet go into a notice. Leave out the others, or send the request again."
    )
    return Conflict(detail, errors=wrong[:_MAX_ERRORS])


def _listed(state: State) -> str:
    return ", ".join(possible_acts(state)) or "nothing"


def _nothing_left(connection: Connection, actor: Actor, evaluation_id: UUID | None) -> DomainError:
    query = select(decisions.c.state, func.count().label("decisions")).where(decisions.c.evaluation_id == evaluation_id)
    found = connection.execute(decisions_of.visible(query, actor).group_by(decisions.c.state))
    return NothingToNotice(
        "What this evaluation proposed has been noticed or has moved on.",
        extra={"states": {row.state: row.decisions for row in found}},
    )
