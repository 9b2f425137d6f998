"""The desk with services that answer what a test says, and somebody signed in."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from services.desk.app import build
from services.desk.session import PERSON, Person, Sessions
from services.desk.settings import Settings
from shared.clock import FixedClock
from tests.support.tokens import ISSUER, Tokens

URL = "http://desk.test"
KEY = bytes(range(100, 132))
SETTINGS = Settings.model_validate(
    {
        "deployment": "demonstration",
        "public_url": URL,
        "session_key": base64.b64encode(KEY).decode(),
        "client_secret": "s",
        "token_issuer": ISSUER,
        "token_jwks_url": f"{ISSUER}/keys",
        "token_url": f"{ISSUER}/oauth/token",
        "registry_url": "http://registry.test",
        "eligibility_url": "http://eligibility.test",
        "payout_url": "http://payout.test",
    }
)
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Services:
    """The three services as tests have them: an answer by `service METHOD path`, and every request that came."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request; what a test says nothing of does not exist."""
        await request.aread()
        self.asked.append(request)
        service = request.url.host.removesuffix(".test")
        answer = self.answers.get(f"{service} {request.method} {request.url.path}")
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            return problem(404, "not-found", "Not found")
        found: httpx.Response = answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)
        return found

    def bodies(self, path: str) -> list[bytes]:
        """Return what was sent to `path`, in order."""
        return [each.content for each in self.asked if each.url.path == path]


def problem(status: int, code: str, title: str, **more: Any) -> httpx.Response:
    """Return a service's refusal."""
    body = {"type": f"urn:ecommerce-subsidies:problem:{code}", "title": title, "status": status, **more}
    return httpx.Response(status, json=body)


def app(services: Services, tokens: Tokens) -> FastAPI:
    """Return the desk over `services`."""
    return build(SETTINGS, token_verifier=tokens.verifier, clock=tokens.clock, transport=httpx.MockTransport(services))


def cookie(clock: FixedClock, *, scopes: frozenset[str] = frozenset(), expires_in: int = 3_600, **named: Any) -> str:
    """Return the cookie of somebody who is signed in, with the token that services get, if one matters."""
    sessions = Sessions(lambda *_: None, key=KEY, secure=False, clock=clock)  # type: ignore[arg-type]
    until = int(clock.now().timestamp()) + expires_in
    person = Person(named.pop("token", "token"), until, named.pop("subject", "commerce-maker"), "张三", scopes, **named)
    return sessions._sealed({PERSON: person.stored()}).partition(";")[0]


def browser(desk: FastAPI, cookie: str = "", headers: Mapping[str, str] | None = None) -> httpx.AsyncClient:
    """Return a browser at the desk; it sends what browsers send with a request from the same site."""
    own = {"Accept-Language": "zh-CN", "Sec-Fetch-Site": "same-origin", **({"Cookie": cookie} if cookie else {})}
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(desk, raise_app_exceptions=True), base_url=URL, headers=own | dict(headers or {})
    )
