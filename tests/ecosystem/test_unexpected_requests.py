"""Requests that Schemathesis makes up from the documents, to every operation with a token that may: no answer is undeclared.

No 5xx, no undocumented status or content type, no body that breaks its schema. `make test-ecosystem` sends the same requests each
time; `make fuzz` explores (FUZZ_EXAMPLES per operation and kind). The name puts it last: what it leaves behind disturbs nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from deploy.ecosystem.clients import API, SERVICES
from deploy.local.clients import CLIENTS
from deploy.local.system import LocalSystem

EXPLORED = int(os.environ.get("FUZZ_EXAMPLES", "0"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
HTTP = requests.Session()


def client_that_may(operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> str | None:
    """Return a client whose token allows `operation`, None if it needs none."""
    asked = [set(each["oauth2"]) for each in operation.definition.raw.get("security", [])]
    if not asked:
        return None
    return next(
        client for client, known in CLIENTS.items() if asked[0] <= set(known.scopes) and known.jurisdiction is None
    )


@cache
def token(url: str, client: str, secret: str) -> str:
    answer = httpx.post(f"{url}/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, secret))
    return str(answer.raise_for_status().json()["access_token"])


def unexpected(service: str) -> Callable[..., None]:
    config = SchemathesisConfig.from_dict({"phases": {"coverage": {"enabled": bool(EXPLORED)}}})
    schema = schemathesis.openapi.from_path(API / f"{service}.openapi.json", config=config)

    @schema.parametrize()
    @settings(
        max_examples=EXPLORED or 4,
        derandomize=not EXPLORED,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def test(case: schemathesis.Case[Any], system: LocalSystem) -> None:
        client = client_that_may(case.operation)
        if client:
            bearer = token(system.url("issuer"), client, system.clients[client])
            case.headers["Authorization"] = f"Bearer {bearer}"
        case.call_and_validate(base_url=system.url(service), session=HTTP, checks=CHECKS, timeout=30)

    return cast(Callable[..., None], test)


test_registry, test_eligibility, test_payout = (unexpected(service) for service in SERVICES)
