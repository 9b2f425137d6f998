"""The demonstration's token issuer: OAuth2 client credentials (RFC 6749, section 4.4) and sign-ins, ES256, JWKS.

Only on loopback.

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
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import ECKey, KeySetSerialization

from deploy.local import sign_in
from deploy.local.clients import CLIENTS, PERSONS
from deploy.local.sign_in import Grant, SignIns
from shared.clock import Clock, SystemClock
from shared.i18n import N_, default_language, language_of, translate
from shared.identifiers import is_uscc
from shared.web.auth import ALGORITHM

LIFETIME_SECONDS = 3_600
DESK = "desk"


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

    def configuration(self) -> dict[str, object]:
        """Return the metadata by which a client finds the issuer's endpoints (OpenID Connect Discovery)."""
        return {
            "issuer": self._issuer,
            "authorization_endpoint": f"{self._issuer}/oauth/authorize",
            "token_endpoint": f"{self._issuer}/oauth/token",
            "jwks_uri": f"{self._issuer}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

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
        claims = {"client_id": client_id, "scope": " ".join(scopes), **self.bearer(client_id, uscc)}
        return self.signed(claims, lifetime_seconds)

    @staticmethod
    def bearer(client_id: str, uscc: str | None) -> dict[str, str]:
        """Return the claims that say who a client is."""
        client = CLIENTS[client_id]
        own = {"jurisdiction": client.jurisdiction, "department": client.department, "uscc": uscc}
        named = {name: value for name, value in own.items() if value is not None}
        return {"sub": client_id if uscc is None else f"enterprise:{uscc}", **named}

    def identity(self, grant: Grant) -> str:
        """Return a signed identity token (OpenID Connect Core, section 2) of whoever signed in."""
        name = translate(PERSONS[grant.person], default_language()) if grant.uscc is None else grant.uscc
        claims = {"aud": grant.client_id, "nonce": grant.nonce, "name": name, **self.bearer(grant.person, grant.uscc)}
        return self.signed(claims, kind="JWT")

    def signed(
        self, claims: Mapping[str, object], lifetime_seconds: int = LIFETIME_SECONDS, *, kind: str = "at+jwt"
    ) -> str:
        """Return a signed token, an access token (RFC 9068) by default, with `claims` beside those that every token has."""
        now = int(self._clock.now().timestamp())
        whole = {
            "iss": self._issuer,
            "aud": self._audience,
            "iat": now,
            "exp": now + lifetime_seconds,
            "jti": str(uuid4()),
            **claims,
        }
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": kind}
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


def create_app(issuer: Issuer, desk_url: str) -> FastAPI:
    """Build the issuer's routes; who signs in is sent back to the desk at `desk_url`."""
    sign_ins = SignIns({DESK: f"{desk_url}/signed-in"})
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
        client_id, secret = _basic(request.headers.get("authorization", ""))
        if not issuer.knows(client_id, secret):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        if fields.get("grant_type") == "authorization_code":
            return _exchanged(issuer, sign_ins.exchanged(client_id, fields))
        if fields.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        scopes = issuer.scopes(client_id, fields.get("scope"))
        if scopes is None:
            return JSONResponse({"error": "invalid_scope"}, 400)
        uscc = fields.get("uscc")
        if (uscc is not None) != CLIENTS[client_id].for_enterprises or not (uscc is None or is_uscc(uscc)):
            return JSONResponse({"error": "invalid_request"}, 400)
        return _tokens(issuer, client_id, scopes, uscc)

    @app.get("/.well-known/openid-configuration")
    def configuration() -> JSONResponse:
        return JSONResponse(issuer.configuration())

    @app.get("/oauth/authorize")
    def choose(request: Request) -> Response:
        refusal = sign_ins.refusal(request.query_params)
        language = language_of(request.headers.get("accept-language"), default_language())
        return JSONResponse({"error": refusal}, 400) if refusal else HTMLResponse(sign_in.page(language))

    @app.post("/oauth/authorize")
    async def chosen(request: Request) -> Response:
        if (refusal := sign_ins.refusal(request.query_params)) is not None:
            return JSONResponse({"error": refusal}, 400)
        fields = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        uscc = fields["uscc"].strip().upper() if "uscc" in fields else None
        back = sign_ins.granted(request.query_params, fields.get("person", ""), uscc)
        if back is None:
            language = language_of(request.headers.get("accept-language"), default_language())
            return HTMLResponse(sign_in.page(language, NOBODY), 422)
        return RedirectResponse(back, 303)

    return app


NOBODY = N_("This is not a valid unified social credit code (18 characters, check digit).")


def _exchanged(issuer: Issuer, grant: Grant | None) -> JSONResponse:
    """Answer the exchange of a code: the access token of whoever signed in, and the token that says who it is."""
    if grant is None:
        return JSONResponse({"error": "invalid_grant"}, 400)
    allowed = {scope.value for scope in CLIENTS[grant.person].scopes}
    scopes = [scope for scope in grant.scope.split() if scope in allowed]
    return _tokens(issuer, grant.person, scopes, grant.uscc, id_token=issuer.identity(grant))


def _tokens(issuer: Issuer, client_id: str, scopes: list[str], uscc: str | None, **more: str) -> JSONResponse:
    token = {
        "access_token": issuer.token(client_id, scopes, uscc),
        "token_type": "Bearer",
        "expires_in": LIFETIME_SECONDS,
        "scope": " ".join(scopes),
    }
    return JSONResponse(token | more, headers={"Cache-Control": "no-store"})


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
    uvicorn.run(
        create_app(issuer, os.environ["DESK_PUBLIC_URL"]),
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
