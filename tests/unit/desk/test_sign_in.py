"""Signing in at the demonstration's issuer: who comes out is who went in, and nobody by another's code."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest
from fastapi import FastAPI
from joserfc import jwe
from joserfc.jwk import OctKey

from deploy.local.issuer import create_app
from services.desk.app import build
from shared.clock import SystemClock
from tests.support.desk import KEY, SETTINGS, URL, Services, browser
from tests.support.tokens import ISSUER, Tokens

USCC = "91331100MA2000061E"


class Offices:
    """The desk, the issuer and the services, each reached by its host."""

    def __init__(self) -> None:
        self.tokens = Tokens(SystemClock())
        self.tokens.issuer._secrets["desk"] = SETTINGS.client_secret.get_secret_value()
        self.issuer = httpx.ASGITransport(create_app(self.tokens.issuer, URL))
        self.services = Services()
        self.silent = False

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer what the desk asks."""
        if request.url.host != urlsplit(ISSUER).hostname:
            return await self.services(request)
        if self.silent:
            raise httpx.ConnectError("gone")
        answer = await self.issuer.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

    def desk(self) -> FastAPI:
        return build(
            SETTINGS,
            token_verifier=self.tokens.verifier,
            clock=self.tokens.clock,
            transport=httpx.MockTransport(self),
        )

    def use(self, act: Callable[[httpx.AsyncClient, httpx.AsyncClient], Awaitable[None]]) -> None:
        async def run() -> None:
            provider = httpx.AsyncClient(transport=self.issuer, base_url=ISSUER)
            async with browser(self.desk()) as desk, provider:
                await act(desk, provider)

        asyncio.run(run())


def session(desk: httpx.AsyncClient) -> dict[str, object]:
    sealed = jwe.decrypt_compact(desk.cookies["desk"], OctKey.import_key(KEY)).plaintext
    found: dict[str, object] = orjson.loads(sealed or b"")
    return found


async def chosen(desk: httpx.AsyncClient, provider: httpx.AsyncClient, form: dict[str, str]) -> str:
    """Begin a sign-in, choose who to be, and return where the provider sends the browser."""
    begun = await desk.get("/sign-in?next=/jobs")
    page = await provider.get(begun.headers["location"])
    assert page.status_code == 200
    sent = await provider.post(begun.headers["location"], data=form)
    return sent.headers["location"]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"person": "commerce-maker"}, {"subject": "commerce-maker", "jurisdiction": None, "uscc": None}),
        ({"person": "liandu-officer"}, {"subject": "liandu-officer", "jurisdiction": "liandu"}),
        ({"person": "postal-officer"}, {"subject": "postal-officer", "department": "postal"}),
        ({"person": "enterprise-portal", "uscc": f" {USCC.lower()} "}, {"subject": f"enterprise:{USCC}", "uscc": USCC}),
    ],
)
def test_whoever_is_chosen_is_signed_in_with_a_token_of_their_own(
    form: dict[str, str], expected: dict[str, object]
) -> None:
    offices = Offices()

    async def act(desk: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        back = await desk.get(await chosen(desk, provider, form))
        assert (back.status_code, back.headers["location"]) == (303, "/jobs")
        person = session(desk)["person"]
        assert isinstance(person, dict) and person.items() >= expected.items()
        actor = offices.tokens.verifier.actor(person["token"])
        assert (actor.subject, sorted(actor.scopes)) == (expected["subject"], person["scopes"]) and actor.scopes

    offices.use(act)


def test_a_code_is_good_for_one_session_and_once() -> None:
    async def act(desk: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        address = await chosen(desk, provider, {"person": "commerce-checker"})
        cookie = desk.cookies["desk"]
        desk.cookies.clear()
        assert (await desk.get(address)).status_code == 403  # somebody else's browser: no state, no verifier
        desk.cookies.set("desk", cookie)
        assert (await desk.get(address)).status_code == 303
        desk.cookies.clear()
        desk.cookies.set("desk", cookie)
        assert (await desk.get(address)).status_code == 403  # the code was exchanged

    Offices().use(act)


@pytest.mark.parametrize("changed", ["state", "code"])
def test_an_answer_that_was_changed_signs_nobody_in(changed: str) -> None:
    async def act(desk: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        address = await chosen(desk, provider, {"person": "commerce-checker"})
        answer = await desk.get(re.sub(rf"{changed}=[^&]+", f"{changed}=other", address))
        assert answer.status_code == 403 and "登录未成功" in answer.text
        assert "desk" not in desk.cookies

    Offices().use(act)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("redirect_uri", "http://evil.test/signed-in"),
        ("client_id", "eligibility"),
        ("code_challenge_method", "plain"),
        ("code_challenge", ""),
        ("response_type", "token"),
        ("state", ""),
    ],
)
def test_the_issuer_sends_nobody_where_it_was_not_told(member: str, value: str) -> None:
    async def act(desk: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        begun = await desk.get("/sign-in")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.headers["location"]).query).items()}
        for method in ("GET", "POST"):
            answer = await provider.request(
                method, "/oauth/authorize", params={**asked, member: value}, data={"person": "commerce-checker"}
            )
            assert answer.status_code == 400 and "location" not in answer.headers

    Offices().use(act)


def test_an_enterprise_has_to_be_one() -> None:
    async def act(desk: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        begun = await desk.get("/sign-in")
        for form in (
            {"person": "enterprise-portal", "uscc": "1"},
            {"person": "enterprise-portal"},
            {"person": "desk"},
            {},
        ):
            answer = await provider.post(begun.headers["location"], data=form)
            assert answer.status_code == 422 and 'role="alert"' in answer.text

    Offices().use(act)


def test_an_issuer_that_is_silent_is_named() -> None:
    offices = Offices()

    async def act(desk: httpx.AsyncClient, _: httpx.AsyncClient) -> None:
        offices.silent = True
        answer = await desk.get("/sign-in")
        assert answer.status_code == 503 and "身份认证服务" in answer.text

    offices.use(act)


def test_signing_out_forgets_the_session() -> None:
    async def act(desk: httpx.AsyncClient, provider: httpx.AsyncClient) -> None:
        await desk.get(await chosen(desk, provider, {"person": "auditor"}))
        assert (await desk.get("/jobs")).status_code == 200
        assert "您已退出" in (await desk.post("/sign-out")).text
        assert (await desk.get("/jobs")).status_code == 401

    Offices().use(act)
