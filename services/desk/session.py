"""Sessions: an encrypted cookie that holds who is signed in, and nothing on the server.

The cookie is a JWE (RFC 7516, `dir` with A256GCM), http-only, same-site, and over https `__Host-` and secure. It ends with the
access token in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import Clock
from shared.i18n import Language

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_SIGNING_IN_SECONDS = 600
"""How long a sign-in may take; until then the cookie holds what the identity provider has to answer."""
PERSON = "person"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in: the access token, and what the identity provider says about its bearer."""

    token: str
    expires_at: int
    subject: str
    name: str
    scopes: frozenset[str] = field(default_factory=frozenset)
    jurisdiction: str | None = None
    department: str | None = None
    uscc: str | None = None

    def stored(self) -> dict[str, Any]:
        """Return it as a session stores it."""
        return {
            "token": self.token,
            "expires_at": self.expires_at,
            "subject": self.subject,
            "name": self.name,
            "scopes": sorted(self.scopes),
            "jurisdiction": self.jurisdiction,
            "department": self.department,
            "uscc": self.uscc,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Person:
        """Return what a session stores."""
        return cls(**{**stored, "scopes": frozenset(stored["scopes"])})


class Sessions:
    """Middleware that gives `request.session` from the cookie, and writes the cookie where it has changed."""

    def __init__(self, app: ASGIApp, *, key: bytes, secure: bool, clock: Clock) -> None:
        """Encrypt with `key`. `secure`: the desk is reached over https."""
        self._app = app
        self._key = OctKey.import_key(key)
        self._cookie = "__Host-desk" if secure else "desk"
        self._attributes = f"Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session = self._opened(HTTPConnection(scope).cookies.get(self._cookie, ""))
        scope["session"], before = session, orjson.dumps(session)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and orjson.dumps(session) != before:
                MutableHeaders(scope=message).append("set-cookie", self._sealed(session))
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())

    def _opened(self, cookie: str) -> dict[str, Any]:
        """Return what a cookie holds; nothing if it is none of ours or has ended."""
        try:
            opened = jwe.decrypt_compact(cookie, self._key, algorithms=[*_HEADER.values()])
            session: dict[str, Any] = orjson.loads(opened.plaintext or b"")
        except (JoseError, ValueError, TypeError):
            return {}
        return session if session.get("until", 0) > self._now() else {}

    def _sealed(self, session: dict[str, Any]) -> str:
        if not session:
            return f"{self._cookie}=; {self._attributes}; Max-Age=0"
        person = session.get(PERSON)
        session["until"] = person["expires_at"] if person else self._now() + _SIGNING_IN_SECONDS
        sealed = jwe.encrypt_compact(_HEADER, orjson.dumps(session), self._key)
        return f"{self._cookie}={sealed}; {self._attributes}; Max-Age={max(session['until'] - self._now(), 0)}"


LANGUAGE_COOKIE = "language"


def chosen_language(connection: HTTPConnection) -> Language | None:
    """Return the language that was chosen by the switch, if one was."""
    match connection.cookies.get(LANGUAGE_COOKIE):
        case "zh-CN":
            return "zh-CN"
        case "en":
            return "en"
        case _:
            return None
