"""RFC 9457 problem details: only here a named error gets an HTTP status and a language. Never a submitted value."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from shared import errors
from shared.errors import DomainError, FieldError, Internal, Invalid, Unavailable, errors_of, field_error
from shared.i18n import N_, translate
from shared.media_types import PROBLEM
from shared.observability import tracing
from shared.web.negotiation import language_of

TYPE_PREFIX = "urn:ecommerce-subsidies:problem:"

_STATUS: Mapping[type[DomainError], int] = {
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.TooSlow: 408,
    errors.Conflict: 409,
    errors.SamePerson: 409,
    errors.InFlight: 409,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.Invalid: 422,
    errors.KeyReused: 422,
    errors.TooManyRequests: 429,
    errors.Internal: 500,
    errors.Unavailable: 503,
    DomainError: 500,
}
"""A service's own error has the status of the error that it extends."""

_HEADERS: Mapping[type[DomainError], Mapping[str, str]] = {
    errors.Unauthenticated: {"WWW-Authenticate": 'Bearer error="invalid_token"'},  # RFC 6750
    errors.InFlight: {"Retry-After": "1"},
    errors.Unavailable: {"Retry-After": "2"},
}
_BY_CODE: Mapping[str, type[DomainError]] = {kind.code: kind for kind in _STATUS}
_BY_STATUS: Mapping[int, type[DomainError]] = {400: Invalid, 404: errors.NotFound, 405: errors.MethodNotAllowed}
"""Errors that the framework raises itself."""

_NUL_CHARACTER = (None, "22021")
"""SQLSTATEs of a NUL in a text: None if the driver refuses it, 22021 if PostgreSQL does."""
_OUT_OF_ROOM = (errno.ENOSPC, errno.EDQUOT)
"""What a full disk or a used-up quota is: long answers and received files are kept in temporary files."""


class RequestFailed(DomainError):
    """An error of the framework with another status."""

    code = "http"
    title = N_("The request failed")


MAX_ERRORS = 1_000
"""The most mistakes of a request that an answer lists."""
SEE_ERRORS = N_("See `errors` for each mistake.")

log = structlog.get_logger(__name__)


class ProblemError(BaseModel):
    """One mistake in the input."""

    pointer: str = Field(description="Where: a JSON pointer into the body, or the name of a parameter")
    code: str = Field(description="Stable code of the mistake")
    message: str = Field(description="What is wrong and how to correct it, without the submitted value")


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable URI of the kind of problem")
    title: str = Field(description="The kind of problem, in the caller's language")
    status: int = Field(description="The HTTP status")
    detail: str | None = Field(default=None, description="What happened here and how to correct it")
    trace_id: str | None = Field(default=None, description="Quote this when you report the problem")
    errors: list[ProblemError] | None = Field(default=None, description="Each mistake in the input")


def status_of(kind: type[DomainError]) -> int:
    """Return the HTTP status of a kind of error."""
    return next(_STATUS[each] for each in kind.__mro__ if each in _STATUS)


def refusals(*kinds: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of an operation's errors beside 401, 403, 422 and 503, which every operation has."""
    by_status: dict[int | str, list[str]] = {}
    for kind in kinds:
        by_status.setdefault(status_of(kind), []).append(kind.title)
    return {status: refusal("; ".join(titles)) for status, titles in by_status.items()}


def refusal(meaning: str) -> dict[str, Any]:
    """Return the OpenAPI response of one error."""
    return {"model": ProblemDetails, "description": meaning, "content": {PROBLEM: {}}}


def problem_of(error: DomainError, language: str) -> dict[str, Any]:
    """Return `error` as problem details in `language`."""
    return _problem(type(error), error.document(), language)


def stored_problem(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a stored error (`DomainError.document`) as problem details in `language`.

    Versions before 0.2 stored problem details in English: they are returned as they are.
    """
    if "type" in document:
        return dict(document)
    return _problem(_BY_CODE[document["kind"]], document, language) | {"trace_id": document.get("trace_id")}


def _problem(kind: type[DomainError], document: Mapping[str, Any], language: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + document["code"],
        "title": translate(document["title"], language),
        "status": status_of(kind),
    }
    if document["message"]:
        body["detail"] = translate(document["message"], language, document["parameters"])
    if document["errors"]:
        body["errors"] = field_errors(errors_of(document), language)
    return {**body, **document["extra"]}


def field_errors(mistakes: Iterable[FieldError], language: str) -> list[dict[str, str]]:
    """Return mistakes as members of `errors` in `language`."""
    return [
        {"pointer": each.pointer, "code": each.code, "message": translate(each.message, language, each.parameters)}
        for each in mistakes
    ]


def respond(request: Request, error: DomainError, status: int | None = None) -> Response:
    """Answer with `error`."""
    body = problem_of(error, language_of(request))
    body["trace_id"] = tracing.current_trace_id()
    if status is not None:
        body["status"] = status
    headers = dict(next((_HEADERS[each] for each in type(error).__mro__ if each in _HEADERS), {}))
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_seconds)
    return Response(orjson.dumps(body), body["status"], headers, PROBLEM)


def validation_problem(error: RequestValidationError) -> Invalid:
    """Return the framework's validation error as Invalid, with its first mistakes, without the submitted values."""
    found = []
    for item in error.errors()[:MAX_ERRORS]:
        where, *path = item["loc"] or ("body",)
        pointer = (
            "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in _in_body(path, error.body))
            if where == "body"
            else ".".join(map(str, path))
        )
        found.append(field_error(pointer, item))
    return Invalid(SEE_ERRORS, errors=found)


def _in_body(path: Sequence[str | int], body: Any) -> Iterator[str | int]:
    """Yield the steps of a mistake's path that lead into the body, without the names of union members that pydantic adds."""
    for number, step in enumerate(path, 1):
        if isinstance(body, dict) and (step in body or number == len(path)):
            yield step
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int):
            yield step
            body = body[step] if step < len(body) else None


def _with_nul(request: Request) -> Iterator[str]:
    """Yield where the request has a NUL character, which PostgreSQL cannot store: parameters, then pointers into the body."""
    for name, value in (*request.path_params.items(), *request.query_params.items()):
        if "\0" in str(value):
            yield name
    with suppress(ValueError):
        yield from _nul_within(orjson.loads(getattr(request, "_body", b"")), "")


def _nul_within(value: Any, pointer: str) -> Iterator[str]:
    if isinstance(value, str) and "\0" in value:
        yield pointer
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield from _nul_within(inner, f"{pointer}/{step}")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with problem details."""

    @app.exception_handler(DomainError)
    def _refused(request: Request, error: DomainError) -> Response:
        return respond(request, error)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> Response:
        return respond(request, validation_problem(error))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        kind = _BY_STATUS.get(error.status_code)
        response = respond(request, kind() if kind else RequestFailed(), None if kind else error.status_code)
        response.headers.update(error.headers or {})
        return response

    async def unavailable(request: Request, error: Exception) -> Response:
        log.error("request.unavailable", exc_info=error)
        return respond(request, Unavailable())

    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, unavailable)

    @app.exception_handler(OSError)
    async def out_of_room(request: Request, error: OSError) -> Response:
        return await unavailable(request, error) if error.errno in _OUT_OF_ROOM else internal(request, error)

    async def unstorable(request: Request, error: Exception) -> Response:
        cause = getattr(error, "orig", error)
        if not isinstance(cause, psycopg.DataError) or cause.sqlstate not in _NUL_CHARACTER:
            return internal(request, error)
        found = [FieldError(at, "nul_character", "Remove the NUL character.") for at in _with_nul(request)]
        return respond(request, Invalid("A text contains a NUL character, which cannot be stored.", errors=found))

    app.add_exception_handler(DataError, unstorable)
    app.add_exception_handler(psycopg.DataError, unstorable)

    @app.exception_handler(Exception)
    def internal(request: Request, error: Exception) -> Response:
        log.error("request.failed", exc_info=error)
        return respond(request, Internal())
