"""The desk holds what the services' documents say: its clients are theirs, and each form sends what its operation takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from deploy import desk_clients
from services.desk.acts.domain import PART, QUERY, Act
from services.desk.acts.jobs import JOBS
from services.desk.acts.library import ACTS
from tests.support.documents import OPENAPI

ANYTHING = "(anything)"
FORMS = [
    pytest.param(service, operation, act, id=f"{service}.{operation}")
    for service, acts in ACTS.items()
    for operation, act in acts.items()
]


@pytest.mark.parametrize("service", OPENAPI)
def test_a_client_is_current(service: str) -> None:
    name = f"{service}.py"
    current = desk_clients.modules()[name]
    assert (desk_clients.FOLDER / name).read_text("utf-8") == current, "run `make openapi` and commit what it writes"


def operation_of(service: str, name: str) -> Mapping[str, Any]:
    for operations in OPENAPI[service]["paths"].values():
        for operation in operations.values():
            if operation["operationId"] == name:
                found: Mapping[str, Any] = operation
                return found
    raise AssertionError(f"{service} has no operation {name}")


def resolved(service: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return resolved(service, OPENAPI[service]["components"]["schemas"][name])
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return resolved(service, choice)
    return schema


def members(service: str, schema: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, bool]]:
    """Yield the name of each member of a body with dots, a `*` for places in lists, and whether the body needs it."""
    body = resolved(service, schema)
    for name, member in body.get("properties", {}).items():
        yield f"{place}{name}", name in body.get("required", ())
        kind = resolved(service, member)
        yield from members(service, kind, f"{place}{name}.")
        if kind.get("type") == "array":
            yield from members(service, kind["items"], f"{place}{name}.*.")
        elif kind.get("additionalProperties") or (kind.get("type") == "object" and not kind.get("properties")):
            yield f"{place}{name}.{ANYTHING}", False


def is_taken(name: str, taken: Mapping[str, bool]) -> bool:
    """Whether a body has a member, or one above it that may hold anything."""
    place = re.sub(r"\.\d+(?=\.|$)", ".*", name)
    return place in taken or f"{place.rpartition('.')[0]}.{ANYTHING}" in taken


@pytest.mark.parametrize(("service", "operation", "act"), FORMS)
def test_a_form_asks_for_what_its_operation_takes(service: str, operation: str, act: Act) -> None:
    found = operation_of(service, operation.partition(".")[0])
    body = found.get("requestBody", {}).get("content", {})
    parameters = {each["name"] for each in found.get("parameters", ()) if each["in"] == "query"}
    in_query = {each.name.removeprefix(QUERY) for each in act.fields if each.name.startswith(QUERY)}
    assert in_query <= parameters, f"the operation has no parameter {in_query - parameters}"
    if act.file is not None:
        assert set(body) - {"application/json"}, "the operation takes no file"
        return
    taken = dict(members(service, body["application/json"]["schema"])) if body else {}
    asked = {each.name for each in act.fields if not each.name.startswith((PART, QUERY))} | act.always.keys()
    if act.shaped is not None:  # what it makes is tried where it is declared
        asked = {name.partition(".")[0] for name in asked}
    foreign = {name for name in asked if not is_taken(name, taken)}
    assert not foreign, f"the operation does not take {foreign}"
    needed = {name for name, is_needed in taken.items() if is_needed and "." not in name}
    assert needed <= {name.partition(".")[0] for name in asked}, f"the form does not ask for {needed - asked}"


@pytest.mark.parametrize("kind", JOBS)
def test_a_job_can_be_followed(kind: str) -> None:
    operation = operation_of(JOBS[kind].service, JOBS[kind].operation)
    answer = resolved(JOBS[kind].service, operation["responses"]["200"]["content"]["application/json"]["schema"])
    assert {"id", "state", "progress", "problem"} <= answer["properties"].keys()
