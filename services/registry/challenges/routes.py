"""Routes of challenges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from services.registry.challenges import handlers
from services.registry.challenges.schemas import Challenge, ChallengeBody, ChallengeDetail, ResolutionBody
from services.registry.datasets.schemas import key_model
from services.registry.revisions.route_parameters import OwnReader, access_of
from shared.authorization import Actor, Scope
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Kind
from shared.errors import Conflict, FieldError, InFlight, Invalid, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/challenges", tags=["challenges"])


@router.post(
    "",
    operation_id="make_challenge",
    status_code=201,
    response_model=Challenge,
    responses=refusals(Conflict, InFlight),
)
def make_challenge(
    request: Request,
    actor: Annotated[Actor, needs(Scope.CHALLENGES_WRITE, own=Scope.OWN_WRITE)],
    command: IdempotentCommand,
    body: ChallengeBody,
) -> Response:
    """Challenge a fact: a field of a row, or the row itself, that it is there or missing; whoever keeps the data resolves it.

    While a challenge is open, the same is not made twice: the answer names the first.
    """
    dataset = CATALOGUE.get(body.dataset)
    if dataset is None:
        raise Invalid(errors=[FieldError("/dataset", "dataset", "There is no such dataset.")])
    challenge = handlers.Challenge(
        dataset, _key(dataset, body.key), body.field, body.stated, body.reason, body.document
    )

    def act(connection: Connection) -> object:
        return handlers.make(connection, access_of(request, actor), challenge, actor)

    return command.run(act, status=201, headers=lambda made: {"Location": f"/v1/challenges/{made['id']}"})


@router.get("", operation_id="list_challenges", response_model=Page[Challenge])
def list_challenges(
    request: Request,
    access: OwnReader,
    dataset: Annotated[str | None, Query(max_length=60, description="Name of the dataset")] = None,
    uscc: Annotated[str | None, Query(max_length=18, description="Only those that concern this enterprise")] = None,
    open: Annotated[bool | None, Query(description="Whether they wait to be resolved")] = None,  # noqa: A002
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List challenges, oldest first."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        found = handlers.find(
            connection,
            access,
            dataset=dataset,
            uscc=uscc.upper() if uscc else None,
            is_open=open,
            after=after,
            limit=limit + 1,
        )
    return json_response(page(found, limit, "id"))


@router.get(
    "/{challenge_id}", operation_id="get_challenge", response_model=ChallengeDetail, responses=refusals(NotFound)
)
def get_challenge(
    request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ, own=Scope.OWN_READ)], challenge_id: UUID
) -> Response:
    """Read a challenge, and what became of it."""
    with request.app.state.database.reading() as connection:
        row = handlers.get(connection, challenge_id, access_of(request, actor))
    possible = possible_acts(request, actor, handlers.possible(row, actor))
    return json_response(handlers.view(row) | {"possible_acts": possible})


@router.post(
    "/{challenge_id}/resolve",
    operation_id="resolve_challenge",
    response_model=Challenge,
    responses=refusals(NotFound, Conflict, SamePerson, InFlight),
)
def resolve_challenge(
    request: Request,
    actor: Annotated[Actor, needs(Scope.FACTS_WRITE, city_wide=True)],
    command: IdempotentCommand,
    challenge_id: UUID,
    body: ResolutionBody,
) -> Response:
    """Resolve a challenge: by the revision that corrected the row, or dismissed, with the reason."""
    access = access_of(request, actor)
    return command.run(
        lambda connection: handlers.resolve(
            connection,
            challenge_id,
            access,
            actor,
            _key,
            outcome=body.outcome,
            revision=body.revision,
            reason=body.reason,
        )
    )


def _key(dataset: Dataset, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the typed key of a row; raises Invalid for anything but the whole key of the dataset."""
    try:
        read = key_model(dataset).model_validate(document)
    except ValidationError as error:
        names = ", ".join(dataset.key)
        message = "This is not the key of a row: {names}."
        raise Invalid(errors=[FieldError("/key", "key", message, names=names)]) from error
    return {
        name: getattr(read, name).upper() if dataset.by_name[name].kind is Kind.USCC else getattr(read, name)
        for name in dataset.key
    }
