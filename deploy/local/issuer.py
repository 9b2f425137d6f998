"""The demonstration's token issuer: OAuth2 client credentials (RFC 6749, section 4.4), ES256, JWKS. Only on loopback.

In production the city's identity provider is used instead.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

import orjson
import uvicorn
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey, KeySetSerialization

from deploy.local.clients import CLIENTS
from shared.clock import Clock, SystemClock
from shared.identifiers import is_uscc
from shared.web.auth import ALGORITHM

LIFETIME_SECONDS = 3_600


class Issuer:
    """Issues access tokens to the clients of `clients.json`."""

    def __init__(self, key: ECKey, secrets_by_client: dict[str, str], issuer: str, audience: str, clock: Clock) -> None:
        """Sign with `key` as `issuer` for `audience`."""
        self._key = key
        self._secrets = secrets_by_client
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    def key_set(self) -> KeySetSerialization:
        """Return the public key set (RFC 7517)."""
        return {"keys": [self._key.as_dict(private=False, use="sig", alg=ALGORITHM)]}

    def knows(self, client_id: str, secret: str) -> bool:
        """Return whether `secret` is that of the client."""
        return hmac.compare_digest(self._secrets.get(client_id, "").encode(), secret.encode()) and client_id in CLIENTS

    def scopes(self, client_id: str, requested: str | None) -> list[str] | None:
        """Return the scopes to grant: all scopes of the client or those requested; None if it may not have one of them."""
        allowed = [scope.value for scope in CLIENTS[client_id].scopes]
        if not requested:
            return allowed
        scopes = requested.split()
        return scopes if set(scopes) <= set(allowed) else None

    def token(
        self, client_id: str, scopes: list[str], uscc: str | None = None, lifetime_seconds: int = LIFETIME_SECONDS
    ) -> str:
        """Return a signed access token of a client; of the enterprise portal, one for the enterprise `uscc`."""
        client = CLIENTS[client_id]
        own = {"jurisdiction": client.jurisdiction, "department": client.department, "uscc": uscc}
        named = {name: value for name, value in own.items() if value is not None}
        subject = client_id if uscc is None else f"enterprise:{uscc}"
        claims = {"sub": subject, "client_id": client_id, "scope": " ".join(scopes), **named}
        return self.signed(claims, lifetime_seconds)

    def signed(self, claims: Mapping[str, object], lifetime_seconds: int = LIFETIME_SECONDS) -> str:
        """Return a signed access token (RFC 9068) with `claims` beside those that every token has."""
        now = int(self._clock.now().timestamp())
        whole = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + lifetime_seconds,
            "jti": str(uuid4()),
            **claims,
        }
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "at+jwt"}
        return jwt.encode(header, whole, self._key, algorithms=[ALGORITHM])


def open_issuer(state: Path, issuer: str, audience: str, clock: Clock) -> Issuer:
    """Return the issuer of `state`. Its key and its clients' secrets are created at first, readable by the owner only."""
    key_file, clients_file = state / "issuer-key.json", state / "clients.json"
    if not key_file.exists():
        key = ECKey.generate_key("P-256", private=True, auto_kid=True)
        _write_private(key_file, key.as_dict(private=True))
    stored = orjson.loads(clients_file.read_bytes()) if clients_file.exists() else {}
    known = {client: stored.get(client) or secrets.token_urlsafe(24) for client in CLIENTS}
    if known != stored:
        _write_private(clients_file, known)
    return Issuer(ECKey.import_key(orjson.loads(key_file.read_bytes())), known, issuer, audience, clock)


def _write_private(file: Path, content: dict[str, Any]) -> None:
    unfinished = file.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    unfinished.replace(file)


def create_app(issuer: Issuer) -> FastAPI:
    """Build the issuer's two routes."""
    app = FastAPI(title="Demonstration issuer", docs_url=None, redoc_url=None, openapi_url=None)
    # The status pages, on other ports of this machine, request tokens from the browser.
    app.add_middleware(
        CORSMiddleware,
        allow_origin_regex=r"http://(127\.0\.0\.1|localhost):\d+",
        allow_methods=["POST"],
        allow_headers=["Authorization", "Content-Type"],
    )

    @app.get("/.well-known/jwks.json")
    def keys() -> JSONResponse:
        return JSONResponse(issuer.key_set())

    @app.post("/oauth/token")
    async def token(request: Request) -> JSONResponse:
        fields = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        if fields.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        client_id, secret = _basic(request.headers.get("authorization", ""))
        if not issuer.knows(client_id, secret):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        scopes = issuer.scopes(client_id, fields.get("scope"))
        if scopes is None:
            return JSONResponse({"error": "invalid_scope"}, 400)
        uscc = fields.get("uscc")
        if (uscc is not None) != CLIENTS[client_id].for_enterprises or not (uscc is None or is_uscc(uscc)):
            return JSONResponse({"error": "invalid_request"}, 400)
        return JSONResponse(
            {
                "access_token": issuer.token(client_id, scopes, uscc),
                "token_type": "Bearer",
                "expires_in": LIFETIME_SECONDS,
                "scope": " ".join(scopes),
            },
            headers={"Cache-Control": "no-store"},
        )

    return app


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret


def main() -> None:
    """Serve the issuer, configured by the environment."""
    state, port = Path(os.environ["STATE_DIR"]), int(os.environ["ISSUER_PORT"])
    issuer = open_issuer(state, os.environ["TOKEN_ISSUER"], os.environ["TOKEN_AUDIENCE"], SystemClock())
    uvicorn.run(create_app(issuer), host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
