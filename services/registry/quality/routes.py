"""The data quality report."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.registry.quality import repository
from services.registry.quality.schemas import Warned
from services.registry.quality.signs import SIGNS
from services.registry.quality.statements import MESSAGES
from services.registry.revisions.records import known_revision
from services.registry.revisions.route_parameters import AsOf, Reader
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.validation_errors import name_of
from shared.errors import FieldError, Invalid
from shared.i18n import translate
from shared.identifiers import is_uscc
from shared.web.idempotency import json_response
from shared.web.negotiation import language_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page

router = APIRouter(prefix="/v1/quality", tags=["quality"])


@router.get("", operation_id="list_quality_warnings", response_model=Page[Warned])
def list_quality_warnings(
    request: Request,
    access: Reader,
    award: Annotated[str | None, Query(max_length=100, description="Only what affects this award")] = None,
    code: Annotated[str | None, Query(max_length=100, description="Only this sign")] = None,
    dataset: Annotated[str | None, Query(max_length=100, description="Only this dataset")] = None,
    uscc: Annotated[str | None, Query(max_length=18, description="Only rows that name this enterprise")] = None,
    as_of: AsOf = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List data that are missing or odd, with the awards that they affect. The rows were accepted all the same."""
    if uscc is not None and not is_uscc(uscc.upper()):
        error = FieldError("uscc", "invalid_uscc", "this is not a valid unified social credit code")
        raise Invalid("See `errors` for each mistake.", errors=[error])
    signs = [
        place
        for place, sign in enumerate(SIGNS)
        if (award is None or award in sign.awards)
        and (code is None or code == sign.code)
        and (dataset is None or dataset == sign.dataset)
    ]
    after = decode_cursor(cursor, int, str)
    with request.app.state.database.reading() as connection:
        rows = repository.warnings(
            connection,
            access,
            revision=known_revision(connection, as_of),
            signs=signs,
            naming=uscc.upper() if uscc else None,
            after=(after[0], after[1]) if after else None,
            limit=limit,
        )
    body = page(rows, limit, "sign", "key_text")
    return json_response({**body, "items": [_warning_view(row, language_of(request)) for row in body["items"]]})


def _warning_view(row: dict[str, Any], language: str) -> dict[str, Any]:
    sign = SIGNS[row["sign"]]
    item = CATALOGUE[sign.dataset].by_name.get(sign.field or "")
    return {
        "code": sign.code,
        "dataset": sign.dataset,
        "key": row["key"],
        "field": sign.field,
        "uscc": row["uscc"],
        "awards": list(sign.awards),
        "message": translate(MESSAGES[sign.code], language, {"name": name_of(item) if item else ""}),
    }
