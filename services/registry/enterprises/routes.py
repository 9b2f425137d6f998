"""Enterprises by name and code, and one enterprise's card."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from services.registry.enterprises import repository
from services.registry.enterprises.domain import status_on
from services.registry.enterprises.schemas import EnterpriseCard, EnterpriseSummary
from services.registry.revisions.records import known_revision
from services.registry.revisions.route_parameters import AsOf, OwnReader, access_of, audit_whole_numbers
from shared.authorization import Actor, Scope
from shared.catalogue.datasets import CATALOGUE
from shared.days import Day
from shared.errors import NotFound
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

ACTS = ("make_challenge", *(f"record_{dataset.name}" for dataset in CATALOGUE.values() if dataset.owned))
"""What a known enterprise leaves open: its rows may be added to, corrected and challenged."""

router = APIRouter(prefix="/v1/enterprises", tags=["enterprises"])


@router.get("", operation_id="search_enterprises", response_model=Page[EnterpriseSummary])
def search_enterprises(
    request: Request,
    access: OwnReader,
    name: Annotated[str | None, Query(min_length=1, max_length=100, description="Any part of the name")] = None,
    uscc: Annotated[str | None, Query(max_length=18, description="Beginning of the code")] = None,
    as_of: AsOf = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Find enterprises by any part of their name, Chinese included, or by the beginning of their code."""
    after = decode_cursor(cursor, str)
    with request.app.state.database.reading() as connection:
        revision = known_revision(connection, as_of)
        rows = repository.search(
            connection,
            access,
            revision=revision,
            name=name,
            code=uscc,
            after=after[0] if after else None,
            limit=limit,
        )
    return json_response(page(rows, limit, "uscc"))


@router.get("/{uscc}", operation_id="get_enterprise", response_model=EnterpriseCard, responses=refusals(NotFound))
def get_enterprise(
    request: Request,
    actor: Annotated[Actor, needs(Scope.FACTS_READ, own=Scope.OWN_READ)],
    uscc: Annotated[str, Path(max_length=18, description="Unified social credit code")],
    on: Annotated[Day | None, Query(description="Day of the status; today if left out")] = None,
    as_of: AsOf = None,
) -> Response:
    """Return one enterprise with every record that names it, as known at a revision, and its status on a day."""
    access = access_of(request, actor)
    code, day = uscc.upper(), on or access.today
    with request.app.state.database.reading_at_one_instant() as connection:
        revision = known_revision(connection, as_of)
        found = repository.search(connection, access, revision=revision, name=None, code=code, after=None, limit=1)
        if not found or found[0]["uscc"] != code:
            raise NotFound("There is no such enterprise at this revision.")
        records = repository.records_of(connection, access, code, revision)
    audit_whole_numbers(request, access, [CATALOGUE[name] for name in records])
    card = {
        "enterprise": found[0],
        "revision": revision,
        "on": day,
        **status_on(records, day),
        "possible_acts": possible_acts(request, actor, ACTS),
        "records": records,
    }
    return json_response(card)
