"""Routes of the audit log and the hash chains, the same in every service."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from shared.audit import log
from shared.audit.sealing import verify
from shared.authorization import Scope
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page

router = APIRouter(prefix="/v1/audit", tags=["audit"])

_AUDITOR = [needs(Scope.AUDIT_READ, city_wide=True)]


class Act(BaseModel):
    """What somebody did; recorded in the transaction of the act and never changed."""

    id: int
    acted_at: datetime
    actor: str = Field(description="The token's subject, or the part of the system that acted")
    act: str = Field(
        description="The operation, as named in OpenAPI, or what a worker did", examples=["approve_decision"]
    )
    subjects: list[str] = Field(description="Identifiers of what was changed or created")
    reason: str | None = Field(description="Reason given by the actor; long numbers are removed")
    details: dict[str, Any] = Field(description="Counts, amounts in fen, versions: whole numbers only")
    trace_id: str | None = Field(description="Identifies the act in logs and traces")


class Chain(BaseModel):
    """Result of verifying a hash chain."""

    chain: str = Field(description="The table that the chain seals", examples=["audit_log"])
    blocks: int
    rows: int = Field(description="Rows in the intact blocks")
    unsealed: int = Field(description="Rows that are not sealed yet: the newest ones")
    head: str = Field(
        description="Hash of the last intact block. A copy kept elsewhere proves the chain up to this block"
    )
    broken_at: int | None = Field(description="First broken block; null if all are intact")
    problem: str | None = Field(description="Why the block is broken")


@router.get("", operation_id="list_acts", response_model=Page[Act], dependencies=_AUDITOR)
def list_acts(
    request: Request,
    actor: Annotated[str | None, Query(max_length=200, description="Who acted")] = None,
    act: Annotated[str | None, Query(max_length=200, description="The act")] = None,
    without: Annotated[list[str] | None, Query(max_length=20, description="Acts that are left out")] = None,
    subject: Annotated[str | None, Query(max_length=200, description="An identifier among `subjects`")] = None,
    concerning: Annotated[
        str | None,
        Query(
            max_length=200,
            description="An identifier; acts on what belongs to it, too: the decisions of a round, the orders of an award",
        ),
    ] = None,
    trace_id: Annotated[str | None, Query(max_length=32)] = None,
    since: Annotated[datetime | None, Query(description="Acts at or after this time")] = None,
    before: Annotated[datetime | None, Query(description="Acts before this time")] = None,
    newest: Annotated[bool, Query(description="The newest act first")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List acts in the order of their numbers, or the newest first."""
    after = decode_cursor(cursor, int)
    with request.app.state.database.reading() as connection:
        filters = {
            "actor": actor,
            "act": act,
            "without": without,
            "subject": subject,
            "concerning": concerning and request.app.state.related(connection, concerning),
            "trace_id": trace_id,
            "since": since,
            "before": before,
        }
        found = log.list_acts(connection, filters, limit + 1, after=after[0] if after else None, newest=newest)
    return json_response(page(found, limit, "id"))


@router.get("/chains", operation_id="verify_chains", response_model=list[Chain], dependencies=_AUDITOR)
def verify_chains(request: Request) -> Response:
    """Verify the hash chains of this service: every block is computed again from its rows."""
    with request.app.state.database.reading_at_one_instant() as connection:
        tables = request.app.state.schema.sealed_tables
        return json_response([asdict(verify(connection, table)) for table in tables])
