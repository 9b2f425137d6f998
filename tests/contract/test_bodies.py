"""Every operation × every way to declare JSON: its shape is checked before the framework reads it."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.contract.test_authorization import OPERATIONS, TABLE, apps, filled, tokens
from tests.support.documents import OPENAPI

DECLARED = (
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/x+json",
    "APPLICATION/X+JSON ;a=b",
    None,
)
DEEP = b"[" * 100 + b"]" * 100
MANY = b"[" + b"[]," * 1_100_000 + b"[]]"


def refusals(service: str, content: bytes, declared: tuple[str | None, ...]) -> dict[str, set[tuple[int, str]]]:
    """Return how each operation of a service that takes a body refuses this one: status and detail."""
    found: dict[str, set[tuple[int, str]]] = {}

    async def ask() -> None:
        transport = httpx.ASGITransport(app=apps()[service])
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for _, name, method, path in (each for each in OPERATIONS if each[0] == service):
                if "requestBody" not in OPENAPI[service]["paths"][path][method]:
                    continue
                bearer = tokens().bearer(scope=" ".join(TABLE[service][name]["scopes"])) | {"Accept-Language": "en"}
                for kind in declared:
                    headers = bearer | ({"Content-Type": kind} if kind else {})
                    answer = await client.request(method, filled(path), content=content, headers=headers)
                    found.setdefault(name, set()).add((answer.status_code, answer.json().get("detail", "")))

    asyncio.run(ask())
    return found


@pytest.mark.parametrize("service", TABLE)
def test_json_that_nests_deep_is_refused_however_it_is_declared(service: str) -> None:
    refused = refusals(service, DEEP, DECLARED)
    others = {
        (name, status, detail)
        for name, found in refused.items()
        for status, detail in found
        if status != 415 and not (status == 422 and "nests more than 32 levels" in detail)
    }
    assert refused and others == set()


def test_json_of_too_many_values_is_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.bodies.orjson.loads", lambda _: pytest.fail("was parsed"))
    refused = refusals("payout", MANY, ("application/json", None))
    too_many = (422, "The JSON has more than 2000000 values. Send it in parts.")
    assert refused["record_payment_results"] == refused["reenter_payment_batch"] == {too_many}
    assert {status for found in refused.values() for status, _ in found} <= {413, 415, 422}


def test_an_answer_lists_the_first_mistakes_alone() -> None:
    [(status, _)] = refusals("payout", b'{"unit": "liandu", "order_ids": []}', ("application/json",))[
        "build_payment_batch"
    ]
    assert status == 422
    ids = b",".join([b'"x"'] * 50_000)
    content = b'{"unit": "liandu", "order_ids": [' + ids + b"]}"

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=apps()["payout"])
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = tokens().bearer(scope="batches:write") | {"Content-Type": "application/json"}
            return await client.post("/v1/payment-batches", content=content, headers=headers)

    answer = asyncio.run(ask())
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1_000)
