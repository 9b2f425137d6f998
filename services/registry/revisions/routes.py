"""Routes of revisions, changes and snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field
from sqlalchemy import or_, select

from services.registry.datasets.routes import declared
from services.registry.revisions import changes, formats, snapshots
from services.registry.revisions.records import known_revision
from services.registry.revisions.repository import latest_revision
from services.registry.revisions.route_parameters import Reader, audit_whole_numbers
from services.registry.revisions.schemas import (
    ChangeView,
    CodeRanges,
    LatestRevision,
    Revision,
    SnapshotQueries,
    SnapshotQuery,
)
from services.registry.revisions.tables import revisions
from shared.authorization import Scope
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.errors import FieldError, Invalid, NotFound
from shared.identifiers import is_uscc
from shared.media_types import ARROW, NDJSON, PARQUET
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.negotiation import Accept, negotiate
from shared.web.openapi import BINARY, schema_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.problems import refusals
from shared.web.streams import Streams

router = APIRouter(prefix="/v1", tags=["revisions"])

RevisionNumber = Annotated[int, Path(ge=0, le=2**63 - 1, description="Revision to read at")]
DatasetName = Annotated[str, Path(description="Name of a dataset", examples=["annual_sales"])]


MAX_ERRORS = 100
"""Most invalid codes that one answer lists."""

TABLE = dict.fromkeys((ARROW, PARQUET, NDJSON), BINARY)


@router.get(
    "/revisions",
    operation_id="list_revisions",
    response_model=Page[Revision],
    dependencies=[needs(Scope.FACTS_READ, city_wide=True)],
)
def list_revisions(
    request: Request,
    other_than: Annotated[
        list[str] | None,
        Query(max_length=100, description="Only change sets that somebody else than these made or confirmed"),
    ] = None,
    revision: Annotated[
        list[Annotated[int, Field(ge=0, le=2**63 - 1)]] | None,
        Query(max_length=100, description="Only these revisions", examples=[[7, 9]]),
    ] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List change sets, the newest first."""
    query = select(revisions).order_by(revisions.c.revision.desc()).limit(limit + 1)
    if other_than:
        query = query.where(
            or_(*(person.not_in(other_than) for person in (revisions.c.actor, revisions.c.confirmed_by)))
        )
    if revision:
        query = query.where(revisions.c.revision.in_(revision))
    if after := decode_cursor(cursor, int):
        query = query.where(revisions.c.revision < after[0])
    with request.app.state.database.reading() as connection:
        rows = [dict(row._mapping) for row in connection.execute(query)]
    return json_response(page(rows, limit, "revision"))


@router.get(
    "/revisions/latest",
    operation_id="get_latest_revision",
    response_model=LatestRevision,
    dependencies=[needs(Scope.FACTS_READ)],
)
def get_latest_revision(request: Request) -> Response:
    """Return the number of the newest revision. What is read at a revision never changes."""
    with request.app.state.database.reading() as connection:
        return json_response({"revision": latest_revision(connection)})


@router.get(
    "/changes",
    operation_id="list_changes",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One row per changed key",
            "content": {ARROW: BINARY} | {NDJSON: {"schema": schema_of(ChangeView)}},
        },
        **refusals(NotFound),
    },
)
def list_changes(
    request: Request,
    access: Reader,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Revision whose state is known already; 0 for none")],
    until: Annotated[
        int | None, Query(ge=0, le=2**63 - 1, description="Revision to reach; the newest if left out")
    ] = None,
    dataset: Annotated[list[str] | None, Query(description="Only these datasets")] = None,
    uscc: Annotated[list[str] | None, Query(max_length=1_000, description="Only rows that name these")] = None,
    accept: Accept = None,
) -> Response:
    """List what changed between two revisions: per key the owning enterprise and the row before and after.

    Applied to the state at `after`, the changes result in the state at `until`. A key whose row is the same again is left out.
    """
    media_type = negotiate(accept, (ARROW, NDJSON))
    selected = [declared(name) for name in dataset or CATALOGUE]
    naming = _codes(uscc) if uscc is not None else None
    database = request.app.state.database
    with database.reading() as connection:
        reached = known_revision(connection, until)
        if after > reached:
            error = FieldError("after", "after_until", "this must not be above `until`")
            raise Invalid("Give the earlier revision as `after`.", errors=[error])
        touched = [found for found in changes.touched(connection, after, reached) if found in selected]
    audit_whole_numbers(request, access, touched)
    batches = changes.read(request.app.state.arrow, access, touched, after, reached, naming=naming)
    stream = formats.write(media_type, changes.SCHEMA, batches, nested=changes.JSON_COLUMNS)
    return _long(request, stream, media_type, reached)


@router.get(
    "/snapshots/{revision}/code-ranges",
    operation_id="list_code_ranges",
    response_model=CodeRanges,
    dependencies=[needs(Scope.FACTS_READ, city_wide=True)],
    responses=refusals(NotFound),
)
def list_code_ranges(
    request: Request,
    revision: RevisionNumber,
    enterprises: Annotated[int, Query(ge=1, le=2**31 - 1, description="Enterprises in each range; fewer in the last")],
) -> Response:
    """Divide all unified social credit codes into ranges with so many of the enterprises known at a revision.

    Facts of very many enterprises are read range by range, so that no reader has to hold them all.
    """
    _check_made(request, revision)
    with request.app.state.database.reading() as connection:
        found = snapshots.code_ranges(connection, revision, enterprises)
    return json_response({"items": [{"first": first, "until": until} for first, until in found]})


@router.get(
    "/snapshots/{revision}/{dataset}",
    operation_id="get_snapshot",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "All rows in the order of their key, each with the revision that set it",
            "content": TABLE,
        },
        **refusals(NotFound),
    },
)
def get_snapshot(
    request: Request, access: Reader, revision: RevisionNumber, dataset: DatasetName, accept: Accept = None
) -> Response:
    """Return a dataset as known at a revision: always the same bytes, also while others write."""
    return _snapshot(request, access, revision, dataset, accept)


@router.post(
    "/snapshots/{revision}/{dataset}/queries",
    operation_id="query_snapshot",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The matching rows, in the order of their key", "content": TABLE},
        **refusals(NotFound),
    },
)
def query_snapshot(
    request: Request,
    access: Reader,
    revision: RevisionNumber,
    dataset: DatasetName,
    body: SnapshotQuery,
    accept: Accept = None,
) -> Response:
    """Return the rows of a dataset that name some enterprises, that have some values in a field, or that some revisions set.

    An enterprise is named by a row itself or through the park, hub, loan or zone it belongs to. Datasets that belong to no
    enterprise concern everybody and are returned whole. Nothing is changed.
    """
    if body.uscc is not None:
        return _snapshot(request, access, revision, dataset, accept, naming=_codes(body.uscc))
    if body.revisions is not None:
        return _snapshot(request, access, revision, dataset, accept, set_by=body.revisions)
    assert body.field is not None and body.values is not None
    if not (access.accounts and body.field in declared(dataset).sensitive):
        _check_matchable(declared(dataset), body.field, "/field")
    matching = snapshots.Matching(body.field, body.values, body.before_colon)
    return _snapshot(request, access, revision, dataset, accept, matching=matching)


@router.post(
    "/snapshots/{revision}/queries",
    operation_id="query_snapshots",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "One Arrow stream after the other, one for each field in the order in which they are named: "
            "the matching rows, in the order of their key",
            "content": {ARROW: BINARY},
        },
        **refusals(NotFound),
    },
)
def query_snapshots(
    request: Request, access: Reader, revision: RevisionNumber, body: SnapshotQueries, accept: Accept = None
) -> Response:
    """Return rows of several datasets at once, each chosen by the values of a field or by a range of codes, or whole.

    Nothing is changed.
    """
    media_type = negotiate(accept, (ARROW,))
    requested: list[tuple[Dataset, snapshots.Matching | snapshots.Between | None]] = []
    for place, query in enumerate(body.queries):
        for number, named in enumerate(query.fields):
            pointer = f"/queries/{place}/fields/{number}"
            name, _, field = named.partition(".")
            if name not in CATALOGUE:
                error = FieldError(
                    pointer, "dataset_unknown", "there is no such dataset; `GET /v1/datasets` lists them"
                )
                raise Invalid("See `errors` for each mistake.", errors=[error])
            matching: snapshots.Matching | snapshots.Between | None = None
            if query.values is not None or query.codes is not None:
                _check_matchable(CATALOGUE[name], field, pointer)
            if query.values is not None:
                matching = snapshots.Matching(field, query.values, query.before_colon)
            elif query.codes is not None:
                matching = snapshots.Between(field, query.codes.first, query.codes.until)
            requested.append((CATALOGUE[name], matching))
    _check_made(request, revision)
    audit_whole_numbers(request, access, [dataset for dataset, _ in requested])
    pieces = (
        piece
        for dataset, batches in snapshots.read_several(request.app.state.arrow, access, requested, revision)
        for piece in formats.write(media_type, snapshots.schema_of(dataset), batches)
    )
    return _long(request, pieces, media_type, revision)


def _snapshot(
    request: Request,
    access: Reader,
    revision: int,
    name: str,
    accept: str | None,
    *,
    naming: list[str] | None = None,
    matching: snapshots.Matching | None = None,
    set_by: list[int] | None = None,
) -> Response:
    media_type = negotiate(accept, (ARROW, PARQUET, NDJSON))
    dataset = declared(name)
    _check_made(request, revision)
    audit_whole_numbers(request, access, [dataset])
    batches = snapshots.read(
        request.app.state.arrow, access, dataset, revision, naming=naming, matching=matching, set_by=set_by
    )
    stream = formats.write(media_type, snapshots.schema_of(dataset), batches)
    return _long(request, stream, media_type, revision)


def _long(request: Request, pieces: Iterator[bytes], media_type: str, revision: int) -> Response:
    streams: Streams = request.app.state.streams
    return streams.answer(request, pieces, media_type, {"Revision": str(revision)})


def _check_made(request: Request, revision: int) -> None:
    with request.app.state.database.reading() as connection:
        if revision > latest_revision(connection):
            raise NotFound("This revision has not been made yet.")


def _check_matchable(dataset: Dataset, field: str, pointer: str) -> None:
    if field not in dataset.matchable:
        error = FieldError(
            pointer, "field_unknown", "rows can be chosen by {fields}", fields=", ".join(dataset.matchable)
        )
        raise Invalid("See `errors` for each mistake.", errors=[error])


def _codes(codes: list[str]) -> list[str]:
    upper = [code.upper() for code in codes]
    wrong = [place for place, code in enumerate(upper) if not is_uscc(code)]
    if wrong:
        errors = [
            FieldError(f"/uscc/{place}", "invalid_uscc", "this is not a valid unified social credit code")
            for place in wrong[:MAX_ERRORS]
        ]
        raise Invalid("See `errors` for each mistake.", errors=errors)
    return upper
