"""Authentication: OAuth2 access tokens, JWT signed with ES256 (RFC 9068), public keys from the issuer's JWKS.

Algorithm, type, issuer and audience are pinned (RFC 8725). The actor is made of the verified claims, or of none of them: a
malformed claim is refused, never read as its absence.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

import httpx
import orjson
import structlog
from cachetools import TLRUCache
from fastapi import Request, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from shared.authorization import DESCRIPTIONS, Actor, Scope
from shared.clock import Clock
from shared.errors import Forbidden, Unauthenticated, Unavailable
from shared.i18n import N_
from shared.identifiers import is_uscc
from shared.policies import JURISDICTIONS
from shared.process_settings import ProcessSettings, trusted_authorities
from shared.web.enterprises import Enterprises

ALGORITHM = "ES256"
TYPES = ("at+jwt", "application/at+jwt")
MAX_TOKEN_CHARACTERS = 8_192
_KEYS_MAX_AGE_SECONDS = 300.0
_KEYS_MIN_AGE_SECONDS = 5.0
_KEYS_MAX_PAUSE_SECONDS = 60.0
_KEYS_MAX_BYTES = 1 << 20
_FETCH_SECONDS = 5.0
_CACHED_TOKENS = 4_096
_CACHED_SECONDS = 300
_LEEWAY_SECONDS = 5
_SUBJECT = re.compile(r"[!-~]{1,200}")
_DEPARTMENT = re.compile(r"[a-z][a-z0-9_-]{0,49}")

log = structlog.get_logger(__name__)


class MalformedClaim(Forbidden):
    """A verified token has a claim that cannot be read: it gives access to nothing."""

    code = "malformed-claim"
    title = N_("The token has a claim that is not valid")


def actor_of(claims: Mapping[str, Any]) -> Actor:
    """Return the actor that verified claims name; raises MalformedClaim, which names the claim.

    A claim that is left out does not restrict; one that is there and empty, of another type or unknown is refused.
    """
    jurisdiction, department, uscc = (claims.get(name) for name in ("jurisdiction", "department", "uscc"))
    scope = claims.get("scope", "")
    _require(isinstance(claims.get("sub"), str) and _SUBJECT.fullmatch(claims["sub"]), "sub")
    _require(isinstance(scope, str), "scope")
    if "jurisdiction" in claims:
        _require(isinstance(jurisdiction, str) and jurisdiction in JURISDICTIONS, "jurisdiction")
    if "department" in claims:
        _require(isinstance(department, str) and _DEPARTMENT.fullmatch(department), "department")
    if "uscc" in claims:
        _require(isinstance(uscc, str) and is_uscc(uscc), "uscc")
        _require(jurisdiction is None and department is None, "uscc")
    actor = Actor(claims["sub"], frozenset(scope.split()), jurisdiction, department, uscc)
    _require(uscc is None or actor.has_own_scopes_alone, "scope")
    return actor


def _require(condition: object, claim: str) -> None:
    if not condition:
        raise MalformedClaim("The claim {claim} of the token is not valid. Ask the identity provider.", claim=claim)


class Keys(Protocol):
    """A source of public keys."""

    def get(self) -> KeySet:
        """Return the key set; raises Unavailable if none is known yet."""
        ...

    def refresh(self) -> bool:
        """Ask for a newer key set, without waiting for it; return whether one may come."""
        ...


class RemoteKeys:
    """The issuer's published key set (RFC 7517), fetched in the background; requests never wait for the issuer.

    It is fetched every five minutes, and when a token names an unknown key. While the issuer does not answer, the last set
    stays in use and the pauses between attempts grow.
    """

    def __init__(self, url: str, authorities: ssl.SSLContext) -> None:
        """Prepare to fetch from `url`, whose certificate one of `authorities` signed; nothing is fetched before `start`."""
        self._url = url
        self._authorities = authorities
        self._keys: KeySet | None = None
        self._fetched_at = -_KEYS_MAX_AGE_SECONDS
        self._wanted = threading.Event()
        self._failures = 0

    def start(self) -> None:
        """Fetch once, then in the background for as long as the process runs."""
        first = threading.Thread(target=self._fetch)  # whoever starts may be within an event loop
        first.start()
        first.join()
        threading.Thread(target=self._follow, name="token-keys", daemon=True).start()

    def get(self) -> KeySet:
        """Return the newest key set."""
        if self._keys is None:
            raise Unavailable("The keys of the identity provider cannot be read. Try again later.")
        return self._keys

    def refresh(self) -> bool:
        """Wake the background, unless the set is only seconds old."""
        if time.monotonic() - self._fetched_at < _KEYS_MIN_AGE_SECONDS or self._failures:
            return False
        self._wanted.set()
        return True

    def _follow(self) -> None:
        while True:
            pause = min(2.0 ** min(self._failures, 10), _KEYS_MAX_PAUSE_SECONDS)
            self._wanted.wait(pause if self._failures else _KEYS_MAX_AGE_SECONDS)
            self._wanted.clear()
            self._fetch()

    def _fetch(self) -> None:
        try:
            self._keys = KeySet.import_key_set(orjson.loads(asyncio.run(self._read())))
        except (httpx.HTTPError, TimeoutError, ValueError, TypeError, KeyError, JoseError) as error:
            self._failures += 1
            log.error("keys.unavailable", failures=self._failures, exc_info=error)
        else:
            self._failures = 0
            self._fetched_at = time.monotonic()

    async def _read(self) -> bytes:
        """Read the key set; the issuer has a few seconds for all of it, however slowly it sends."""
        received = bytearray()
        async with (
            asyncio.timeout(_FETCH_SECONDS),
            httpx.AsyncClient(verify=self._authorities) as client,
            client.stream("GET", self._url) as answer,
        ):
            answer.raise_for_status()
            async for piece in answer.aiter_bytes():
                received += piece
                if len(received) > _KEYS_MAX_BYTES:
                    raise ValueError("the key set is too large")
        return bytes(received)


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a token must say: who issued it and for whom, its type, and how long it may live at most."""

    issuer: str
    audience: str
    typed: bool = True
    max_lifetime_seconds: int = 12 * 3_600


class TokenVerifier:
    """Verifies bearer tokens."""

    def __init__(self, rules: TokenRules, keys: Keys, clock: Clock) -> None:
        """Accept only tokens that keep to `rules`, signed with one of `keys`."""
        self._rules = rules
        self._keys = keys
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": rules.issuer},
            aud={"essential": True, "value": rules.audience},
            sub={"essential": True},
            iat={"essential": True},
            exp={"essential": True},
        )

        def until(_: bytes, verified: tuple[Actor, int, KeySet], now: float) -> float:
            return min(verified[1], now + _CACHED_SECONDS)

        self._verified: TLRUCache[bytes, tuple[Actor, int, KeySet]] = TLRUCache(
            _CACHED_TOKENS, ttu=until, timer=lambda: int(clock.now().timestamp())
        )
        self._lock = threading.Lock()

    def require_keys(self) -> None:
        """Raise Unavailable while no token can be verified."""
        self._keys.get()

    def actor(self, token: str) -> Actor:
        """Return the actor that `token` names; raises Unauthenticated if it is not valid now, MalformedClaim, Unavailable.

        What was verified is kept for five minutes at most, and no longer than the key set that it was verified with.
        """
        digest = hashlib.sha256(token.encode()).digest()
        keys = self._keys.get()
        with self._lock:
            if (verified := self._verified.get(digest)) and verified[2] is keys:
                return verified[0]
        claims = self._verify(token, keys)
        actor = actor_of(claims)
        with self._lock:
            self._verified[digest] = (actor, int(claims["exp"]), keys)
        return actor

    def _verify(self, token: str, keys: KeySet) -> dict[str, Any]:
        unacceptable = Unauthenticated(
            "The access token is malformed, expired or issued for another system. Request a new one."
        )
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise unacceptable
        try:
            decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
            self._claims.validate(decoded.claims)
            lifetime = decoded.claims["exp"] - decoded.claims["iat"]
        except (JoseError, ValueError, TypeError) as error:
            if _names_unknown_key(token, keys) and self._keys.refresh():
                raise Unavailable("The keys of the identity provider are being read. Try again.") from error
            raise unacceptable from error
        typed = str(decoded.header.get("typ", "")).lower() in TYPES
        if (self._rules.typed and not typed) or not 0 < lifetime <= self._rules.max_lifetime_seconds:
            raise unacceptable
        return decoded.claims


def _names_unknown_key(token: str, keys: KeySet) -> bool:
    try:
        named = extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return False
    return isinstance(named, str) and all(key.kid != named for key in keys.keys)


def token_verifier_of(settings: ProcessSettings, clock: Clock) -> TokenVerifier:
    """Return the verifier of a process, which follows the issuer's keys."""
    keys = RemoteKeys(settings.token_jwks_url, trusted_authorities(settings))
    keys.start()
    rules = TokenRules(
        settings.token_issuer,
        settings.audience or settings.token_audience,
        settings.token_typed,
        settings.token_max_lifetime_seconds,
    )
    return TokenVerifier(rules, keys, clock)


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


def identify(request: Request) -> Actor:
    """Return the caller, verified once per request; raises Unauthenticated, MalformedClaim, Unavailable."""
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated("Send `Authorization: Bearer <access token>`.")
    verifier: TokenVerifier = request.app.state.token_verifier
    actor = verifier.actor(token.strip())
    request.state.actor = actor
    return actor


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a token needs for an operation: one of the scopes; of an enterprise's token the scope `own`, if there is one."""

    scopes: tuple[Scope, ...]
    own: Scope | None
    city_wide: bool

    def check(self, actor: Actor) -> None:
        """Raise Forbidden for a caller that may not call the operation."""
        if self.own is not None and actor.uscc is not None:
            actor.require(self.own)
            return
        if self.scopes:
            actor.require(*self.scopes)
        if self.city_wide:
            actor.require_city_wide()

    async def authenticate(self, request: Request, _: Annotated[str | None, Security(_scheme)]) -> Actor:
        """Return the caller; raises as `identify` and `check` do, and for a token of an enterprise that nobody is."""
        actor = identify(request)
        self.check(actor)
        if actor.uscc is not None:
            enterprises: Enterprises = request.app.state.enterprises
            await run_in_threadpool(enterprises.require, actor.uscc)
        return actor


def needs(*scopes: Scope, own: Scope | None = None, city_wide: bool = False) -> Any:
    """Declare who may call an operation: `actor: Annotated[Actor, needs(Scope.X)]`. One of several scopes suffices.

    With `city_wide` the operation concerns all jurisdictions, and a token that is restricted to one is refused. With `own` an
    enterprise's token that has this scope is let in as well, to what is its own.
    """
    return Security(Requirement(scopes, own, city_wide).authenticate, scopes=[scope.value for scope in scopes])


def requirements_of(dependant: Dependant) -> Iterator[Requirement]:
    """Give what an operation with `dependant` needs."""
    declared = getattr(dependant.call, "__self__", None)
    if isinstance(declared, Requirement):
        yield declared
    for each in dependant.dependencies:
        yield from requirements_of(each)
