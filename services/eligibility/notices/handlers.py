"""Use cases of notices, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from services.eligibility.decisions import repository as decisions_repository
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import State, possible_acts
from services.eligibility.decisions.tables import decisions
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.notices import repository
from services.eligibility.notices.domain import term
from services.eligibility.notices.tables import notices
from services.eligibility.rounds import repository as rounds
from shared.authorization import Actor
from shared.errors import Conflict, DomainError, FieldError, Forbidden, NotFound
from shared.i18n import N_
from shared.jobs import repository as jobs


class NothingToNotice(Conflict):
    """No decision is left to be noticed."""

    code = "nothing-to-notice"
    title = N_("No decision is left to be noticed")


class TermNotOver(Conflict):
    """The notice's term is not over."""

    code = "term-not-over"
    title = N_("The notice's term is not over")


_MAX_ERRORS = 100


def open_notice(
    connection: Connection,
    actor: Actor,
    *,
    evaluation_id: UUID | None = None,
    round_id: UUID | None = None,
    decision_ids: Sequence[UUID] = (),
    document_number: str | None = None,
    working_days: int,
    today: date,
) -> dict[str, Any]:
    """Put the named proposals, or those of an evaluation or a round that were not noticed yet, into a public notice.

    What still waits for a confirmation or a review is skipped and counted; other named ones go in all or none. The notice lasts
    as long as the procedures of its decisions say, or `working_days`. Raises NotFound, Conflict for what cannot be noticed, or
    NothingToNotice.
    """
    if evaluation_id is not None:
        jobs.get(connection, evaluation_id, EVALUATION)
    if round_id is not None:
        rounds.get(connection, round_id)
    named = set(decision_ids)
    values = {
        "ids": list(named),
        "evaluation_id": evaluation_id,
        "round_id": round_id,
        "jurisdiction": actor.jurisdiction,
    }
    skipped = dict(connection.execute(repository.queries.count_not_ready, values).mappings().one())
    picked = transitions.pick(connection, repository.queries.pick_proposed, values)
    if named and picked + sum(skipped.values()) < len(named):
        raise _cannot_be_noticed(connection, actor, decision_ids)
    if picked == 0:
        raise _nothing_left(connection, actor, values, skipped)
    working_days = connection.execute(repository.queries.longest_term, {"working_days": working_days}).scalar_one()
    days = term(today, working_days)
    notice_id = connection.execute(
        insert(notices)
        .values(
            document_number=document_number,
            working_days=working_days,
            opened_on=today,
            last_day=days.last_day,
            calendar_assumed_from=days.assumed_from,
            opened_by=actor.subject,
        )
        .returning(notices.c.id)
    ).scalar_one()
    transitions.publish(connection, notice_id, by=actor.subject)
    return repository.view(repository.get(connection, notice_id, actor)) | {"skipped": skipped}


def close_notice(connection: Connection, notice_id: UUID, actor: Actor, *, today: date) -> dict[str, Any]:
    """Close a notice after its term: decisions without an objection may be approved from now on.

    Raises NotFound, Conflict if it is closed already, TermNotOver, or Forbidden if it has decisions of other jurisdictions.
    """
    row = repository.get(connection, notice_id, actor, lock=True)
    if (refusal := _refusal_to_close(connection, row, actor, today)) is not None:
        raise refusal
    connection.execute(
        update(notices)
        .where(notices.c.id == notice_id)
        .values(closed_on=today, closed_by=actor.subject, closed_at=func.now())
    )
    transitions.pick(connection, repository.queries.pick_noticed, {"notice_id": notice_id})
    transitions.conclude(connection, today, by=actor.subject)
    return repository.view(repository.get(connection, notice_id, actor))


def possible_operations(connection: Connection, row: Row[Any], actor: Actor, *, today: date) -> list[str]:
    """Return the operations on a notice that its state allows `actor`."""
    objecting = [] if row.closed_on is not None else ["record_objection"]
    closing = ["close_notice"] if _refusal_to_close(connection, row, actor, today) is None else []
    return [*objecting, *closing, "start_approval"]


def _refusal_to_close(connection: Connection, row: Row[Any], actor: Actor, today: date) -> DomainError | None:
    """Return why `actor` may not close a notice today; None if it may."""
    shown = repository.view(row)
    if row.closed_on is not None:
        return Conflict("The notice is closed already.", extra={"state": "closed", "possible": []})
    if actor.jurisdiction is not None and row.total < _total(connection, row.id):
        return Forbidden("This notice has decisions of other jurisdictions too. An officer of the city must close it.")
    if today < date.fromisoformat(shown["closable_on"]):
        return TermNotOver(
            "The notice runs until the end of {last_day}. Close it on {closable_on} or later.",
            extra={"state": "open", "possible": ["object"], "closable_on": shown["closable_on"]},
            last_day=shown["last_day"],
            closable_on=shown["closable_on"],
        )
    return None


def _total(connection: Connection, notice_id: UUID) -> int:
    query = select(func.count()).select_from(decisions).where(decisions.c.notice_id == notice_id)
    return connection.execute(query).scalar_one()


def _cannot_be_noticed(connection: Connection, actor: Actor, decision_ids: Sequence[UUID]) -> DomainError:
    query = select(decisions.c.id, decisions.c.state, decisions.c.noticed_on).where(
        decisions.c.id.in_(set(decision_ids))
    )
    found = {row.id: row for row in connection.execute(decisions_repository.visible(query, actor))}
    missing, wrong = [], []
    for place, decision_id in enumerate(decision_ids):
        row = found.get(decision_id)
        pointer = f"/decision_ids/{place}"
        if row is None:
            missing.append(FieldError(pointer, "not_found", "There is no such decision."))
        elif row.noticed_on is not None:
            wrong.append(FieldError(pointer, "noticed", "The decision was noticed already."))
        elif row.state != State.PROPOSED:
            message = "The decision is {state}; possible acts: {acts}."
            acts = list(possible_acts(State(row.state))) or "-"
            wrong.append(FieldError(pointer, row.state, message, state=row.state, acts=acts))
    if missing:
        return NotFound("Some decisions do not exist. Leave them out.", errors=missing[:_MAX_ERRORS])
    return Conflict(
        "Only proposals that were not noticed yet can be put into a notice. Leave out the others, or send the request again.",
        errors=wrong[:_MAX_ERRORS],
    )


def _nothing_left(
    connection: Connection, actor: Actor, values: Mapping[str, Any], skipped: Mapping[str, int]
) -> DomainError:
    groups = [decisions.c[name] == values[name] for name in ("evaluation_id", "round_id") if values[name] is not None]
    query = select(decisions.c.state, func.count().label("decisions"))
    query = query.where(or_(decisions.c.id.in_(values["ids"]), *groups))
    found = connection.execute(decisions_repository.visible(query, actor).group_by(decisions.c.state))
    return NothingToNotice(
        "Every decision was noticed already, has left the state of a proposal, or waits for a confirmation or a review.",
        extra={"states": {row.state: row.decisions for row in found}, "skipped": dict(skipped)},
    )
