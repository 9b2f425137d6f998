"""Payment batches over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.payout.batches import handlers, repository
from services.payout.batches.formats import FORMATS, name_of
from services.payout.batches.schemas import Batch, BatchDetail, BatchDraft
from services.payout.enums import Unit
from shared.audit import log as audit
from shared.authorization import Actor, Scope
from shared.errors import Conflict, NotFound
from shared.web.auth import needs
from shared.web.bodies import BodyLimit
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import Accept, negotiate
from shared.web.openapi import BINARY
from shared.web.pagination import Cursor, Limit, decode_id, page
from shared.web.possible_acts import PageWithPossibleActs, possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/payment-batches", tags=["payment batches"])

Maker = Annotated[Actor, needs(Scope.BATCHES_WRITE)]
Reader = Annotated[Actor, needs(Scope.MONEY_READ, Scope.RESULTS_BANK)]
BODIES = [
    BodyLimit("/v1/payment-batches/.+", 64 * 1024 * 1024, files=True, seconds=300, json_bytes=64 * 1024 * 1024),
    BodyLimit("/v1/payment-batches"),
]
"""The paths that take files, and the one that takes many identifiers."""


@router.post(
    "",
    operation_id="build_payment_batch",
    status_code=201,
    response_model=Batch,
    responses=refusals(Conflict),
)
def build_payment_batch(draft: BatchDraft, request: Request, actor: Maker, command: IdempotentCommand) -> Response:
    """Make a batch of the approved orders of a unit; orders that are on hold or approved by the caller are left out.

    An order whose payee's account is not the one that was approved goes back to `issued`; one whose award eligibility does not
    have as payout does is left out. What the checks find (`findings`), and a random sample, hold their orders until another
    person releases them.
    """
    actor.require_jurisdiction(draft.unit)
    state, now = request.app.state, request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.build(
            connection,
            state.accounts,
            state.decisions,
            unit=draft.unit.value,
            order_ids=draft.order_ids,
            payees=state.payees,
            sample_percent=state.sample_percent if draft.sample_percent is None else draft.sample_percent,
            by=actor.subject,
            now=now,
        ),
        status=201,
    )


@router.get("", operation_id="list_payment_batches", response_model=PageWithPossibleActs[Batch])
def list_payment_batches(
    request: Request,
    actor: Reader,
    unit: Annotated[Unit | None, Query(description="Budget that pays")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List batches, oldest first."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.views(connection, after, limit + 1, actor.jurisdiction or unit)
        may = {"possible_acts": possible_acts(request, actor, handlers.allowed_of_list(connection))}
    return json_response(page(rows, limit, "id") | may)


@router.get("/{batch_id}", operation_id="get_payment_batch", response_model=BatchDetail, responses=refusals(NotFound))
def get_payment_batch(batch_id: UUID, request: Request, actor: Reader) -> Response:
    """Return one batch; its orders are listed by `GET /v1/payment-orders?batch_id=`."""
    with request.app.state.database.reading() as connection:
        batch = own_batch(connection, batch_id, actor)
    return json_response(batch | {"possible_acts": possible_acts(request, actor, handlers.allowed(batch))})


@router.get(
    "/{batch_id}/file",
    operation_id="get_payment_batch_file",
    response_class=Response,
    responses={
        200: {"content": {each.media_type: BINARY for each in FORMATS.values()}},
        **refusals(NotFound, Conflict),
    },
)
def get_payment_batch_file(
    batch_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.BATCHES_WRITE, Scope.RESULTS_BANK)],
    format: Annotated[  # noqa: A002 - the parameter's name
        Literal["csv", "xlsx", "pain.001"] | None, Query(description="Format of the file; else by `Accept`")
    ] = None,
    accept: Accept = None,
) -> Response:
    """Return the file for the bank: CSV in UTF-8 with BOM, XLSX, or ISO 20022 pain.001.001.09, with totals, checksum and seal.

    It is always the same, byte for byte (XLSX: cell for cell), until the key of the seal or the payer's account is replaced.
    """
    name = format or name_of(negotiate(accept, [each.media_type for each in FORMATS.values()]))
    with request.app.state.database.reading_at_one_instant() as connection:
        batch = own_batch(connection, batch_id, actor)
        if "get_payment_batch_file" not in handlers.allowed(batch):
            raise Conflict("This batch was entered again after a restore. Its file is the one that the bank has.")
        state = request.app.state
        file = handlers.file_of(connection, batch, state.accounts, state.seals, state.payers)
    content = FORMATS[name].write(file)
    with request.app.state.database.transaction() as connection:  # account numbers leave the system: that is audited
        audit.record(connection, actor=actor.subject, act="get_payment_batch_file", subjects=[batch_id])
    headers = {"Content-Disposition": f'attachment; filename="batch-{batch_id}.{FORMATS[name].extension}"'}
    return Response(content, 200, headers, FORMATS[name].media_type)


def own_batch(connection: Connection, batch_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a batch of the caller's; raises NotFound."""
    batch = repository.view_or_none(connection, batch_id)
    if batch is None or not actor.covers(batch["unit"]):
        raise NotFound(handlers.NO_SUCH_BATCH)
    return batch
