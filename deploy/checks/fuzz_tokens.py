"""Schemathesis' hooks: each operation is called with the token of a client that may. Loaded by name, see fuzz.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import orjson
import schemathesis
from hypothesis import strategies as st

from deploy.local.clients import CLIENTS

_FILES = (
    "text/csv",
    "application/x-ndjson",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
for media_type in _FILES:
    schemathesis.openapi.media_type(media_type, st.binary(max_size=200))


def client_for(case: schemathesis.Case[Any], _: schemathesis.AuthContext) -> str:
    """Return a client whose scopes allow the operation; people before the services' own."""
    security = case.operation.definition.raw.get("security") or [{"oauth2": []}]
    alternatives = [set(each["oauth2"]) for each in security]
    return next(
        name for name, client in CLIENTS.items() if any(wanted <= set(client.scopes) for wanted in alternatives)
    )


@schemathesis.auth(refresh_interval=1_800, cache_by_key=client_for)
class Tokens:
    """Tokens of the demonstration's issuer, one per client."""

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:
        """Return a token of the client for this operation."""
        client = client_for(case, context)
        secret = orjson.loads(Path(os.environ["CLIENTS_FILE"]).read_bytes())[client]
        grant = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{os.environ['ISSUER_URL']}/oauth/token", data=grant, auth=(client, secret), timeout=30.0)
        return str(answer.raise_for_status().json()["access_token"])

    def set(self, case: schemathesis.Case[Any], token: str, _: schemathesis.AuthContext) -> None:
        """Send the token."""
        case.headers["Authorization"] = f"Bearer {token}"
