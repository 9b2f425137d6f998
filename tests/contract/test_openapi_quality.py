"""The OpenAPI documents are fit for people and generators: everything is described, everything that is odd has a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from jsonschema import Draft202012Validator
from pydantic import BaseModel, create_model

from shared.authorization import Scope
from shared.web.auth import needs
from shared.web.openapi import document, operations
from tests.support.documents import OPENAPI

HOW = "describe it where it is declared, or in shared/web/openapi_members.yaml if it means the same everywhere"


def schemas(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every schema below `node` with where it is."""
    if isinstance(node, dict):
        yield path, node
        for name, part in node.items():
            if name not in ("examples", "example", "default", "enum", "const"):
                yield from schemas(part, f"{path}/{name}")
    elif isinstance(node, list):
        for index, part in enumerate(node):
            yield from schemas(part, f"{path}/{index}")


@pytest.mark.parametrize("service", OPENAPI)
def test_parameters_members_schemas_and_tags_are_described(service: str) -> None:
    document = OPENAPI[service]
    bare = [f"tag {tag['name']}" for tag in document["tags"] if not tag["description"]]
    for operation in operations(document):
        bare += [
            f"{operation['operationId']}({p['name']})"
            for p in operation.get("parameters", [])
            if not p.get("description")
        ]
        bare += [operation["operationId"]] * (not operation.get("description"))
    for schema, content in document["components"]["schemas"].items():
        bare += [schema] * (not content.get("description"))
        bare += [
            f"{schema}.{member}" for member, m in content.get("properties", {}).items() if not m.get("description")
        ]
    assert bare == [], HOW


@pytest.mark.parametrize("service", OPENAPI)
def test_schemas_have_names_that_any_language_can_write(service: str) -> None:
    assert [
        schema for schema in OPENAPI[service]["components"]["schemas"] if not re.fullmatch(r"[A-Z][A-Za-z0-9]+", schema)
    ] == []


def test_two_models_with_one_name_are_refused() -> None:
    """The one would describe what the other answers, and a client that believes the document would fail."""

    def answering(model: type[BaseModel], path: str) -> APIRouter:
        router = APIRouter(dependencies=[needs(Scope.DEAD_LETTERS_WRITE)])
        router.add_api_route(path, lambda: None, response_model=model, operation_id=path[1:], tags=["one"])
        return router

    first = create_model("Answer", __module__="rooms.first", reason=(str, ...))
    second = create_model("Answer", __module__="rooms.second", outcome=(str, ...))
    app = FastAPI()
    app.include_router(answering(first, "/first"))
    document(app, "https://issuer.test/token")
    app.include_router(answering(second, "/second"))
    app.openapi_schema = None
    with pytest.raises(ValueError, match="called Answer"):
        document(app, "https://issuer.test/token")


@pytest.mark.parametrize("service", OPENAPI)
def test_a_choice_between_shapes_has_a_name(service: str) -> None:
    """Generators invent a name for each anonymous union: give it one with `TypeAliasType`."""
    named = {f"/{schema}" for schema in OPENAPI[service]["components"]["schemas"]}
    places = [("", OPENAPI[service]["components"]["schemas"]), ("paths", OPENAPI[service]["paths"])]
    anonymous = [
        path
        for root, node in places
        for path, schema in schemas(node, root)
        for word in ("anyOf", "oneOf")
        if len([part for part in schema.get(word, ()) if part.get("type") != "null"]) > 1 and path not in named
    ]
    assert anonymous == []


@pytest.mark.parametrize("service", OPENAPI)
def test_an_operation_declares_what_its_kind_implies(service: str) -> None:
    for operation in operations(OPENAPI[service]):
        answers = set(operation["responses"])
        keyed = any(p["name"] == "Idempotency-Key" for p in operation.get("parameters", []))
        assert not keyed or "409" in answers, operation["operationId"]
        assert "requestBody" not in operation or {"413", "415"} <= answers, operation["operationId"]
        assert "security" in operation or not answers & {"401", "403"}, operation["operationId"]


@pytest.mark.parametrize("service", OPENAPI)
def test_tokens_come_from_an_absolute_address(service: str) -> None:
    flow = OPENAPI[service]["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert re.match(r"https?://", flow["tokenUrl"])
    asked = {
        scope
        for operation in operations(OPENAPI[service])
        for s in operation.get("security", ())
        for scope in s["oauth2"]
    }
    assert asked <= set(flow["scopes"])


@pytest.mark.parametrize("service", OPENAPI)
def test_examples_are_valid(service: str) -> None:
    """A member's example keeps the member's schema, a body's the body's."""
    components = OPENAPI[service]["components"]
    wrong = [
        f"{path}: {error.message}"
        for path, schema in schemas(components["schemas"], "")
        for example in schema.get("examples", ())
        for error in Draft202012Validator({**schema, "components": components}).iter_errors(example)
    ]
    assert wrong == []


@pytest.mark.parametrize("service", OPENAPI)
def test_every_body_has_an_example(service: str) -> None:
    components = OPENAPI[service]["components"]
    bodies = {
        media["schema"]["$ref"].rpartition("/")[2]
        for operation in operations(OPENAPI[service])
        for kind, media in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json" and "$ref" in media["schema"]
    }
    assert [body for body in bodies if not components["schemas"][body].get("examples")] == []


@pytest.mark.parametrize("service", OPENAPI)
def test_a_whole_number_that_may_outgrow_32_bits_says_so(service: str) -> None:
    """Else Java reads money into an Integer, which ends at 21 million yuan."""
    assert [
        path
        for path, schema in schemas(OPENAPI[service], "")
        if schema.get("type") == "integer" and ("_fen" in path or schema.get("maximum", 0) >= 2**31)
        if schema.get("format") != "int64"
    ] == []


@pytest.mark.parametrize("service", OPENAPI)
def test_whole_numbers_in_addresses_have_bounds(service: str) -> None:
    """Else one that no column can hold is found out by the database alone."""
    assert [
        f"{operation['operationId']}({parameter['name']})"
        for operation in operations(OPENAPI[service])
        for parameter in operation.get("parameters", [])
        for _, schema in schemas(parameter["schema"], "")
        if schema.get("type") == "integer" and not {"minimum", "maximum"} <= set(schema)
    ] == []
