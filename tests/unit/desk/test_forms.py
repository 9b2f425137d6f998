"""Forms: what a person enters becomes the body that an operation takes; files pass through, and are bounded."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.desk.acts.domain import Act, Field, body_of, fields_of, grouped
from services.desk.acts.library import act_of
from services.desk.app import build
from shared.clock import FixedClock
from tests.support.desk import SETTINGS, Services, app, browser, cookie, problem
from tests.support.tokens import Tokens

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
ROW = {
    "records.0.uscc": ["91331100MA20000018"],
    "records.0.year": ["2023"],
    "records.0.parcels": ["3,650,000"],
    "records.0.operating_days": [""],
    "records.0.rent_fen": ["120000.5"],
    "query.clearing": ["refuse"],
    "reason": ["补报"],
}


def test_a_row_is_sent_as_its_dataset_declares_it() -> None:
    body, mistakes = body_of(act_of("registry", "record_courier_years"), ROW)
    assert mistakes == []
    row = {"uscc": "91331100MA20000018", "year": 2023, "parcels": 3_650_000, "rent_fen": 12_000_050}
    assert body == {"records": [{**row, "operating_days": None}], "reason": "补报"}


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("records.0.year", "二〇二三", "malformed"),
        ("records.0.year", "", "missing"),
        ("records.0.rent_fen", "12万", "malformed"),
        ("query.clearing", "", "missing"),
        ("reason", "  ", "missing"),
    ],
)
def test_what_cannot_be_read_is_marked_at_its_field(field: str, text: str, code: str) -> None:
    _, mistakes = body_of(act_of("registry", "record_courier_years"), {**ROW, field: [text]})
    assert [(each.pointer, each.code) for each in mistakes] == [(field, code)]


@pytest.mark.parametrize("text", ["NaN", "1e5", "1.234", "--1", "12345678901234"])
def test_a_number_has_digits_and_two_decimals_at_most(text: str) -> None:
    act = Act("", (Field("area", "", "decimal"),))
    assert [each.code for each in body_of(act, {"area": [text]})[1]] == ["malformed"]


def test_a_number_keeps_its_digits() -> None:
    assert body_of(Act("", (Field("area", "", "decimal"),)), {"area": ["85.25"]})[0] == {"area": 85.25}


def test_a_flag_that_is_left_open_is_neither_yes_nor_no() -> None:
    act = Act("", (Field("sample", "", "flag", required=False, empty=None),))
    assert [body_of(act, {"sample": [text]})[0]["sample"] for text in ("yes", "no", "")] == [True, False, None]


def test_lists_are_made_of_the_numbers_that_a_form_has() -> None:
    act = act_of("registry", "correct_import")
    held = {
        "rows.10.line": ["17"],
        "rows.10.cells.2.column": ["2"],
        "rows.10.cells.2.value": [""],
        "rows.9.line": ["3"],
        "rows.9.cells.0.column": ["0"],
        "rows.9.cells.0.value": ["x"],
        "rows.x.line": ["1"],
        "sheet": ["0"],
    }
    body, mistakes = body_of(act, held)
    assert mistakes == []
    assert body["rows"] == [
        {"line": "3", "cells": [{"column": "0", "value": "x"}]},
        {"line": "17", "cells": [{"column": "2", "value": ""}]},
    ]
    assert "rows.x.line" not in {each.name for each in fields_of(act, held)}


def send(services: Services, content: bytes, **form: str) -> httpx.Response:
    settings = SETTINGS.model_copy(update={"upload_max_bytes": 3_000_000})

    async def run() -> httpx.Response:
        tokens = Tokens(CLOCK)
        desk = build(
            settings, token_verifier=tokens.verifier, clock=tokens.clock, transport=httpx.MockTransport(services)
        )
        held = {"key": "k", "back": "/imports", "query.mode": "accept_valid", "query.clearing": "refuse"}
        held |= {"query.dry_run": "false", **form}
        async with browser(desk, cookie(CLOCK, subject="x")) as client:
            return await client.post("/acts/registry/start_import", data=held, files={"file": ("快递.csv", content)})

    return asyncio.run(run())


JOB: dict[str, Any] = {"id": "7", "state": "queued", "progress": {"done": 0, "total": 1}}


def test_a_file_passes_through_and_names_its_source() -> None:
    services = Services({"registry POST /v1/imports": JOB})
    content = b"0123456789" * 250_000
    answer = send(services, content)
    assert answer.headers["location"].startswith("/jobs/import/7")
    [request] = services.asked
    assert request.content == content
    assert request.url.params["source"] == "快递.csv" and request.url.params["mode"] == "accept_valid"
    assert request.headers["idempotency-key"] == "k"


def test_a_file_that_is_too_large_gets_a_page_that_says_what_to_do() -> None:
    services = Services({"registry POST /v1/imports": JOB})
    answer = send(services, b"0" * 3_000_001)
    assert answer.status_code == 413 and services.asked == []
    assert "文件过大" in answer.text and "CSV" in answer.text


OMISSION = ("uscc", "award", "subject", "award_year")


@pytest.mark.parametrize(("decision", "needed"), [("", OMISSION), ("d-1", ())])
def test_an_objection_is_to_a_decision_or_names_what_is_omitted(decision: str, needed: tuple[str, ...]) -> None:
    held = {"decision_id": [decision], "reason": ["发件量少计"]}
    _, mistakes = body_of(act_of("eligibility", "record_objection"), held)
    assert [each.pointer for each in mistakes] == list(needed)
    tokens = Tokens(CLOCK)

    async def form() -> str:
        async with browser(app(Services({}), tokens), cookie(CLOCK)) as client:
            return (await client.get(f"/acts/eligibility/record_objection?decision_id={decision}")).text

    shown = asyncio.run(form())
    assert [name for name in OMISSION if f'name="{name}" required' in shown] == list(needed)


def test_rows_that_a_service_refuses_are_shown_beside_their_place() -> None:
    report = {
        "rows": {"accepted": 2, "unchanged": 0, "rejected": 1},
        "errors": [{"pointer": "D4", "code": "missing", "message": "银行流水号不能为空"}],
    }
    services = Services({"payout POST /v1/payment-batches/b/results": report})
    tokens = Tokens(CLOCK)

    async def send() -> httpx.Response:
        async with browser(app(services, tokens), cookie(CLOCK)) as client:
            held = {"part.batch_id": "b", "query.mode": "accept_valid", "back": "/payment-batches/b"}
            files = {"file": ("回单.csv", b"x")}
            return await client.post("/acts/payout/record_payment_results", data=held, files=files)

    answer = asyncio.run(send())
    assert "D4" in answer.text and "银行流水号不能为空" in answer.text and 'href="/payment-batches/b"' in answer.text


def test_an_empty_file_is_asked_for_again() -> None:
    services = Services({"registry POST /v1/imports": JOB})
    answer = send(services, b"")
    assert answer.status_code == 422 and services.asked == []
    assert 'id="start_import-file-mistake"' in answer.text


def test_a_mistake_in_the_query_stands_at_its_field() -> None:
    errors = [{"pointer": "dataset", "code": "missing", "message": "请指明数据表"}]
    refusal = problem(422, "invalid-request", "请求无效", errors=errors)
    answer = send(Services({"registry POST /v1/imports": refusal}), b"a,b")
    assert answer.status_code == 422 and 'id="start_import-query.dataset-mistake">请指明数据表' in answer.text


def test_only_a_list_of_any_length_has_rows_that_can_be_added() -> None:
    held = {"rows.0.line": ["3"], "rows.0.cells.0.value": ["x"], **ROW}
    rows = {name for name, group in grouped(fields_of(act_of("registry", "correct_import"), held)) if group[0].row}
    assert rows == {"rows.0"}
    alone = grouped(fields_of(act_of("registry", "record_courier_years"), held))
    assert all(name == group[0].name and not group[0].row for name, group in alone)
