"""Four routes per dataset, typed by its declaration: list, record, history, withdraw."""

# No `from __future__ import annotations` here: the annotations are objects made for each dataset.

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from services.registry.datasets.schemas import (
    class_name,
    filter_model,
    key_model,
    record_model,
    stored_model,
)
from services.registry.revisions.domain import Clearing, RowsRefused
from services.registry.revisions.domain import Kind as RevisionKind
from services.registry.revisions.handlers import Submitted, record_rows, withdraw_keys
from services.registry.revisions.records import known_revision, read_history, read_records
from services.registry.revisions.route_parameters import (
    MayClear,
    OwnReader,
    Writer,
    access_of,
    audit_whole_numbers,
    author_of,
)
from services.registry.revisions.schemas import History, Recorded, Withdrawal, Withdrawn
from shared.authorization import Actor, Scope
from shared.catalogue.domain import Dataset, Kind
from shared.errors import FieldError, InFlight, Invalid, KeyReused, TooLarge
from shared.exact_json import RepeatedMemberError, read_json
from shared.free_text import strike_optional
from shared.media_types import JSON
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

MAX_RECORDS = 1_000
_MAX_NAME = 100
MAX_TEXT = 1_000

WRITE_REFUSALS = refusals(RowsRefused, KeyReused, InFlight, TooLarge)


@cache
def router_of(dataset: Dataset) -> APIRouter:
    """Return the routes of one dataset, declared once for all apps of a process."""
    router = APIRouter(prefix=f"/v1/datasets/{dataset.name}", tags=[dataset.name])
    _reading(router, dataset)
    _writing(router, dataset)
    return router


def _reading(router: APIRouter, dataset: Dataset) -> None:
    stored, record = stored_model(dataset), record_model(dataset)

    def list_records(request: Request, access: OwnReader, query: Any) -> Response:
        filters = _filters(dataset, query)
        after = decode_cursor(query.cursor, *dataset.key_types)
        with request.app.state.database.reading() as connection:
            revision = known_revision(connection, query.as_of)
            rows = read_records(
                connection, access, dataset, revision=revision, filters=filters, after=after, limit=query.limit
            )
        audit_whole_numbers(request, access, [dataset])
        return json_response(page(rows, query.limit, *dataset.key))

    def list_history(
        request: Request, actor: Annotated[Actor, needs(Scope.FACTS_READ, own=Scope.OWN_READ)], key: Any
    ) -> Response:
        access = access_of(request, actor)
        with request.app.state.database.reading() as connection:
            versions = read_history(connection, access, dataset, _filters(dataset, key))
        audit_whole_numbers(request, access, [dataset])
        possible = possible_acts(request, actor, _acts_on_row(dataset, versions))
        return json_response({"items": versions, "next_cursor": None, "possible_acts": possible})

    list_records.__annotations__["query"] = Annotated[filter_model(dataset, Limit, Cursor), Query()]
    list_history.__annotations__["key"] = Annotated[key_model(dataset), Query()]
    list_records.__doc__ = f"List records: {dataset.en}. As known at a revision, in the order of their key."
    list_history.__doc__ = f"List every version of one record: {dataset.en}. The oldest first, withdrawn ones included."
    router.get(
        "/records",
        operation_id=f"list_{dataset.name}",
        summary=f"List {dataset.name} ({dataset.zh})",
        openapi_extra={"x-description-zh": f"列出{dataset.zh}的记录。以某版本为准，按键排列。"},
        response_model=Page[stored],  # type: ignore[valid-type]
    )(list_records)
    router.get(
        "/history",
        operation_id=f"list_{dataset.name}_history",
        summary=f"List the history of one record of {dataset.name}",
        openapi_extra={"x-description-zh": f"列出{dataset.zh}一条记录的全部版本。最早的在前，含已撤回的。"},
        response_model=History[record],  # type: ignore[valid-type]
    )(list_history)


def _acts_on_row(dataset: Dataset, versions: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the operations that a row's history leaves open; what is not there can be recorded, and be missed by its owner."""
    yield f"record_{dataset.name}"
    if versions and versions[-1]["replaced_in"] is None:
        yield f"withdraw_{dataset.name}"
        yield "make_challenge"


def _writing(router: APIRouter, dataset: Dataset) -> None:
    async def body_of(request: Request) -> bytes:
        return await request.body()

    def record(
        request: Request, actor: Writer, command: IdempotentCommand, clearing: MayClear = Clearing.REFUSE
    ) -> Response:
        submitted = replace(_submitted(_json(request, dataset)), clearing=clearing)
        author = author_of(request, actor, RevisionKind.RECORDS, source=submitted.source, reason=submitted.reason)
        cipher = request.app.state.cipher
        return command.run(lambda connection: record_rows(connection, dataset, submitted, author, cipher), status=201)

    def withdraw(request: Request, actor: Writer, command: IdempotentCommand, body: Any) -> Response:
        author = author_of(request, actor, RevisionKind.WITHDRAWAL, source=body.source, reason=body.reason)
        keys = [_filters(dataset, key) for key in body.keys]
        return command.run(lambda connection: withdraw_keys(connection, dataset, keys, author), status=201)

    record.__doc__ = (
        f"Record up to {MAX_RECORDS} rows as one revision, all or none: {dataset.en}. Rows that are stored already are"
        " counted as unchanged. One record alone, or a list of records, may be sent instead of the object with `records`."
    )
    withdraw.__doc__ = (
        f"Withdraw records that were never true: {dataset.en}. Readers of earlier revisions still see them."
    )
    withdraw.__annotations__["body"] = Withdrawal[key_model(dataset)]  # type: ignore[misc]
    router.post(
        "/records",
        operation_id=f"record_{dataset.name}",
        summary=f"Record {dataset.name} ({dataset.zh})",
        status_code=201,
        response_model=Recorded,
        responses=WRITE_REFUSALS,
        openapi_extra={
            "requestBody": _change_set(dataset),
            "x-description-zh": f"将至多 {MAX_RECORDS} 行{dataset.zh}记录为一个版本，全部或全不。已存储的行计为未变。"
            "也可直接发送一条记录或记录列表，代替含 `records` 的对象。",
        },
    )(record)
    router.post(
        "/withdrawals",
        operation_id=f"withdraw_{dataset.name}",
        summary=f"Withdraw {dataset.name}",
        openapi_extra={"x-description-zh": f"撤回从未属实的{dataset.zh}记录。较早版本的读者仍可见。"},
        status_code=201,
        response_model=Withdrawn,
        responses=WRITE_REFUSALS,
    )(withdraw)


def _filters(dataset: Dataset, model: BaseModel) -> dict[str, Any]:
    """Return the key fields that are given, codes of enterprises in upper case."""
    found = {name: getattr(model, name) for name in dataset.key}
    return {
        name: value.upper() if dataset.by_name[name].kind is Kind.USCC else value
        for name, value in found.items()
        if value is not None
    }


def _json(request: Request, dataset: Dataset) -> Any:
    """Parse the body, which the command has read: strict JSON, whole numbers kept apart from others."""
    try:
        return read_json(request._body, decimals=dataset.has_decimals)
    except orjson.JSONDecodeError as error:
        raise Invalid("The body is not valid JSON.") from error
    except RepeatedMemberError as error:
        raise Invalid("The body gives the member “{name}” twice in one object.", name=error.name[:_MAX_NAME]) from error


def _submitted(body: Any) -> Submitted:
    """Read a request's body: one record, a list of records, or `{records, source?, reason?}`. Raises Invalid."""
    if isinstance(body, dict) and "records" in body:
        unknown = sorted(set(body) - {"records", "source", "reason"})
        _require(not unknown, f"/{unknown[0]}" if unknown else "", "unknown_field", "this field is not known")
        for name in ("source", "reason"):
            valid = body.get(name) is None or (isinstance(body[name], str) and "\0" not in body[name])
            _require(valid, f"/{name}", "not_text", "this must be text")
            fits = len(body.get(name) or "") <= MAX_TEXT
            _require(fits, f"/{name}", "too_long", "this must have at most {limit} characters", limit=MAX_TEXT)
        records, prefix = body["records"], "/records"
        source, reason = strike_optional(body.get("source")), strike_optional(body.get("reason"))
    else:
        records, prefix, source, reason = body, "", None, None
    if isinstance(records, dict) and prefix == "":
        return Submitted([records], [""], source, reason)
    _require(isinstance(records, list), prefix, "not_a_list", "this must be a list of records")
    _require(
        0 < len(records) <= MAX_RECORDS,
        prefix,
        "count",
        "send 1 to {limit:,} records; more go into an import",
        limit=MAX_RECORDS,
    )
    return Submitted(records, [f"{prefix}/{place}" for place in range(len(records))], source, reason)


def _require(condition: bool, pointer: str, code: str, message: str, **parameters: object) -> None:  # noqa: FBT001
    if not condition:
        raise Invalid("See `errors` for each mistake.", errors=[FieldError(pointer, code, message, **parameters)])


def _change_set(dataset: Dataset) -> dict[str, Any]:
    """Return the OpenAPI request body: a change set. The route also accepts one record or a list, which only the
    description mentions: generated clients then have one way to call, and no union to choose from.
    """
    reference = {"$ref": f"#/components/schemas/{record_model(dataset).__name__}"}
    records = {
        "type": "array",
        "items": reference,
        "minItems": 1,
        "maxItems": MAX_RECORDS,
        "description": "The records, all stored or none",
    }
    change_set = {
        "title": f"{class_name(dataset)}ChangeSet",
        "description": f"Records of {dataset.name} with where they come from and why.",
        "x-description-zh": f"{dataset.zh}的记录及其来源和理由。",
        "type": "object",
        "required": ["records"],
        "additionalProperties": False,
        "properties": {
            "records": records,
            "source": {"type": ["string", "null"], "maxLength": MAX_TEXT, "description": "Where the records come from"},
            "reason": {"type": ["string", "null"], "maxLength": MAX_TEXT, "description": "Why they are recorded"},
        },
    }
    return {
        "required": True,
        "content": {JSON: {"schema": change_set}},
    }
