"""Who calls and what the call may do: OAuth2 client-credentials access tokens, JWT signed with ES256, keys by JWKS.

Algorithm, issuer and audience are pinned (RFC 8725). The actor is the token's `sub`. A token with a `jurisdiction` sees and
touches the rows of that jurisdiction alone.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Annotated, Any, Protocol

import httpx
import structlog
from fastapi import Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2, SecurityScopes
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.authorization import DESCRIPTIONS, Actor, Scope
from shared.clock import Clock
from shared.errors import Unauthenticated, Unavailable

ALGORITHM = "ES256"
_KEYS_MAX_AGE_SECONDS = 300.0
_KEYS_MIN_AGE_SECONDS = 5.0
_CACHED_TOKENS = 4_096

log = structlog.get_logger(__name__)


class Keys(Protocol):
    """Where public keys come from."""

    def get(self, *, fresh: bool) -> KeySet:
        """Return the key set; `fresh` asks for one that is newer than the one last returned."""
        ...


class RemoteKeys:
    """The issuer's published key set (RFC 7517), kept for a while and fetched anew when a key is not known."""

    def __init__(self, url: str) -> None:
        """Prepare to fetch from `url`."""
        self._url = url
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = 0.0

    def get(self, *, fresh: bool) -> KeySet:
        """Return the key set; raises Unavailable if there is none and the issuer does not answer."""
        with self._lock:
            age = time.monotonic() - self._fetched_at
            if self._keys is None or age > _KEYS_MAX_AGE_SECONDS or (fresh and age > _KEYS_MIN_AGE_SECONDS):
                try:
                    answer = httpx.get(self._url, timeout=5.0)
                    answer.raise_for_status()
                    self._keys = KeySet.import_key_set(answer.json())
                    self._fetched_at = time.monotonic()
                except (httpx.HTTPError, ValueError, JoseError) as error:
                    log.error("keys.unavailable", exc_info=error)
                    if self._keys is None:
                        raise Unavailable("The identity provider's keys cannot be read.") from error
            return self._keys


class TokenVerifier:
    """Turns a bearer token into an Actor, or refuses it."""

    def __init__(self, issuer: str, audience: str, keys: Keys, clock: Clock) -> None:
        """Accept tokens of `issuer` for `audience` alone."""
        self._keys = keys
        self._clock = clock
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=5,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._seen: dict[bytes, tuple[Actor, int]] = {}

    def actor(self, token: str) -> Actor:
        """Return who bears `token`; raises Unauthenticated if it is not valid now."""
        digest = hashlib.sha256(token.encode()).digest()
        seen = self._seen.get(digest)
        if seen is not None and seen[1] > int(self._clock.now().timestamp()):
            return seen[0]
        claims = self._verify(token)
        jurisdiction = claims.get("jurisdiction")
        actor = Actor(
            subject=str(claims["sub"]),
            scopes=frozenset(str(claims.get("scope", "")).split()),
            jurisdiction=str(jurisdiction) if jurisdiction else None,
        )
        if len(self._seen) >= _CACHED_TOKENS:
            self._seen.clear()
        self._seen[digest] = (actor, int(claims["exp"]))
        return actor

    def _verify(self, token: str) -> dict[str, Any]:
        for fresh in (False, True):
            keys = self._keys.get(fresh=fresh)
            try:
                claims = jwt.decode(token, keys, algorithms=[ALGORITHM]).claims
                self._claims.validate(claims)
            except (JoseError, ValueError):
                continue
            return claims
        raise Unauthenticated("The access token is malformed, expired, or not meant for this system.")


_scheme = OAuth2(
    scheme_name="oauth2",
    description="Client credentials; the token is sent as `Authorization: Bearer …`",
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl="", scopes={scope.value: meaning for scope, meaning in DESCRIPTIONS.items()}
        )
    ),
    auto_error=False,
)


def authenticate(
    request: Request, needed: SecurityScopes, authorization: Annotated[str | None, Security(_scheme)]
) -> Actor:
    """Return who calls, if the token has every scope of the operation; raises Unauthenticated or Forbidden."""
    kind, _, token = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated("Send `Authorization: Bearer <access token>`.")
    verifier: TokenVerifier = request.app.state.token_verifier
    actor = verifier.actor(token.strip())
    for scope in needed.scopes:
        actor.require(Scope(scope))
    request.state.actor = actor
    return actor


def needs(*scopes: Scope) -> Any:
    """Declare the scopes of an operation: `actor: Annotated[Actor, needs(Scope.X)]`."""
    return Security(authenticate, scopes=[scope.value for scope in scopes])


class ClientCredentials(httpx.Auth):
    """Authenticates calls to another service with a token of this service's own, fetched when needed and kept until it ends."""

    requires_response_body = True

    def __init__(
        self, token_url: str, client_id: str, secret: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Use the client `client_id` at `token_url`."""
        self._token_url = token_url
        self._basic = httpx.BasicAuth(client_id, secret)
        self._monotonic = monotonic
        self._token = ""
        self._ends_at = 0.0

    def auth_flow(self, request: httpx.Request) -> Any:
        """Add the token to `request`; fetch another and try once more if it is refused."""
        for last in (False, True):
            if self._monotonic() >= self._ends_at:
                answer = yield next(
                    self._basic.auth_flow(
                        httpx.Request("POST", self._token_url, data={"grant_type": "client_credentials"})
                    )
                )
                answer.raise_for_status()
                body = answer.json()
                self._token = body["access_token"]
                self._ends_at = self._monotonic() + body["expires_in"] * 0.9
            request.headers["Authorization"] = f"Bearer {self._token}"
            answer = yield request
            if last or answer.status_code != httpx.codes.UNAUTHORIZED:
                return
            self._ends_at = 0.0
