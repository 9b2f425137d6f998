"""The committed documents are what the code says, valid by their standards, and named as integrators rely on."""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx
import jsonschema
import orjson
import pytest
from openapi_spec_validator import validate

from deploy import documents
from shared.messaging import asyncapi
from tests.integration.eligibility.harness import InProcess
from tests.support.documents import COMMITTED, OPENAPI

OPERATIONS = [
    pytest.param(operation, id=f"{service}:{method} {route}")
    for service, document in OPENAPI.items()
    for route, methods in document["paths"].items()
    for method, operation in methods.items()
]


@cache
def current() -> dict[str, bytes]:
    return documents.documents()


@pytest.mark.parametrize("path", COMMITTED)
def test_the_committed_document_is_current(path: str) -> None:
    assert COMMITTED[path] == current().get(path), "run `make openapi` and commit what it writes"


def test_every_document_is_committed_and_none_is_left_over() -> None:
    assert set(COMMITTED) == set(current()), "run `make openapi` and commit what it writes"


@pytest.mark.parametrize("service", OPENAPI)
def test_openapi_is_valid(service: str) -> None:
    validate(OPENAPI[service])


@pytest.mark.parametrize("service", OPENAPI)
def test_operation_ids_are_verb_noun_and_unique(service: str) -> None:
    ids = [operation["operationId"] for methods in OPENAPI[service]["paths"].values() for operation in methods.values()]
    assert len(ids) == len(set(ids))
    assert all("_" in name and name == name.lower() for name in ids)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_is_described_and_says_how_it_refuses(operation: dict[str, Any]) -> None:
    assert len(operation["tags"]) == 1
    assert operation.get("description") or operation.get("summary")
    if operation["operationId"] in ("get_health", "get_readiness"):
        assert "security" not in operation
        return
    assert operation["security"], "no route but probes answers without a token"
    assert {"401", "403", "422", "503"} <= set(operation["responses"])
    for status, answer in operation["responses"].items():
        if status.startswith(("4", "5")):
            assert list(answer["content"]) == ["application/problem+json"], status


@pytest.mark.parametrize("name", asyncapi.EVENTS)
def test_an_event_schema_is_a_schema_and_lets_publishers_grow(name: str) -> None:
    schema = orjson.loads(COMMITTED[f"events/{name}.schema.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema.get("additionalProperties", True) is not False


@pytest.mark.parametrize("service", ["registry", "eligibility", "payout"])
def test_each_service_serves_the_asyncapi_document(service: str) -> None:
    transport = InProcess(documents.apps()[service])
    answer = httpx.Client(transport=transport, base_url="http://service").get("/asyncapi.json")
    assert answer.status_code == 200
    assert answer.json() == orjson.loads(COMMITTED["events.asyncapi.json"])


def test_the_page_of_events_names_every_event_and_every_member_that_is_needed() -> None:
    page = COMMITTED["events.md"].decode()
    for name in asyncapi.EVENTS:
        _, _, section = page.partition(f"### `{name}`\n")
        section = section.partition("\n##")[0]
        for member in asyncapi.schema(name)["required"]:
            assert f"| `{member}` |" in section
