"""RFC 9457 problem details: a stable type, a title in the caller's language, and never a submitted value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
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

from shared.observability import tracing

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:ecommerce-subsidies:problem:"

_NUL_CHARACTER = (None, "22021")
"""How a NUL in a text is refused: by the driver, which gives no SQLSTATE, or by PostgreSQL."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: its code is the stable end of the `type` URI; the titles say it to a person."""

    code: str
    status: int
    title: str
    title_zh: str


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with the input: where (a JSON pointer), a stable code, and how to mend it."""

    pointer: str
    code: str
    message: str


class Problem(Exception):  # noqa: N818 - the name that RFC 9457 gives it
    """Refuses a request. `detail` says what to do about it; `extra` adds members, such as the moves that are possible."""

    def __init__(
        self,
        kind: ProblemType,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Make a problem of `kind`."""
        super().__init__(detail or kind.title)
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """Return the problem's members with the title in `language` (`en` or `zh-CN`)."""
        body: dict[str, Any] = {
            "type": TYPE_PREFIX + self.kind.code,
            "title": self.kind.title_zh if language == "zh-CN" else self.kind.title,
            "status": self.kind.status,
        }
        if self.detail:
            body["detail"] = self.detail
        if self.errors:
            body["errors"] = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in self.errors]
        return body | self.extra


INVALID = ProblemType("invalid-request", 422, "The request is not valid", "请求内容有误")
UNAUTHENTICATED = ProblemType("unauthenticated", 401, "A valid access token is needed", "需要有效的访问令牌")
FORBIDDEN = ProblemType("forbidden", 403, "The token does not allow this", "令牌无此权限")
NOT_FOUND = ProblemType("not-found", 404, "There is no such thing", "未找到")
CONFLICT = ProblemType("conflict", 409, "The present state does not allow this", "当前状态不允许此操作")
SAME_PERSON = ProblemType("same-person", 409, "Another person has to do this", "须由另一人办理")
NOT_ACCEPTABLE = ProblemType(
    "not-acceptable", 406, "None of the accepted media types is offered", "无法提供所接受的格式"
)
STALE = ProblemType("stale", 412, "It has changed since you read it", "内容已被更新")
TOO_LARGE = ProblemType("too-large", 413, "The request is too large", "请求过大")
MEDIA_TYPE_UNSUPPORTED = ProblemType(
    "unsupported-media-type", 415, "This content type is not accepted", "不支持的内容类型"
)
IN_FLIGHT = ProblemType("request-in-flight", 409, "The same request is being answered", "相同请求正在处理")
KEY_REUSED = ProblemType("idempotency-key-reused", 422, "The key was used with another request", "幂等键已用于其他请求")
UNAVAILABLE = ProblemType("unavailable", 503, "Not available at the moment; try again", "暂时不可用，请稍后重试")
INTERNAL = ProblemType("internal", 500, "Something went wrong on our side", "系统内部错误")

_STARLETTE = {
    400: INVALID,
    404: NOT_FOUND,
    405: ProblemType("method-not-allowed", 405, "This method is not offered here", "不支持的方法"),
}


class ProblemError(BaseModel):
    """One thing that is wrong with the input."""

    pointer: str = Field(description="Where it is: a JSON pointer into the body, or the name of a parameter")
    code: str = Field(description="Stable code of the mistake")
    message: str = Field(description="What is wrong and how to mend it; never the submitted value")


class ProblemDetails(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Stable URI of the kind of problem")
    title: str = Field(description="The kind of problem, in the caller's language")
    status: int = Field(description="The HTTP status")
    detail: str | None = Field(default=None, description="What happened here and how to mend it")
    trace_id: str | None = Field(default=None, description="Name this when you ask about the problem")
    errors: list[ProblemError] | None = Field(default=None, description="Each mistake of the input")


def language_of(request: Request) -> str:
    """Return `zh-CN` if the caller prefers Chinese, else `en`."""
    accepted = request.headers.get("accept-language", "").lower()
    zh, en = accepted.find("zh"), accepted.find("en")
    return "zh-CN" if zh >= 0 and (en < 0 or zh < en) else "en"


def respond(request: Request, problem: Problem) -> Response:
    """Answer with `problem`."""
    body = problem.as_dict(language_of(request))
    body["trace_id"] = tracing.current_trace_id()
    return Response(orjson.dumps(body), problem.kind.status, problem.headers, MEDIA_TYPE)


def validation_problem(error: RequestValidationError) -> Problem:
    """Turn the framework's list of mistakes into a problem without the values that were submitted."""
    errors = []
    for item in error.errors():
        where, *path = item["loc"] or ("body",)
        pointer = (
            "".join("/" + str(p).replace("~", "~0").replace("/", "~1") for p in _in_body(path, error.body))
            if where == "body"
            else ".".join(map(str, path))
        )
        message = (
            "this field is not known"
            if item["type"] == "extra_forbidden"
            else item["msg"].removeprefix("Value error, ")
        )
        errors.append(FieldError(pointer, item["type"], message))
    return Problem(INVALID, "See `errors` for each mistake.", errors=errors)


def _in_body(path: Sequence[str | int], body: Any) -> Iterator[str | int]:
    """The steps of a mistake's path that lead into the body, without the names that a choice of types puts between."""
    for number, step in enumerate(path, 1):
        if isinstance(body, dict) and (step in body or number == len(path)):
            yield step
            body = body.get(step)
        elif isinstance(body, list) and isinstance(step, int):
            yield step
            body = body[step] if step < len(body) else None


def _with_nul(request: Request) -> Iterator[str]:
    """Where the request has a NUL character, which PostgreSQL stores in no text: parameters, then pointers into the body."""
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

    @app.exception_handler(Problem)
    def _problem(request: Request, error: Problem) -> Response:
        return respond(request, error)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> Response:
        return respond(request, validation_problem(error))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        kind = _STARLETTE.get(error.status_code) or ProblemType(
            "http", error.status_code, "The request failed", "请求失败"
        )
        return respond(request, Problem(kind, headers=error.headers))

    async def unavailable(request: Request, error: Exception) -> Response:
        log.error("request.unavailable", exc_info=error)
        return respond(request, Problem(UNAVAILABLE, headers={"Retry-After": "2"}))

    for kind in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(kind, unavailable)

    async def unstorable(request: Request, error: Exception) -> Response:
        cause = getattr(error, "orig", error)
        if not isinstance(cause, psycopg.DataError) or cause.sqlstate not in _NUL_CHARACTER:
            return internal(request, error)
        errors = [FieldError(pointer, "nul_character", "leave this character out") for pointer in _with_nul(request)]
        return respond(request, Problem(INVALID, "A text has a NUL character, which cannot be kept.", errors=errors))

    app.add_exception_handler(DataError, unstorable)
    app.add_exception_handler(psycopg.DataError, unstorable)

    @app.exception_handler(Exception)
    def internal(request: Request, error: Exception) -> Response:
        log.error("request.failed", exc_info=error)
        return respond(request, Problem(INTERNAL))
