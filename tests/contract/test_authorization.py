"""Every operation × every kind of caller: who may call what stands in `authorization.yaml`, reviewed, and is so."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml
from fastapi import FastAPI
from stdnum.cn import uscc

from deploy import documents
from shared.authorization import Scope
from shared.catalogue.datasets import CATALOGUE
from tests.support.documents import OPENAPI
from tests.support.tokens import Tokens

TABLE = yaml.safe_load(Path(__file__).with_name("authorization.yaml").read_text("utf-8"))
CODE = "91331100660565430"
ENTERPRISE = CODE + str(uscc.calc_check_digit(CODE))
EXAMPLES = {
    "dataset": "enterprises", "name": "enterprises", "revision": "1", "policy": "lishui-2020-1", "unit": "liandu", "year": "2023",
    "uscc": ENTERPRISE, "dead_letter_id": "1",
}  # fmt: skip
REFUSED = (401, 403)
Operation = tuple[str, str, str, str]


@cache
def apps() -> dict[str, FastAPI]:
    """The three apps, with nothing behind them: whoever is let in meets a database that does not answer."""
    made = documents.apps()
    for app in made.values():
        app.state.token_verifier = tokens().verifier
    return made


@cache
def tokens() -> Tokens:
    return Tokens()


def operations() -> Iterator[Operation]:
    """Service, operation as the table names it, method and path; of the datasets, one for all."""
    for service, document in OPENAPI.items():
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                name = operation["operationId"]
                found = next((each for each in CATALOGUE if path.startswith(f"/v1/datasets/{each}/")), None)
                if found in (None, "enterprises"):
                    yield service, name.replace(found or "<", "<dataset>" if found else "<", 1), method, path


OPERATIONS = list(operations())


def claims(scopes: list[str]) -> dict[str, dict[str, Any]]:
    """Every kind of caller that has a scope of an operation, but for `without_scope` and `enterprise`."""
    scope = {"scope": scopes[0]}
    return {
        "city": scope,
        **{f"only {each}": {"scope": each} for each in scopes[1:]},
        "department": scope | {"department": "statistics"},
        "district": scope | {"jurisdiction": "liandu"},
        "without_scope": {"scope": " ".join(sorted(set(Scope) - set(scopes)))},
        "enterprise": {"scope": "own:read own:write", "uscc": ENTERPRISE, "sub": f"enterprise:{ENTERPRISE}"},
        "enterprise_with_scope": scope | {"uscc": ENTERPRISE},
        "malformed": scope | {"jurisdiction": ""},
        "elsewhere": scope | {"jurisdiction": "atlantis"},
    }


def expected(kind: str, row: Mapping[str, Any]) -> bool:
    """Return whether this kind of caller is let in."""
    if kind in ("city", "department") or kind.startswith("only "):
        return True
    if kind == "enterprise":
        return row.get("enterprise") in ("own", "all")
    return kind == "district" and row["restricted"] != "none"


def filled(path: str) -> str:
    """Return `path` with an example in place of each part."""
    for name, value in EXAMPLES.items():
        path = path.replace(f"{{{name}}}", value)
    return re.sub(r"\{\w+\}", str(UUID(int=1)), path)


def statuses(service: str, method: str, path: str, callers: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return what each caller (headers by its name) is answered."""
    path, found = filled(path), {}

    async def ask() -> None:
        transport = httpx.ASGITransport(app=apps()[service], raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for kind, headers in callers.items():
                found[kind] = (await client.request(method, path, headers=headers)).status_code

    asyncio.run(ask())
    return found


def test_the_table_has_every_operation_and_its_scopes() -> None:
    found: dict[str, dict[str, list[str]]] = {}
    for service, name, method, path in OPERATIONS:
        security = OPENAPI[service]["paths"][path][method].get("security", [])
        found.setdefault(service, {})[name] = [scope for each in security for scope in each["oauth2"]]
    assert found == {s: {name: row["scopes"] for name, row in rows.items()} for s, rows in TABLE.items()}


@pytest.mark.parametrize(("service", "name", "method", "path"), OPERATIONS)
def test_each_kind_of_caller_gets_what_the_table_says(service: str, name: str, method: str, path: str) -> None:
    row = TABLE[service][name]
    if not row["scopes"]:
        assert statuses(service, method, path, {"nobody": {}})["nobody"] not in REFUSED
        return
    kinds = claims(row["scopes"])
    callers = {kind: tokens().bearer(**changes) for kind, changes in kinds.items()}
    answered = statuses(service, method, path, callers | {"nobody": {}, "forged": {"Authorization": "Bearer x.y.z"}})
    assert (answered.pop("nobody"), answered.pop("forged")) == (401, 401)
    refused = {kind for kind, status in answered.items() if status in REFUSED}
    assert refused == {kind for kind in kinds if not expected(kind, row)}
    assert {answered[kind] for kind in refused} <= {403}


@pytest.mark.parametrize("service", TABLE)
def test_whoever_lacks_the_scope_is_refused_before_the_body_is_read(service: str) -> None:
    """A body larger than any operation takes is announced: 413 would say that it was asked for."""
    large = {"Content-Type": "application/json", "Content-Length": str(2**40)}
    for _, name, method, path in (each for each in OPERATIONS if each[0] == service):
        needed = TABLE[service][name]["scopes"]
        if "requestBody" in OPENAPI[service]["paths"][path][method] and needed:
            callers = {
                "without": large | tokens().bearer(**claims(needed)["without_scope"]),
                "with": large | tokens().bearer(scope=" ".join(needed)),
            }
            assert statuses(service, method, path, callers) == {"without": 403, "with": 413}, name
