"""Payment orders over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.payout.enums import OrderState, Unit, WaitingFor
from services.payout.orders import views
from services.payout.orders.export import COLUMNS
from services.payout.orders.schemas import PaymentOrder
from shared import spreadsheets
from shared.authorization import Actor, Scope
from shared.errors import TooLarge
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.negotiation import Accept
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.problems import refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT, requested_format, spreadsheet_response

router = APIRouter(prefix="/v1/payment-orders", tags=["payment orders"])


@router.get(
    "",
    operation_id="list_payment_orders",
    response_model=Page[PaymentOrder],
    responses={200: {"content": SPREADSHEET_CONTENT}, **refusals(TooLarge)},
)
def list_payment_orders(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    uscc: Annotated[str | None, Query(max_length=18, description="The payee")] = None,
    award: Annotated[str | None, Query(max_length=60, description="Code of the award")] = None,
    award_id: Annotated[UUID | None, Query(description="One award")] = None,
    unit: Annotated[Unit | None, Query(description="Budget that pays")] = None,
    state: Annotated[OrderState | None, Query(description="State of the order")] = None,
    waiting_for: Annotated[WaitingFor | None, Query(description="What a waiting order lacks")] = None,
    due_year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    batch_id: Annotated[UUID | None, Query(description="One payment batch")] = None,
    changed_after: Annotated[datetime | None, Query(description="Changed after this instant")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = None,
) -> Response:
    """List payment orders, oldest first; a caller tied to a jurisdiction sees the orders of its awards.

    As CSV or XLSX (by `Accept`) it is one sheet of all orders that the filters let through, not a page.
    """
    after = decode_cursor(cursor, int)
    filters = {
        "uscc": uscc,
        "award": award,
        "award_id": award_id,
        "unit": unit,
        "state": state,
        "waiting_for": waiting_for,
        "due_year": due_year,
        "batch_id": batch_id,
        "jurisdiction": actor.jurisdiction,
        "changed_after": changed_after,
        "after": after[0] if after else None,
    }
    kind = requested_format(accept)
    with request.app.state.database.reading() as connection:
        rows = views.list_orders(connection, filters, spreadsheets.MAX_ROWS + 1 if kind else limit + 1)
    if kind:
        return spreadsheet_response(rows, COLUMNS, kind, name="payment-orders", title="支付令")
    body = page(rows, limit, "number")
    for row in body["items"]:
        del row["number"]
    return json_response(body)
