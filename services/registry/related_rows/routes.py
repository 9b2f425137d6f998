"""Route of related rows."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.registry.related_rows import repository
from services.registry.related_rows.repository import RelatedQuery
from services.registry.related_rows.schemas import RelatedQueryBody, RelatedRowsQuery, RelatedRowsView
from services.registry.revisions.route_parameters import Reader
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.errors import FieldError, Invalid
from shared.web.idempotency import json_response

router = APIRouter(prefix="/v1", tags=["revisions"])


@router.post("/snapshots/latest/related-rows", operation_id="query_related_rows", response_model=RelatedRowsView)
def query_related_rows(request: Request, access: Reader, body: RelatedRowsQuery) -> Response:
    """Return the rows that given values lead to, as of the newest revision: a query may look for values that earlier ones found.

    So one request reads all that depends on an enterprise: its loans, their balances, the places of its clients. Rows that the
    caller may not see are left out, and lead to no others. Nothing is changed.
    """
    queries = [_query(place, each) for place, each in enumerate(body.queries)]
    with request.app.state.database.reading() as connection:
        found = repository.read(connection, access, queries, body.values)
    rows = [[orjson.Fragment(row) for row in of_query] for of_query in found.rows]
    return json_response({"revision": found.revision, "complete": found.complete, "rows": rows})


def _query(place: int, body: RelatedQueryBody) -> RelatedQuery:
    """Return a query of the request; raises Invalid for what is not declared, sensitive, or too much."""
    name, _, field = body.field.partition(".")
    pointer = f"/queries/{place}/field"
    dataset = _dataset(name, pointer)
    if field:
        _check_matchable(dataset, [field], pointer)
    elif dataset.owned:
        raise _invalid(
            FieldError(pointer, "field_missing", "name a field: the rows of this dataset belong to enterprises")
        )
    origins = []
    for number, origin in enumerate(body.of):
        name, _, joined = origin.partition(".")
        at = f"/queries/{place}/of/{number}"
        columns = tuple(joined.split(":"))
        _check_matchable(_dataset(name, at), columns, at)
        origins.append((CATALOGUE[name], columns))
    return RelatedQuery(dataset, field, body.before_colon, body.given, tuple(origins))


def _dataset(name: str, pointer: str) -> Dataset:
    if name not in CATALOGUE:
        message = "there is no such dataset; `GET /v1/datasets` lists them"
        raise _invalid(FieldError(pointer, "dataset_unknown", message))
    if CATALOGUE[name].sensitive:
        message = "this dataset has sensitive fields: read it by its own routes"
        raise _invalid(FieldError(pointer, "dataset_sensitive", message))
    return CATALOGUE[name]


def _check_matchable(dataset: Dataset, fields: list[str] | tuple[str, ...], pointer: str) -> None:
    if not set(fields) <= set(dataset.matchable):
        named = ", ".join(dataset.matchable)
        raise _invalid(FieldError(pointer, "field_unknown", "rows can be chosen by {fields}", fields=named))


def _invalid(error: FieldError) -> Invalid:
    return Invalid("See `errors` for each mistake.", errors=[error])
