"""The front of the desk: who is let in, what other sites cannot do, what a session is and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import uvicorn

from services.desk.app import KEPT_SECONDS
from services.desk.front import CONTENT_SECURITY_POLICY
from services.desk.sign_in import here
from shared.clock import FixedClock
from tests.support.desk import Services, app, browser, cookie, problem
from tests.support.tokens import Tokens

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
EMPTY: dict[str, Any] = {"items": [], "counts": {}, "next_cursor": None}
TASKS = {f"{service} GET /v1/tasks": EMPTY for service in ("registry", "eligibility", "payout")}


def at_desk(services: Services, use: Callable[[httpx.AsyncClient], Awaitable[Any]], **signed_in: Any) -> Any:
    async def run() -> Any:
        sent = cookie(CLOCK, **signed_in) if signed_in else ""
        async with browser(app(services, Tokens(CLOCK)), sent) as client:
            return await use(client)

    return asyncio.run(run())


def test_nobody_sees_a_page_before_signing_in_and_is_led_back_to_it_after() -> None:
    services = Services(dict(TASKS))
    answer = at_desk(services, lambda client: client.get("/jobs?of=me"))
    assert answer.status_code == 401 and services.asked == []
    assert 'href="/sign-in?next=/jobs%3Fof%3Dme"' in answer.text


def test_a_session_calls_with_the_persons_own_token_and_language() -> None:
    services = Services(dict(TASKS))
    answer = at_desk(services, lambda client: client.get("/"), subject="commerce-maker")
    assert answer.status_code == 200 and "张三" in answer.text
    assert {each.headers["authorization"] for each in services.asked} == {"Bearer token"}
    assert {each.headers["accept-language"] for each in services.asked} == {"zh-CN"}


@pytest.mark.parametrize(
    "changed",
    [lambda c: c[:-4] + "AAAA", lambda c: c.replace("desk=", "desk=x"), lambda _: "desk=", lambda _: "desk=a.b.c.d.e"],
)
def test_a_cookie_that_is_not_the_desks_own_is_nobody(changed: Callable[[str], str]) -> None:
    async def run() -> httpx.Response:
        async with browser(app(Services(dict(TASKS)), Tokens(CLOCK)), changed(cookie(CLOCK))) as client:
            return await client.get("/")

    assert asyncio.run(run()).status_code == 401


def test_a_session_ends_with_its_token() -> None:
    assert at_desk(Services(dict(TASKS)), lambda client: client.get("/"), expires_in=0).status_code == 401


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "", "Origin": "http://desk.test"}, False),
    ],
)
def test_another_site_cannot_act(headers: dict[str, str], is_let_in: bool) -> None:
    services = Services({"eligibility POST /v1/decisions/7/reject": {"id": "7"}})
    form = {"part.decision_id": "7", "reason": "核对无误", "key": "k", "back": "/decisions/7"}
    answer = at_desk(
        services,
        lambda client: client.post("/acts/eligibility/reject_decision", data=form, headers=headers),
        subject="x",
    )
    assert (answer.status_code, len(services.asked)) == ((303, 1) if is_let_in else (403, 0))


@pytest.mark.parametrize(("origin", "status"), [("http://desk.test", 303), ("http://evil.test", 403), (None, 403)])
def test_an_old_browser_is_known_by_its_origin(origin: str | None, status: int) -> None:
    async def use(client: httpx.AsyncClient) -> httpx.Response:
        del client.headers["Sec-Fetch-Site"]
        return await client.post("/language", data={"language": "en"}, headers={"Origin": origin} if origin else {})

    assert at_desk(Services(), use, subject="x").status_code == status


def test_every_answer_says_what_a_browser_may_do_with_it() -> None:
    for path in ("/", "/static/desk.css", "/nowhere", "/healthz"):

        async def use(client: httpx.AsyncClient, path: str = path) -> httpx.Response:
            return await client.get(path)

        headers = at_desk(Services(dict(TASKS)), use).headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY and "unsafe" not in CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert ("immutable" in headers["cache-control"]) == path.startswith("/static")


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/rounds/1?state=a", "/rounds/1?state=a"),
        ("//evil.test/", "/"),
        ("https://evil.test/", "/"),
        ("/\\evil.test", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_a_link_leads_nowhere_but_into_the_desk(path: str | None, leads_to: str) -> None:
    assert here(path) == leads_to


def test_a_service_that_is_down_is_named_and_the_rest_is_shown() -> None:
    tasks = {**EMPTY, "items": [{**TASK, "title": "审核公示"}], "counts": {"approval": 1}}
    answers = {**TASKS, "eligibility GET /v1/tasks": tasks, "payout GET /v1/tasks": httpx.ConnectError("gone")}
    answer = at_desk(Services(answers), lambda client: client.get("/"), subject="x")
    assert answer.status_code == 200
    assert "“资金兑付”暂时没有应答" in answer.text and "审核公示" in answer.text


TASK = {
    "kind": "approval",
    "title": "",
    "subject": "1",
    "link": "/v1/rounds/1",
    "count": 1,
    "waiting_since": "2026-03-01T00:00:00Z",
    "due_on": "2026-03-06",
    "overdue": False,
}


def test_markup_in_a_name_is_text() -> None:
    tasks = {**EMPTY, "items": [{**TASK, "title": "<script>alert(1)</script>"}]}
    answer = at_desk(Services({**TASKS, "registry GET /v1/tasks": tasks}), lambda client: client.get("/"), subject="x")
    assert "&lt;script&gt;" in answer.text and "<script>alert" not in answer.text


FORM = {"part.decision_id": "7", "reason": "核对无误", "key": "first", "back": "/decisions/7"}
PATH = "/v1/decisions/7/reject"


def act(answer: Any, form: dict[str, str] = FORM) -> tuple[httpx.Response, Services]:
    services = Services({f"eligibility POST {PATH}": answer})
    return at_desk(
        services, lambda client: client.post("/acts/eligibility/reject_decision", data=form), subject="x"
    ), services


def test_an_act_is_done_once_by_its_key_and_leads_back() -> None:
    answer, services = act({"id": "7"})
    assert answer.headers["location"] == "/decisions/7"
    [request] = services.asked
    assert request.headers["idempotency-key"] == "first" and b"\xe6\xa0\xb8" in request.content


def test_what_is_missing_is_asked_for_before_anything_is_sent() -> None:
    answer, services = act({"id": "7"}, {**FORM, "reason": " "})
    assert answer.status_code == 422 and services.bodies(PATH) == []
    assert 'aria-invalid="true"' in answer.text and 'name="key" value="first"' in answer.text


def test_a_session_that_ended_in_the_middle_loses_nothing() -> None:
    answer, _ = act(problem(401, "unauthenticated", "需要有效的访问令牌"))
    assert answer.status_code == 401
    assert "核对无误" in answer.text and 'name="key" value="first"' in answer.text and "重新登录" in answer.text


def test_a_service_that_fell_silent_is_asked_again_with_the_same_key() -> None:
    for silent in (httpx.ReadTimeout("late"), httpx.Response(502, text="<html>")):
        answer, _ = act(silent)
        assert answer.status_code == 503
        assert "核对无误" in answer.text and 'name="key" value="first"' in answer.text


def test_whoever_was_too_late_sees_what_is_now_and_what_is_possible() -> None:
    refusal = problem(
        409, "conflict", "与当前状态冲突", detail="已被他人办理。", state="approved", possible=["suspend"]
    )
    answer, _ = act(refusal)
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("已被他人办理。", "现在可以办理", "核对无误"))
    assert 'name="key" value="first"' not in answer.text


def test_what_cannot_be_done_any_more_is_not_offered_again() -> None:
    refusal = problem(409, "conflict", "与当前状态冲突", detail="已作出。", state="issued", possible=[])
    answer, _ = act(refusal)
    assert answer.status_code == 409 and 'action="/acts/' not in answer.text
    assert all(text in answer.text for text in ("核对无误", "查看目前情况")), "what was entered can be copied"


def test_a_state_is_called_as_where_it_is_met() -> None:
    path = "/v1/refusals/7/issue"
    refusal = problem(409, "conflict", "与当前状态冲突", detail="已作出。", state="issued", possible=[])
    form = {"part.refusal_id": "7", "key": "first", "back": "/refusals/7"}
    answer = at_desk(
        Services({f"eligibility POST {path}": refusal}),
        lambda client: client.post("/acts/eligibility/issue_refusal", data=form),
        subject="x",
    )
    assert "当前状态：已作出" in answer.text, "the word of a payment order is another one"


def test_a_mistake_stands_at_its_field() -> None:
    errors = [{"pointer": "/reason", "code": "too_long", "message": "最多 500 个字"}]
    answer, _ = act(problem(422, "invalid", "请求无效", errors=errors))
    assert answer.status_code == 422 and 'id="reject_decision-reason-mistake">最多 500 个字' in answer.text


MATTERS = {
    "decision_id": (
        "eligibility GET /v1/decisions/7",
        {"payee": {"name": "丽水<样例>"}, "award": "courier-rent", "award_year": 2023, "entitlement_fen": 5_000_000},
        "丽水&lt;样例&gt; · 2023年度快递企业租房补贴 · 50,000.00 元",
    ),
    "order_id": (
        "payout GET /v1/payment-orders/7",
        {"payee": {"name": "丽水样例"}, "award": "courier-rent", "unit": "city", "amount_fen": 100},
        "丽水样例 · 快递企业租房补贴 · 市本级 · 1.00 元",
    ),
    "recovery_id": (
        "payout GET /v1/recoveries/7",
        {"payee": {"name": "丽水样例"}, "unit": "liandu", "amount_fen": 300, "outstanding_fen": 200},
        "丽水样例 · 莲都区 · 2.00 元",
    ),
    "uscc": (
        "registry GET /v1/enterprises",
        {"items": [{"name": "丽水样例"}], "next_cursor": None},
        "丽水样例",
    ),
}
"""By what a form is of: what its service answers, and how the form names it."""


@pytest.mark.parametrize("kind", MATTERS)
def test_a_form_on_a_page_of_its_own_says_whose_matter_it_is(kind: str) -> None:
    asked, answer, words = MATTERS[kind]
    shown = at_desk(Services({asked: answer}), lambda client: client.get(FORMS[kind]), subject="x")
    assert f">{words}</a>" in shown.text


FORMS = {
    "decision_id": "/acts/eligibility/reject_decision?part.decision_id=7",
    "order_id": "/acts/payout/approve_payment_order?part.order_id=7",
    "recovery_id": "/acts/payout/write_off_recovery?part.recovery_id=7",
    "uscc": "/acts/payout/hold_payee?part.uscc=91331100MA2000061E",
}


@pytest.mark.parametrize("silent", [None, httpx.ConnectError("gone"), problem(403, "missing-scope", "无权")])
def test_a_form_is_shown_though_its_matter_cannot_be_read(silent: Any) -> None:
    services = Services({"eligibility GET /v1/decisions/7": silent})
    shown = at_desk(services, lambda client: client.get(FORMS["decision_id"]), subject="x")
    assert shown.status_code == 200
    assert '<a href="/decisions/7" target="_blank">决定</a>' in shown.text and 'name="reason"' in shown.text


def test_a_form_that_is_refused_says_whose_matter_it_is() -> None:
    asked, matter, words = MATTERS["decision_id"]
    refusal = problem(409, "conflict", "与当前状态冲突", detail="已被他人办理。")
    services = Services({asked: matter, f"eligibility POST {PATH}": refusal})
    sent = at_desk(services, lambda client: client.post("/acts/eligibility/reject_decision", data=FORM), subject="x")
    assert sent.status_code == 409 and words in sent.text


@pytest.mark.parametrize("path", ["/nowhere", "/rounds?cursor=", "/imports/1?limit=x", "/budgets/city/never"])
def test_a_mistyped_address_is_answered_by_a_page(path: str) -> None:
    answer = at_desk(Services(dict(TASKS)), lambda client: client.get(path), subject="x")
    assert answer.headers["content-type"].startswith("text/html")


def test_the_desk_lets_idle_connections_go_before_the_services_close_them() -> None:
    assert uvicorn.Config("services.registry.app:build").timeout_keep_alive > KEPT_SECONDS


@pytest.mark.parametrize("room", ["/money", "/audit", "/what-if", "/rounds"])
def test_a_room_in_which_a_person_may_see_nothing_is_not_there_for_them(room: str) -> None:
    services = Services(dict(TASKS))
    answer = at_desk(services, lambda client: client.get(room), subject="enterprise:91331100MA2000061E")
    assert answer.status_code == 404 and "不属于您的查看范围" in answer.text
    assert services.asked == [], "nothing is asked for a page that is not shown"
