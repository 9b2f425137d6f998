"""Routes of drafts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.registry.drafts import handlers
from services.registry.drafts.schemas import ConfirmedAccount, Discard, Draft, DraftChanges, PayeeConfirmation, State
from services.registry.revisions.domain import RowsRefused
from services.registry.revisions.route_parameters import access_of, audit_whole_numbers
from shared.authorization import Actor, Scope
from shared.catalogue.datasets import CATALOGUE
from shared.errors import Conflict, InFlight, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, decode_id, encode_cursor, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/drafts", tags=["drafts"])

CONFIRMATIONS = (Scope.ACCOUNTS_CONFIRM, Scope.REFERENCE_CONFIRM)
ENDS = (*CONFIRMATIONS, Scope.FACTS_WRITE)
CityWideOrOwn = Annotated[Actor, needs(Scope.FACTS_READ, own=Scope.OWN_READ, city_wide=True)]


@router.get("", operation_id="list_drafts", response_model=Page[Draft])
def list_drafts(
    request: Request,
    actor: CityWideOrOwn,
    state: Annotated[State | None, Query(description="Only those in this state")] = None,
    dataset: Annotated[str | None, Query(description="Only those of this dataset")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List drafts, the newest first: change sets of accounts and reference data that another person has to confirm.

    An enterprise sees those of its own account.
    """
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        found = handlers.find(
            connection, state=state, dataset=dataset, own_uscc=actor.uscc, after=after, limit=limit + 1
        )
    return json_response(page(found, limit, "id"))


@router.post(
    "/payee-confirmations",
    operation_id="confirm_payee_account",
    response_model=ConfirmedAccount,
    responses=refusals(InFlight),
)
def confirm_payee_account(
    request: Request,
    actor: Annotated[Actor, needs(Scope.ACCOUNTS_CONFIRM_FOR_PAYEE, city_wide=True)],  # noqa: ARG001 - asks for the scope
    command: IdempotentCommand,
    body: PayeeConfirmation,
) -> Response:
    """Confirm the drafts of an account that its payee has confirmed in eligibility; told again, nothing changes.

    Recorded as the second person is who confirmed: the enterprise, or the officer who has its paper. Whoever drafted the account
    is never its second person.
    """
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.confirm_of_payee(
            connection, body.uscc, by=body.confirmed_by, at=body.confirmed_at, now=now
        )
    )


@router.get("/{draft_id}", operation_id="get_draft", response_model=DraftChanges, responses=refusals(NotFound))
def get_draft(
    request: Request, actor: CityWideOrOwn, draft_id: UUID, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Show a draft and, page by page, what it would change: each record before and after. An enterprise sees its own."""
    access = access_of(request, actor)
    with request.app.state.database.reading() as connection:
        row = handlers.get(connection, draft_id, own_uscc=actor.uscc)
        dataset = CATALOGUE[row.dataset]
        after = decode_cursor(cursor, *dataset.key_types)
        found = handlers.changes(connection, access, row, after, limit + 1)
    audit_whole_numbers(request, access, [dataset])
    items = found[:limit]
    following = encode_cursor(*items[-1]["key"]) if len(found) > limit else None
    possible = possible_acts(request, actor, handlers.possible(row, actor))
    return json_response(handlers.view(row) | {"items": items, "next_cursor": following, "possible_acts": possible})


@router.post(
    "/{draft_id}/confirm",
    operation_id="confirm_draft",
    response_model=Draft,
    responses=refusals(NotFound, Conflict, SamePerson, InFlight, RowsRefused),
)
def confirm_draft(
    request: Request,
    actor: Annotated[Actor, needs(*CONFIRMATIONS, city_wide=True)],
    command: IdempotentCommand,
    draft_id: UUID,
) -> Response:
    """Record what a draft holds as a revision; another person than who sent it.

    It is checked again against the registry as it is now. If it can no longer be recorded, it stays a draft. Drafts of accounts
    need the scope accounts:confirm, those of other datasets reference:confirm.
    """
    now = request.app.state.clock.now()

    def act(connection: Connection) -> dict[str, object]:
        handlers.require_confirmer(handlers.get(connection, draft_id), actor)
        return handlers.confirm(connection, draft_id, by=actor.subject, now=now)

    return command.run(act)


@router.post(
    "/{draft_id}/discard",
    operation_id="discard_draft",
    response_model=Draft,
    responses=refusals(NotFound, Conflict, InFlight),
)
def discard_draft(
    actor: Annotated[Actor, needs(*ENDS, city_wide=True)],
    command: IdempotentCommand,
    draft_id: UUID,
    body: Discard,
) -> Response:
    """End a draft without effect. Whoever sent it may do so too."""

    def act(connection: Connection) -> dict[str, object]:
        handlers.require_confirmer_or_author(handlers.get(connection, draft_id), actor)
        return handlers.discard(connection, draft_id, by=actor.subject, reason=body.reason)

    return command.run(act)
