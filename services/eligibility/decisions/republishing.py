"""Publishing again: every version in force can be told anew at any time, under the event ids that it was told by."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from shared.authorization import Scope
from shared.errors import InFlight
from shared.messaging import topics
from shared.messaging.outbox import republish_latest
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/republications", tags=["events"])


class RepublicationRequest(BaseModel):
    """Which awards' versions in force are to be told again; without any, all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    award_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=10_000)


class Republication(BaseModel):
    """What the relay publishes again."""

    events: int = Field(description="Versions in force that are on their way; those never published are not counted")


@router.post(
    "",
    operation_id="republish_decisions",
    status_code=202,
    response_model=Republication,
    responses=refusals(InFlight),
    dependencies=[needs(Scope.EVENTS_REPUBLISH)],
)
def republish_decisions(command: IdempotentCommand, body: RepublicationRequest) -> Response:
    """Publish the versions in force again on `award-decisions.v1`; whoever has given effect to them ignores them."""
    keys = None if body.award_ids is None else [str(award_id) for award_id in body.award_ids]

    def act(connection: Connection) -> object:
        return {"events": republish_latest(connection, topics.AWARD_DECISIONS, keys)}

    return command.run(act, status=202)
