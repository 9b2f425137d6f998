"""Routes of the audit log and its chains, the same in every service."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from shared.audit.log import acts
from shared.audit.sealing import verify
from shared.authorization import Actor, Scope
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page

router = APIRouter(prefix="/v1/audit", tags=["audit"])

Auditor = Annotated[Actor, needs(Scope.AUDIT_READ)]


class Act(BaseModel):
    """Somebody did something; recorded in the transaction of the act, never changed."""

    id: int
    acted_at: datetime
    actor: str = Field(description="The token's subject, or the part of the system that acted by itself")
    act: str = Field(
        description="The operation, as OpenAPI names it, or what a worker did", examples=["approve_decision"]
    )
    subjects: list[str] = Field(description="Identifiers of what it was done to, and of what it made")
    reason: str | None = Field(description="Why, as the actor gave it; long numbers are struck out")
    details: dict[str, Any] = Field(description="Counts, amounts in fen, versions: whole numbers alone")
    trace_id: str | None = Field(description="Finds the act in logs and traces")


class Chain(BaseModel):
    """What verifying a hash chain found."""

    chain: str = Field(description="The table that it seals", examples=["audit_log"])
    blocks: int
    rows: int = Field(description="Rows in the blocks that hold")
    unsealed: int = Field(description="Rows that are not sealed yet: those of the last moments")
    head: str = Field(description="Hash of the last block that holds; noted elsewhere, it proves the chain up to it")
    broken_at: int | None = Field(description="First block that does not hold; null if all do")
    problem: str | None = Field(description="Why it does not hold")


@router.get("", operation_id="list_acts", response_model=Page[Act])
def list_acts(
    request: Request,
    auditor: Auditor,
    actor: Annotated[str | None, Query(max_length=200, description="Who")] = None,
    act: Annotated[str | None, Query(max_length=200, description="What")] = None,
    subject: Annotated[str | None, Query(max_length=200, description="An identifier that it concerns")] = None,
    trace_id: Annotated[str | None, Query(max_length=32)] = None,
    since: Annotated[datetime | None, Query(description="At this instant or later")] = None,
    before: Annotated[datetime | None, Query(description="Before this instant")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List acts in the order of their numbers."""
    auditor.require_city_wide()
    after = decode_cursor(cursor, int)
    filters = {
        "actor": actor,
        "act": act,
        "subject": subject,
        "trace_id": trace_id,
        "since": since,
        "before": before,
        "after": after[0] if after else None,
    }
    with request.app.state.database.reading() as connection:
        return json_response(page(acts(connection, filters, limit + 1), limit, "id"))


@router.get("/chains", operation_id="verify_chains", response_model=list[Chain])
def verify_chains(request: Request, auditor: Auditor) -> Response:
    """Compute the hash chains of this service anew and tell of each whether every block holds."""
    auditor.require_city_wide()
    with request.app.state.database.reading_at_one_instant() as connection:
        tables = request.app.state.schema.sealed_tables
        return json_response([asdict(verify(connection, table)) for table in tables])
