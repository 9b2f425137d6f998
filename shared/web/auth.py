"""Authentication: OAuth2 client-credentials access tokens, JWT signed with ES256, public keys from the issuer's JWKS.

Algorithm, issuer and audience are pinned (RFC 8725). The actor is the token's `sub`. A token with a `jurisdiction` gives access
to the rows of that jurisdiction only.
"""

from __future__ import annotations

import hashlib
import threading
import time
from typing import Annotated, Any, Protocol

import httpx
import structlog
from cachetools import TLRUCache
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
    """A source of public keys."""

    def get(self, *, fresh: bool) -> KeySet:
        """Return the key set; `fresh` asks for a newer one than was returned last."""
        ...


class RemoteKeys:
    """The issuer's published key set (RFC 7517), cached, and fetched again when a token names an unknown key."""

    def __init__(self, url: str) -> None:
        """Prepare to fetch from `url`."""
        self._url = url
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = 0.0

    def get(self, *, fresh: bool) -> KeySet:
        """Return the key set; raises Unavailable if none is cached and the issuer does not answer."""
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
                        raise Unavailable(
                            "The keys of the identity provider cannot be read. Try again later."
                        ) from error
            return self._keys


class TokenVerifier:
    """Verifies bearer tokens."""

    def __init__(self, issuer: str, audience: str, keys: Keys, clock: Clock) -> None:
        """Accept only tokens that `issuer` issued for `audience`."""
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=5,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
        )
        self._verified: TLRUCache[bytes, tuple[Actor, int]] = TLRUCache(
            _CACHED_TOKENS, ttu=lambda _, verified, __: verified[1], timer=lambda: int(clock.now().timestamp())
        )
        self._lock = threading.Lock()

    def actor(self, token: str) -> Actor:
        """Return the actor that `token` names; raises Unauthenticated if the token is not valid now."""
        digest = hashlib.sha256(token.encode()).digest()
        with self._lock:
            if verified := self._verified.get(digest):
                return verified[0]
        claims = self._verify(token)
        jurisdiction = claims.get("jurisdiction")
        actor = Actor(
            subject=str(claims["sub"]),
            scopes=frozenset(str(claims.get("scope", "")).split()),
            jurisdiction=str(jurisdiction) if jurisdiction else None,
        )
        with self._lock:
            self._verified[digest] = (actor, int(claims["exp"]))
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
        raise Unauthenticated("The access token is malformed, expired or issued for another system. Request a new one.")


_scheme = OAuth2(
    scheme_name="oauth2",
    description="Client credentials; send the token as `Authorization: Bearer …`",
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
    """Return the caller; raises Unauthenticated, or Forbidden if the token lacks a scope of the operation."""
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
