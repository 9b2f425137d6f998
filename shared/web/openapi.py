"""What every service's OpenAPI document says beyond what its routes declare, in English and in Chinese.

Refusals follow from the kind of operation: one that takes a body may answer 413 and 415, one that offers several media types
406, one that takes an `Idempotency-Key` 409, a probe none of those that concern tokens. Names that mean the same everywhere
are described once, in `openapi_members.yaml`. The Chinese of a description comes from the catalogue (`shared.i18n`), or from
a declaration that brings its own names in both languages: in `x-description-zh`, or within the text, `Enterprises (企业)`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared import errors
from shared.i18n import CHINESE, chinese_texts, translate
from shared.media_types import JSON, PROBLEM
from shared.web.problems import status_of

BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
"""A file, for the `content` of an operation."""

_PROBLEM = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
_GENERATED = ("HTTPValidationError", "ValidationError")
_SAMPLES = {"uuid": "0198c5b2-7d3e-7a41-9c55-2f6a1b0c9d12", "date": "2024-03-01"}
_INT32 = 2**31 - 1
_YEARS = ("year", "years")
_PARTS = ("anyOf", "oneOf", "allOf", "items")
_EXAMPLES = ("examples", "example", "default", "enum", "const")
_NAME_WITHIN = re.compile(r"[^一-鿿]* \((.*[一-鿿].*)\)")
_DECLARED_CHINESE = "x-description-zh"
_METHODS = ("get", "post", "put", "patch", "delete")


def document(app: FastAPI, token_url: str) -> dict[str, Any]:
    """Return `app`'s OpenAPI document, made once; tokens come from `token_url`."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": "/", "description": "Where this document was read"}],
            tags=app.openapi_tags,
            separate_input_output_schemas=False,
        )
        schemas = made["components"]["schemas"]
        for name in _GENERATED:
            schemas.pop(name, None)
        made["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] = token_url
        for operation in operations(made):
            _complete(operation)
            _name_inline(operation, schemas)
        for schema in schemas.values():
            _describe(schema)
        for operation in operations(made):
            for media in operation.get("requestBody", {}).get("content", {}).values():
                _illustrate(media["schema"], schemas)
        _widen(made)
        app.state.declared_chinese = {}
        _take_declared(made, app.state.declared_chinese)
        app.openapi_schema = _by_title(made)
    return app.openapi_schema


def document_in_chinese(app: FastAPI) -> dict[str, Any]:
    """Return `app`'s OpenAPI document in Chinese: without the titles that are made of English names, but those of schemas."""
    translated: dict[str, Any] = _in_chinese(app.openapi(), app.state.declared_chinese)
    translated["info"]["title"] = translate(app.title, CHINESE)
    for name, schema in translated["components"]["schemas"].items():
        schema["title"] = name
    return translated


def messages(app: FastAPI) -> Iterator[str]:
    """Give every text of `app`'s document whose Chinese the catalogue must have."""
    yield app.title
    yield from _undeclared(app.openapi(), app.state.declared_chinese)


def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a body that its route reads by itself; the document moves it among those with names."""
    return model.model_json_schema(ref_template="#/components/schemas/{model}")


def operations(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each operation of an OpenAPI document."""
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                yield operation


def describe_tags(routers: Sequence[APIRouter], given: Mapping[str, str]) -> list[dict[str, str]]:
    """Describe each tag, in the order of `routers`: as given, or by the first line of the module that has its routes."""
    described: dict[str, str] = {}
    for router in routers:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            name = str(route.tags[0])
            said = sys.modules[route.endpoint.__module__].__doc__ or name
            described.setdefault(name, given.get(name) or said.strip().splitlines()[0])
    return [{"name": name, "description": meaning} for name, meaning in described.items()]


def _complete(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    for answer in answers.values():
        content = answer.get("content", {})
        if PROBLEM in content and JSON in content:
            content[PROBLEM] = content.pop(JSON)
    if "security" in operation:  # one scope suffices: each is an alternative
        scopes = [scope for scheme in operation["security"] for scope in scheme["oauth2"]]
        operation["security"] = [{"oauth2": [scope]} for scope in scopes] or operation["security"]
    else:
        for status in ("401", "403", "422"):
            answers.pop(status, None)
    if "requestBody" in operation:
        for kind in (errors.TooLarge, errors.UnsupportedMediaType):
            _refuse(answers, kind)
    if any(len(answer.get("content", ())) > 1 for answer in answers.values()):
        _refuse(answers, errors.NotAcceptable)
    parameters = operation.get("parameters", [])
    if any(parameter["name"] == "Idempotency-Key" for parameter in parameters):
        _refuse(answers, errors.InFlight)
    for parameter in parameters:
        _explain(parameter["name"], parameter)
    operation["responses"] = dict(sorted(answers.items()))


def _refuse(answers: dict[str, Any], kind: type[errors.DomainError]) -> None:
    answers.setdefault(str(status_of(kind)), {"description": kind.title, "content": _PROBLEM})


def _name_inline(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Move what an operation writes inline, and gives a title, to where schemas have names."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        for media in part.get("content", {}).values():
            schema = media.get("schema", {})
            if "properties" in schema and "title" in schema:
                for name, named in (schema.pop("$defs", {}) | {schema["title"]: schema}).items():
                    if schemas.setdefault(name, named) != named:
                        raise ValueError(f"two schemas are called {name}")
                media["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}


def _by_title(document: dict[str, Any]) -> dict[str, Any]:
    """Call what was made from a generic model by its title: `DecisionPage`, not `Page_Decision_`.

    Raises ValueError if two schemas would have one name: the one would describe what the other answers.
    """
    schemas = document["components"]["schemas"]
    titles = {name: schema["title"] for name, schema in schemas.items() if "_" in name}
    names = Counter(titles.get(name, name) for name in schemas)
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"more than one schema is called {', '.join(twice)}")
    prefix = "#/components/schemas/"

    def renamed(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                key: prefix + titles.get(part.removeprefix(prefix), part.removeprefix(prefix))
                if key == "$ref"
                else renamed(part)
                for key, part in node.items()
            }
        return [renamed(part) for part in node] if isinstance(node, list) else node

    made: dict[str, Any] = renamed(document)
    made["components"]["schemas"] = {
        titles.get(name, name): schema for name, schema in made["components"]["schemas"].items()
    }
    return made


def _describe(schema: dict[str, Any]) -> None:
    for name, member in schema.get("properties", {}).items():
        _explain(name, member)
        _describe(member)


def _widen(node: Any, name: str = "") -> None:
    """Say that whole numbers take 64 bits, but for years and what is bounded: money outgrows 32 bits at 21 million yuan."""
    if isinstance(node, list):
        for part in node:
            _widen(part, name)
    elif isinstance(node, dict):
        if node.get("type") == "integer" and not name.endswith(_YEARS) and node.get("maximum", _INT32 + 1) > _INT32:
            node["format"] = "int64"
        for key, part in node.items():
            if key not in _EXAMPLES:
                _widen(part, node.get("name", name) if key == "schema" else name if key in _PARTS else key)


def _explain(name: str, target: dict[str, Any]) -> None:
    known = _members()
    suffix = "_" + name.rpartition("_")[2]
    member = known.get(name) or known.get(suffix)
    if member is not None and not target.get("description"):
        target["description"] = member["description"]
    if member is not None and "example" in member and "in" not in target:  # a parameter's examples have another form
        target.setdefault("examples", [member["example"]])


def _illustrate(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Return an example of `schema`; an object that has none is given one, of the examples of the members that it requires."""
    if "$ref" in schema:
        return _illustrate(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        return _illustrate(schema["anyOf"][0], schemas)
    if schema.get("type") == "array":
        return [_illustrate(schema["items"], schemas)]
    if "properties" in schema:
        members = schema["properties"]
        schema["examples"] = [{name: _illustrate(members[name], schemas) for name in schema.get("required", members)}]
        return schema["examples"][0]
    return schema.get("enum", [_SAMPLES.get(schema.get("format", ""))])[0]


def _take_declared(node: Any, declared: dict[str, str]) -> None:
    """Move the Chinese that declarations bring out of the document, to `declared` by the description."""
    for part in _parts(node):
        _take_declared(part, declared)
    if isinstance(node, dict) and _DECLARED_CHINESE in node:
        declared[_one_line(node["description"])] = node.pop(_DECLARED_CHINESE)


def _undeclared(node: Any, declared: Mapping[str, str]) -> Iterator[str]:
    if isinstance(node, dict) and isinstance(node.get("description"), str):
        text = _one_line(node["description"])
        if text not in declared and not _NAME_WITHIN.fullmatch(text):
            yield text
    for part in _parts(node):
        yield from _undeclared(part, declared)


def _in_chinese(node: Any, declared: Mapping[str, str]) -> Any:
    if isinstance(node, list):
        return [_in_chinese(part, declared) for part in node]
    if not isinstance(node, dict):
        return node
    made = {
        name: part if name in _EXAMPLES else _in_chinese(part, declared)
        for name, part in node.items()
        if name != "title" or not isinstance(part, str)
    }
    if isinstance(node.get("description"), str):
        made["description"] = _chinese(_one_line(node["description"]), declared)
        if "operationId" in node:
            made["summary"] = made["description"].partition("。")[0]
    return made


def _chinese(text: str, declared: Mapping[str, str]) -> str:
    name = _NAME_WITHIN.fullmatch(text)
    if text in declared or name:
        return declared.get(text) or name[1]  # type: ignore[index]
    titles = [text] if text in chinese_texts() else text.split("; ")  # the titles of several errors of one status
    return "；".join(translate(title, CHINESE) for title in titles)


def _parts(node: Any) -> Iterator[Any]:
    if isinstance(node, list):
        yield from node
    elif isinstance(node, dict):
        yield from (part for name, part in node.items() if name not in _EXAMPLES)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _members() -> dict[str, dict[str, str]]:
    return dict(yaml.safe_load(Path(__file__).with_name("openapi_members.yaml").read_text("utf-8")))
