"""The ledger over HTTP: entries, balances, the hash chain."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.payout.enums import Unit
from services.payout.ledger import repository
from services.payout.ledger.schemas import Balance, Entry
from services.payout.ledger.tables import postings
from shared.audit.sealing import verify
from shared.authorization import Actor, Scope
from shared.clock import SHANGHAI
from shared.days import Day
from shared.web.audit import Chain
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page

router = APIRouter(prefix="/v1/ledger", tags=["ledger"])

Reader = Annotated[Actor, needs(Scope.MONEY_READ)]
_CITY_WIDE = [needs(Scope.MONEY_READ, city_wide=True)]


@router.get("/entries", operation_id="list_ledger_entries", response_model=Page[Entry])
def list_ledger_entries(
    request: Request,
    actor: Reader,
    account: Annotated[str | None, Query(max_length=200, description="Source or destination")] = None,
    award_id: Annotated[UUID | None, Query(description="One award")] = None,
    order_id: Annotated[UUID | None, Query(description="One payment order")] = None,
    unit: Annotated[Unit | None, Query(description="One budget unit")] = None,
    kind: Annotated[str | None, Query(max_length=40, description="Kind of posting")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List postings in the order of their numbers; a caller tied to a jurisdiction sees those of its awards."""
    after = decode_cursor(cursor, int)
    with request.app.state.database.reading() as connection:
        rows = repository.entries(
            connection,
            account=account,
            award_id=award_id,
            order_id=order_id,
            unit=unit,
            kind=kind,
            jurisdiction=actor.jurisdiction,
            after=after[0] if after else None,
            limit=limit + 1,
        )
    return json_response(page(rows, limit, "id"))


@router.get("/balances", operation_id="list_ledger_balances", response_model=Page[Balance], dependencies=_CITY_WIDE)
def list_ledger_balances(
    request: Request,
    prefix: Annotated[
        str | None, Query(max_length=200, description="Start of the account's name: `budget:city:`")
    ] = None,
    on: Annotated[Day | None, Query(description="At the end of this day in China; now if left out")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List accounts with their inflow, outflow and balance. Over all accounts the balances add up to zero."""
    after = decode_cursor(cursor, str)
    before = datetime.combine(on + timedelta(days=1), datetime.min.time(), SHANGHAI) if on else None
    with request.app.state.database.reading() as connection:
        rows = repository.balances(
            connection, prefix=prefix, before=before, after=after[0] if after else None, limit=limit + 1
        )
    return json_response(page(rows, limit, "account"))


@router.get("/chain", operation_id="verify_ledger_chain", response_model=Chain, dependencies=_CITY_WIDE)
def verify_ledger_chain(request: Request) -> Response:
    """Compute the hash chain of the ledger again and report whether every block holds."""
    with request.app.state.database.reading_at_one_instant() as connection:
        return json_response(asdict(verify(connection, postings)))
