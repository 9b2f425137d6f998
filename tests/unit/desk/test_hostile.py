"""What somebody without a session, or a link made by somebody else, sends to the desk: an answer, never a fault."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from joserfc.jwk import KeySet

from services.desk.acts.domain import Act, body_of
from services.desk.acts.library import ACTS
from services.desk.app import ROUTERS
from services.desk.clients.base import path_of
from services.desk.sign_in import here
from shared.clock import FixedClock
from shared.errors import NotFound, Unavailable
from tests.support.desk import Services, app, browser, cookie
from tests.support.tokens import Tokens

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
SIGNED_IN = cookie(CLOCK)
TEXTS = (
    *("..", ".", "/", "\\", "//[", "\0", "\r\nX: y", "%00", "'", '"><script>', "{x}", "%s", "，", ",", "%", "-", "1/0", "1e9999"),
    *("٣", "²", "NaN", "9" * 5_000, "[" * 5_000, '{"a":1}', "\N{RIGHT-TO-LEFT OVERRIDE}x", "x" * 70_000),
)  # fmt: skip
FORM = {"part.decision_id": "7", "reason": "核对无误", "key": "k", "back": "/decisions/7"}
REJECT = "/acts/eligibility/reject_decision"


Asks = Callable[[httpx.AsyncClient], Any]


def asks(method: str, path: str, **more: Any) -> Asks:
    """Return a request that a browser makes."""
    return lambda client: client.request(method, path, **more)


def answers(requests: Iterable[Asks], session: str = SIGNED_IN) -> list[httpx.Response]:
    """Return what the desk answers, one after the other; a fault of the desk is raised."""

    async def run() -> list[httpx.Response]:
        async with browser(desk(Services()), session) as client:
            return [await each(client) for each in requests]

    return asyncio.run(run())


def desk(services: Services) -> FastAPI:
    return app(services, Tokens(CLOCK))


def pages() -> list[APIRoute]:
    routes = [each for router in ROUTERS for each in router.routes]
    found = [each for each in routes if isinstance(each, APIRoute) and "GET" in (each.methods or ())]
    assert len(found) > 50
    return found


@pytest.mark.parametrize("text", ["..", "\0", '"><script>' + "9" * 5_000])
def test_every_page_answers_whatever_its_address_says(text: str) -> None:
    requests = []
    for route in pages():
        path = route.path
        for name in route.param_convertors:
            path = path.replace(f"{{{name}}}", "".join(f"%{byte:02X}" for byte in text.encode()))
        names = [each.alias for each in route.dependant.query_params]
        requests.append(asks("GET", path, params=dict.fromkeys(names, text)))
    found = answers(requests)
    assert {each.status_code for each in found} <= {200, 303, 401, 403, 404, 422, 503}
    assert not any("<script>" in each.text for each in found)


@pytest.mark.parametrize(
    ("service", "operation"), [(service, operation) for service, acts in ACTS.items() for operation in acts]
)
def test_every_form_is_read_whatever_its_fields_say(service: str, operation: str) -> None:
    act: Act = ACTS[service][operation]
    for text in TEXTS:
        for number in ("0", "9" * 5_000, "٣"):
            names = [each.name.replace("*", number).replace("+", "x") for each in act.fields]
            body_of(act, {name: [text] for name in names})


@pytest.mark.parametrize("text", TEXTS)
def test_every_part_of_a_form_is_answered(text: str) -> None:
    forms = [FORM | {name: text} for name in (*FORM, "part.other", "part.key", "part.body", "query.body", "etag")]
    found = answers([asks("POST", REJECT, data=form) for form in forms])
    assert {each.status_code for each in found} <= {404, 422, 503}


def test_probes_and_metrics_refuse_by_name() -> None:
    tokens = Tokens(CLOCK)
    made = app(Services(), tokens)

    async def ask(path: str, **headers: str) -> int:
        async with browser(made, headers=headers) as client:
            return (await client.get(path)).status_code

    answered = [
        asyncio.run(ask("/metrics", **headers))
        for headers in (
            {},
            {"Authorization": "Bearer x.y.z"},
            tokens.bearer(scope="facts:read"),
            tokens.bearer(scope="metrics:read"),
        )
    ]
    assert answered == [401, 401, 403, 200]
    tokens.verifier._keys = NoKeys()
    assert [asyncio.run(ask(path)) for path in ("/healthz", "/readyz")] == [200, 503]


class NoKeys:
    """The keys of an identity provider that has never answered."""

    def get(self) -> KeySet:
        """There are none."""
        raise Unavailable

    def refresh(self) -> bool:
        """Nothing comes."""
        return False


def test_a_form_without_its_parts_is_no_page() -> None:
    [answer] = answers([asks("POST", REJECT, data={"reason": "核对无误"})])
    assert answer.status_code == 404


@pytest.mark.parametrize("part", ["..", ".", ""])
def test_a_part_of_a_path_leads_to_no_other_path(part: str) -> None:
    with pytest.raises(NotFound):
        path_of("/v1/decisions/{decision_id}/approve", decision_id=part)


@pytest.mark.parametrize(
    "path", ["//[", "/\t/evil.test", "/\n//evil.test", "///evil.test", "/ /evil.test\\", " //evil.test"]
)
def test_a_link_that_no_parser_takes_leads_into_the_desk(path: str) -> None:
    assert here(path) == "/"


def test_a_host_is_never_repeated() -> None:
    found = answers([asks("GET", f"{each.path}/", headers={"Host": "evil.test"}) for each in pages()])
    assert not [each for each in found if "evil.test" in each.headers.get("location", "") + each.text]


@pytest.mark.parametrize("session", ["", SIGNED_IN])
@pytest.mark.parametrize(
    "path", ["/language", "/sign-out", REJECT, "/acts/registry/start_import", "/what-if", "/what-if/impact"]
)
def test_no_more_of_a_form_is_taken_than_it_may_have(path: str, session: str) -> None:
    """Whoever is not signed in sends no file: nobody fills the disk from outside."""
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 40_000_000:
            sent += 65_536
            yield b"x" * 65_536

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    [answer] = answers([asks("POST", path, content=endless(), headers=headers)], session)
    assert answer.status_code in (200, 400, 401, 413)
    assert sent <= (2_200_000 if not session else 27_000_000)


@pytest.mark.parametrize("path", ["/acts/registry/start_import", "/what-if"])
def test_a_file_of_whoever_is_not_signed_in_is_not_taken(path: str) -> None:
    services = Services()

    async def run() -> httpx.Response:
        async with browser(desk(services)) as client:
            return await client.post(path, files={"file": ("a.csv", b"x" * 3_000_000)})

    answer = asyncio.run(run())
    assert answer.status_code == 401 and services.asked == []


HEADS = (
    *(b"{}", b"[]", b"null", b'"x"', b"[" * 3_000, b"\xff", b'{"alg":"dir","enc":"A256GCM","zip":"DEF"}', b'{"alg":"none"}'),
    *(b'{"alg":["dir"],"enc":{"a":1}}', b'{"alg":"A256KW","enc":"A256GCM"}', b'{"alg":"dir","enc":"A128CBC-HS256"}'),
    *(b'{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":9999999999,"p2s":"AAAA"}', b'{"alg":"dir","crit":["x"]}'),
    *(b'{"alg":"ECDH-ES","enc":"A256GCM","epk":{}}', b'{"alg":"A256GCMKW","enc":"A256GCM","iv":1,"tag":2}'),
)  # fmt: skip


def test_a_cookie_that_is_made_up_is_nobody() -> None:
    requests = []
    for head in HEADS:
        for rest in (".AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", "A.A.A.A", "...", "!.?.x.y"):
            cookie = f"desk={base64.urlsafe_b64encode(head).decode().rstrip('=')}.{rest}"
            requests.append(asks("GET", "/jobs", headers={"Cookie": cookie}))
    assert {each.status_code for each in answers(requests, "")} == {401}


def test_a_link_cannot_say_that_something_was_done() -> None:
    [answer] = answers([asks("GET", "/jobs", params={"done": "Approve", "told": "x"})])
    assert answer.status_code == 200 and 'class="done"' not in answer.text


def test_what_was_done_is_told_once() -> None:
    services = Services({"eligibility POST /v1/decisions/7/reject": {"id": "7"}})

    async def run() -> list[str]:
        async with browser(desk(services), SIGNED_IN) as client:
            done = await client.post(REJECT, data=FORM)
            del client.headers["Cookie"]
            client.cookies.update(done.cookies)
            return [(await client.get("/jobs")).text for _ in range(2)]

    first, second = asyncio.run(run())
    assert 'class="done"' in first and 'class="done"' not in second


def test_a_form_that_a_link_filled_in_shows_what_it_is_about() -> None:
    [answer] = answers(
        [lambda client: client.get(REJECT, params={"part.decision_id": "0192-of-another", "reason": "x"})]
    )
    assert 'href="/decisions/0192-of-another"' in answer.text
    [answer] = answers(
        [lambda client: client.get(REJECT, params={"part.decision_id": '../sign-out?x="><b>', "reason": "x"})]
    )
    assert "/decisions/..%2Fsign-out%3Fx%3D%22%3E%3Cb%3E" in answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "/acts/payout/confirm_appropriation?part.appropriation_id=",
            '<a href="/appropriations" target="_blank">下达预算指标</a>',
        ),
        ("/acts/payout/confirm_repayment?part.recovery_id=1&part.repayment_id=", " 退款"),
    ],
)
def test_a_form_shows_no_identifier(form: str, said: str) -> None:
    number = "0198c5b2-7d3e-7a41-9c55-000000000001"
    [answer] = answers([lambda client: client.get(f"{form}{number}")])
    assert said in answer.text and f">{number}<" not in answer.text
