"""Pages and problems: opaque cursors, and refusals that never repeat what was submitted."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Literal
from uuid import UUID

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.errors import Conflict, DomainError, FieldError, Invalid, NotFound
from shared.web import problems
from shared.web.pagination import decode_cursor, encode_cursor, page
from shared.web.problems import problem_of, stored_problem, validation_problem

TEXT = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
WHOLE = st.integers(min_value=-(2**53), max_value=2**53)
KEYS = st.lists(st.one_of(WHOLE, st.text(TEXT), st.uuids(), st.dates()), min_size=1, max_size=4)


@given(KEYS)
def test_a_cursor_gives_back_its_key(key: list[object]) -> None:
    assert decode_cursor(encode_cursor(*key), *map(type, key)) == key


@pytest.mark.parametrize("cursor", ["x", "!!!", "bnVsbA", "WzFd" * 2, "WzEsMl0"])
def test_what_is_no_cursor_of_the_list_is_refused(cursor: str) -> None:
    with pytest.raises(DomainError) as refused:
        decode_cursor(cursor, int)
    assert isinstance(refused.value, Invalid)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ([None], int),
        ([True], int),
        (["7"], int),
        ([2**63], int),
        ([1.5], int),
        ([7], str),
        (["a\0b"], str),
        (["x"], UUID),
        ([7], UUID),
        (["2026-02-30"], date),
    ],
)
def test_a_cursor_of_another_list_is_refused(key: list[object], kind: type) -> None:
    with pytest.raises(DomainError) as refused:
        decode_cursor(encode_cursor(*key), kind)
    assert isinstance(refused.value, Invalid)


def test_a_page_ends_where_the_rows_end() -> None:
    rows = [{"id": n} for n in range(3)]
    assert page(rows, 3, "id")["next_cursor"] is None
    first = page(rows, 2, "id")
    assert [row["id"] for row in first["items"]] == [0, 1]
    assert decode_cursor(first["next_cursor"], int) == [1]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    amount_fen: int
    uscc: str
    scope: Literal["all"] | list[int] = "all"


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"amount_fen": 1.5, "uscc": "S3CRET"}, ["/amount_fen"]),
        ({"amount_fen": "S3CRET", "uscc": 4}, ["/amount_fen", "/uscc"]),
        ({"amount_fen": 1, "uscc": "u", "S3CRET/~": "S3CRET"}, ["/S3CRET~1~0"]),
        ({}, ["/amount_fen", "/uscc"]),
        ({"amount_fen": 1, "uscc": "u", "scope": ["S3CRET"]}, ["/scope", "/scope/0"]),
    ],
)
def test_a_mistake_is_pointed_at_without_the_value(body: dict[str, object], pointers: list[str]) -> None:
    with pytest.raises(ValidationError) as invalid:
        Body.model_validate(body)
    found = [{**error, "loc": ("body", *error["loc"])} for error in invalid.value.errors()]
    problem = problem_of(validation_problem(RequestValidationError(found, body=body)), "en")
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert "S3CRET" not in str([error["message"] for error in problem["errors"]])


def test_a_problem_speaks_the_callers_language() -> None:
    error = NotFound(extra={"hint": 1})
    assert problem_of(error, "zh-CN")["title"] == "未找到"
    assert problem_of(error, "en")["title"] == "Not found"
    assert problem_of(error, "en")["type"] == "urn:ecommerce-subsidies:problem:not-found"
    assert problem_of(error, "en")["hint"] == 1


def test_a_stored_error_is_shown_in_any_language() -> None:
    error = Conflict("It is {state} already.", state="settled", errors=[FieldError("/a", "code", "at most {n}", n=3)])
    stored = orjson.loads(orjson.dumps(error.document() | {"trace_id": "t"}))
    told = stored_problem(stored, "en")
    assert (told["status"], told["detail"], told["trace_id"]) == (409, "It is settled already.", "t")
    assert told["errors"] == [{"pointer": "/a", "code": "code", "message": "at most 3"}]
    assert stored_problem(stored, "zh-CN")["title"] == "当前状态不允许此操作"


def test_an_error_that_the_last_version_stored_is_shown_as_it_is() -> None:
    stored = {"type": "urn:ecommerce-subsidies:problem:conflict", "title": "x", "status": 409}
    assert stored_problem(stored, "zh-CN") == stored


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no file that is always full")
@pytest.mark.parametrize(("file", "status"), [("/dev/full", 503), ("/dev/null/none", 500)])
def test_a_full_disk_is_an_outage_and_other_failures_of_files_are_faults(file: str, status: int) -> None:
    app = FastAPI()
    app.state.language = "en"
    problems.install(app)

    @app.get("/")
    def write() -> None:
        Path(file).write_bytes(b"x" * 100_000)

    async def ask() -> int:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.get("/")).status_code

    assert asyncio.run(ask()) == status
