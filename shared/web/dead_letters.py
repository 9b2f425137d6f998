"""Routes of dead letters, the same in every service that consumes events: list, replay, discard with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, Row, func, select, update

from shared.authorization import Actor, Scope
from shared.clock import isoformat
from shared.errors import Conflict, InFlight, NotFound
from shared.free_text import Reason
from shared.messaging.consumer import Handler
from shared.messaging.dead_letters import OPEN, message_of
from shared.system_tables import dead_letters
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/dead-letters", tags=["dead-letters"])

DeadLetterId = Annotated[int, Path(ge=0, le=2**63 - 1)]


class DeadLetter(BaseModel):
    """A message that could not be processed. Its data are stored but not shown: they can hold anything."""

    id: int
    topic: str
    partition: int
    offset: int
    key: str | None
    type: str | None = Field(description="CloudEvents type")
    bytes: int = Field(description="Size of its data in bytes")
    reason: str = Field(description="Why it could not be processed")
    state: Literal["open", "replayed", "cleared", "discarded"]
    recorded_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_reason: str | None


class DeadLetterDiscardBody(BaseModel):
    """Why the message does not have to be processed."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"reason": "重复消息，已由后一条替代"}]}
    )

    reason: Reason


@router.get(
    "",
    operation_id="list_dead_letters",
    response_model=Page[DeadLetter],
    dependencies=[needs(Scope.DEAD_LETTERS_WRITE, city_wide=True)],
)
def list_dead_letters(
    request: Request,
    state: Literal["open", "replayed", "cleared", "discarded"] | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List messages that could not be processed, oldest first."""
    after = decode_cursor(cursor, int)
    query = select(dead_letters).order_by(dead_letters.c.id).limit(limit + 1)
    if after:
        query = query.where(dead_letters.c.id > after[0])
    if state:
        query = query.where(dead_letters.c.state == state)
    with request.app.state.database.reading() as connection:
        return json_response(page([_view(row) for row in connection.execute(query)], limit, "id"))


@router.post(
    "/{dead_letter_id}/replay",
    operation_id="replay_dead_letter",
    response_model=DeadLetter,
    responses=refusals(NotFound, Conflict, InFlight),
)
def replay_dead_letter(
    actor: Annotated[Actor, needs(Scope.DEAD_LETTERS_WRITE, city_wide=True)],
    command: IdempotentCommand,
    dead_letter_id: DeadLetterId,
    request: Request,
) -> Response:
    """Process a message again with the code that consumes it; refused with the reason if that still fails."""
    handlers: Mapping[str, Handler] = request.app.state.event_handlers

    def act(connection: Connection) -> dict[str, Any]:
        row = _open(connection, dead_letter_id)
        try:
            handlers[row.topic](connection, [message_of(row)])
        except ValueError as error:
            raise Conflict("The message still cannot be processed: {reason}", reason=row.reason) from error
        return _end(connection, dead_letter_id, "replayed", actor, "replayed")

    return command.run(act)


@router.post(
    "/{dead_letter_id}/discard",
    operation_id="discard_dead_letter",
    response_model=DeadLetter,
    responses=refusals(NotFound, Conflict, InFlight),
)
def discard_dead_letter(
    actor: Annotated[Actor, needs(Scope.DEAD_LETTERS_WRITE, city_wide=True)],
    command: IdempotentCommand,
    dead_letter_id: DeadLetterId,
    body: DeadLetterDiscardBody,
) -> Response:
    """Close a message that does not have to be processed."""

    def act(connection: Connection) -> dict[str, Any]:
        _open(connection, dead_letter_id)
        return _end(connection, dead_letter_id, "discarded", actor, body.reason)

    return command.run(act)


def _open(connection: Connection, dead_letter_id: int) -> Row[Any]:
    row = connection.execute(
        select(dead_letters).where(dead_letters.c.id == dead_letter_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound("There is no dead letter with this id.")
    if row.state != OPEN:
        raise Conflict("The dead letter is already {state}.", extra={"state": row.state}, state=row.state)
    return row


def _end(connection: Connection, dead_letter_id: int, state: str, actor: Actor, reason: str) -> dict[str, Any]:
    row = connection.execute(
        update(dead_letters)
        .where(dead_letters.c.id == dead_letter_id)
        .values(state=state, ended_at=func.now(), ended_by=actor.subject, ended_reason=reason)
        .returning(*dead_letters.c)
    ).one()
    return _view(row)


def _view(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.log_offset,
        "key": row.key.decode("utf-8", "replace") if row.key is not None else None,
        "type": row.headers.get("ce_type"),
        "bytes": len(row.value or b""),
        "reason": row.reason,
        "state": row.state,
        "recorded_at": isoformat(row.recorded_at),
        "ended_at": isoformat(row.ended_at) if row.ended_at else None,
        "ended_by": row.ended_by,
        "ended_reason": row.ended_reason,
    }
