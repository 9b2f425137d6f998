"""A case at the desk: what it shows to whom, what it offers, and what it does without."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.desk.acts.domain import Act, Field, body_of
from services.desk.downloads import passed_on
from shared.clock import FixedClock
from tests.support.desk import Services, app, browser, cookie, problem
from tests.support.tokens import Tokens

CLOCK = FixedClock(datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
CODE, DECISION, AWARD, ORDER = "91331100MA2000061E", "d-1", "a-1", "o-1"
ARTICLE = {"kind": "article", "code": "4.1.3", "title": "第三句", "text": "每年给予30%的租房补贴", "document": None}
ROW = {
    "dataset": "courier_years",
    "title": "",
    "key": {"uscc": CODE, "year": 2023},
    "text": "年度情况 2023",
    "source": "邮政",
}
CONDITION = {
    "name": "daily-parcels",
    "basis": ARTICLE,
    "title": "日均发件量",
    "result": "met",
    "sentence": "10,314 件/日，达到 10,000 件/日",
    "would_take": None,
    "readings": {"daily_average": "calendar_days"},
    "facts": [ROW | {"recorded_on": "2024-02-01", "revision": 8}],
}
#: One of two ways was enough; each consists of conditions of its own.
EITHER: dict[str, Any] = {
    **CONDITION,
    "title": "入驻比例",
    "sentence": "符合其中的：营业面积",
    "comparison": {"code": "any"},
    "facts": [],
    "within": [
        {
            **CONDITION,
            "title": "营业面积",
            "comparison": {"code": "all"},
            "within": [CONDITION | {"sentence": "800 ÷ 1,000 = 80%"}],
        },
        {**CONDITION, "title": "经营户", "result": "failed", "sentence": "经营户 6 户", "would_take": "再增加 1 户"},
    ],
}
EXPLANATION: dict[str, Any] = {
    "payee": {"uscc": CODE, "name": "丽水样例"},
    "sentence": "给予奖补 100 元",
    "titles": {"flags": ["失信"]},
    "kind": "cash",
    "conditions": [
        CONDITION,
        {**CONDITION, "title": "合并", "comparison": {"code": "all"}, "facts": [], "within": [CONDITION]},
        EITHER,
    ],
    "amount": [{"name": "result", "sentence": "合计 100 元"}],
    "parts": [{"title": "各笔贷款", "rule": "本金 × 天数", "columns": {"loan_id": "编号"}, "rows": [], "texts": []}],
    "readings": [{"name": "daily_average", "title": "天数", "value_title": "日历天数", "basis": None}],
    "provenance": "complete",
    "redacted": 0,
}
STEP = {"actor": "payout", "unit": "city", "amount_fen": 7_700}
MONEY: dict[str, Any] = {
    "shares": [
        {"unit": "city", "entitlement_fen": 10_000, "ordered_fen": 10_000, "paid_fen": 7_700, "to_recover_fen": 0}
    ],
    "orders": [
        {"id": ORDER, "unit": "city", "due_year": 2026, "amount_fen": 10_000, "state": "settled", "waiting_for": None}
    ],
    "recoveries": [],
    "steps": [
        {**STEP, "at": "2026-03-01T03:00:00Z", "step": "recognised", "reference": None},
        {**STEP, "at": "2026-03-01T04:00:00Z", "step": "bank_settled", "reference": ORDER},
    ],
}


def decided(**changes: Any) -> dict[str, Any]:
    act = {"reason": None, "step": None, "state": "proposed"}
    return {
        "id": DECISION,
        "award_id": AWARD,
        "evaluation_id": "e-1",
        "version": None,
        "state": "proposed",
        "award": "courier-rent",
        "article": "第（四）条",
        "subject": CODE,
        "award_year": 2023,
        "payee": {"uscc": CODE, "name": "丽水样例"},
        "jurisdiction": "liandu",
        "result": "granted",
        "kind": "cash",
        "entitlement_fen": 10_000,
        "instalments": [{"due_year": 2026, "amount_fen": 10_000}],
        "decided_on": "2026-03-01",
        "reason": "initial",
        "flags": [],
        "proposed_by": "commerce-maker",
        "proposed_at": "2026-03-01T02:00:00Z",
        "fact_authors": [],
        "notice_id": None,
        "noticed_on": None,
        "round_id": None,
        "waiting_for": ["review:statistics"],
        "steps": [
            {"step": "review:statistics", "due_on": "2026-03-09", "outcome": None, "reason": None, "acted_at": None}
        ],
        "acts": [
            {"act": "propose", "actor": "commerce-maker", "acted_at": "2026-03-01T02:00:00Z", **act},
            {"act": "suspend", "actor": "officer-li", "acted_at": "2026-03-01T03:30:00Z", **act},
        ],
        "possible_acts": [],
        **changes,
    }


def answers(**changes: Any) -> dict[str, Any]:
    return {
        f"eligibility GET /v1/decisions/{DECISION}": decided(**changes),
        f"eligibility GET /v1/decisions/{DECISION}/explanation": deepcopy(EXPLANATION),
        "eligibility GET /v1/decisions": {"items": [], "next_cursor": None},
        f"payout GET /v1/awards/{AWARD}": MONEY,
        "registry GET /v1/datasets/payee_accounts/records": {"items": [], "next_cursor": None},
        "registry GET /v1/drafts": {"items": [], "next_cursor": None},
    }


def shown(path: str, services: Services, **person: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with browser(app(services, Tokens(CLOCK)), cookie(CLOCK, **person)) as client:
            return await client.get(path)

    return asyncio.run(run())


def forms_of(text: str) -> set[str]:
    return set(re.findall(r'action="/acts/eligibility/(\w+)"', text))


@pytest.mark.parametrize(
    "possible",
    [[], ["approve_decision", "reject_decision"], ["suspend_decision"], ["resume_decision"], ["confirm_decision"]],
)
def test_a_case_offers_exactly_what_the_service_says_is_possible(possible: list[str]) -> None:
    answer = shown(f"/decisions/{DECISION}", Services(answers(possible_acts=possible)))
    assert (answer.status_code, forms_of(answer.text)) == (200, set(possible))
    assert ("目前没有需要您办理的事项" in answer.text) is (possible == [])


def test_a_reviewer_reviews_as_itself() -> None:
    services = Services(answers(possible_acts=["review_decision"]))
    statistics = shown(f"/decisions/{DECISION}", services, department="statistics")
    assert '<input type="hidden" name="reviewer" value="statistics">' in statistics.text
    assert forms_of(shown(f"/decisions/{DECISION}", services, department="postal").text) == set()


def test_a_case_says_why_beside_the_text_and_links_each_figure() -> None:
    text = shown(f"/decisions/{DECISION}", Services(answers())).text
    for said in (
        "达到 10,000 件/日",
        "每年给予30%的租房补贴",
        "天数：日历天数",
        "合计 100 元",
        "失信",
        "联审：统计部门",
        "77.00",
        "营业面积",
        "日均发件量：800 ÷ 1,000 = 80%",
        "经营户 6 户",
        "本金 × 天数",
        "没有记录。",
    ):
        assert said in text
    row = f"/datasets/courier_years/history?uscc={CODE}&amp;year=2023"
    for link in (row, f"/enterprises/{CODE}", "/evaluations/e-1", f"/payment-orders/{ORDER}", f"/awards/{AWARD}"):
        assert f'href="{link}"' in text
    assert "再增加 1 户" not in text, "another way was enough"
    assert text.count(row) == 1, "a row that several conditions use stands once"


def test_acts_and_money_are_one_story_by_time() -> None:
    text = shown(f"/decisions/{DECISION}", Services(answers())).text
    times = re.findall(r'<time datetime="([^"]+)"', text)
    assert len(times) == 4 and times == sorted(times)


def test_an_enterprise_sees_its_case_without_what_is_internal() -> None:
    text = shown(f"/decisions/{DECISION}", Services(answers()), uscc=CODE, subject=f"enterprise:{CODE}").text
    assert "有关部门正在联审" in text
    for internal in ("commerce-maker", "officer-li", "/evaluations/", "确认应付", "/receipt"):
        assert internal not in text


def test_an_enterprise_sees_the_drafted_account_that_its_answer_confirms() -> None:
    account = {"account_holder": "丽水样例", "account_number": "****0123", "bank_code": "1", "since": "2020-01-01"}
    found = answers(possible_acts=["confirm_decision"]) | {
        "registry GET /v1/drafts": {"items": [{"id": "f-1"}]},
        "registry GET /v1/drafts/f-1": {"items": [{"before": None, "after": account}]},
    }
    text = shown(f"/decisions/{DECISION}", Services(found), uscc=CODE).text
    assert "待确认的账户" in text and "****0123" in text


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (httpx.ConnectError("down"), True),
        (problem(403, "forbidden", "no"), False),
        (problem(404, "not-found", "no"), False),
    ],
)
def test_a_case_does_without_payout(missing: object, said: bool) -> None:
    answer = shown(f"/decisions/{DECISION}", Services(answers() | {f"payout GET /v1/awards/{AWARD}": missing}))
    assert answer.status_code == 200 and "合计 100 元" in answer.text
    assert ("暂时没有应答" in answer.text) is said


def test_names_with_markup_are_text() -> None:
    name = "<script>alert(1)</script>"
    text = shown(f"/decisions/{DECISION}", Services(answers(payee={"uscc": CODE, "name": name}))).text
    assert name not in text and "&lt;script&gt;" in text


def test_a_list_passes_on_the_filters_that_it_knows() -> None:
    services = Services({"eligibility GET /v1/decisions": {"items": [decided()], "next_cursor": "next"}})
    query = "state=approved&waiting_for=review:statistics&award=&unknown=1&cursor=before"
    text = shown(f"/decisions?{query}", services).text
    asked = dict(services.asked[0].url.params)
    assert asked == {"state": "approved", "waiting_for": "review:statistics", "limit": "50", "cursor": "before"}
    assert "cursor=next" in text and "state=approved" in text


def test_a_letter_comes_as_the_service_sends_it() -> None:
    headers = {"content-type": "text/html", "content-security-policy": "default-src 'none'", "x-other": "1"}
    sent = httpx.Response(200, content=b"<p>letter</p>", headers=headers)
    answer = shown(
        f"/decisions/{DECISION}/letter", Services({f"eligibility GET /v1/decisions/{DECISION}/letter": sent})
    )
    assert answer.content == b"<p>letter</p>" and "x-other" not in answer.headers
    assert answer.headers["content-security-policy"] == "default-src 'none'"


def test_a_large_file_is_passed_on_piece_by_piece() -> None:
    source = Pieces()

    async def read() -> bytes:
        pieces = passed_on(httpx.Response(200, stream=source)).body_iterator  # type: ignore[attr-defined]
        first = await anext(pieces)
        assert source.given == 1, "the rest is not read before the browser has taken the first piece"
        return b"".join([first, *[piece async for piece in pieces]])

    assert asyncio.run(read()) == b"one,two,three,"
    assert source.is_closed


class Pieces(httpx.AsyncByteStream):
    """A file that counts the pieces that were taken of it."""

    def __init__(self) -> None:
        """Start with none taken."""
        self.given = 0
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the pieces."""
        for piece in (b"one,", b"two,", b"three,"):
            self.given += 1
            yield piece

    async def aclose(self) -> None:
        """Say that it is closed."""
        self.is_closed = True


@pytest.mark.parametrize(("person", "title"), [({}, "拟定不予兑现告知"), ({"uscc": CODE}, "申请出具不予兑现告知书")])
def test_an_act_is_called_in_the_words_of_whoever_does_it(person: dict[str, str], title: str) -> None:
    text = shown("/acts/eligibility/draw_up_refusal", Services(), subject="somebody", **person).text
    assert [re.sub("<.*?>", "", each) for each in re.findall("<h1>.*?</h1>|<button>.*?</button>", text)] == [title] * 2


def test_only_an_enterprise_has_a_room_of_its_own() -> None:
    assert shown("/own", Services()).status_code == 404


def test_an_enterprises_room_does_without_what_does_not_answer() -> None:
    down = {"payout GET /v1/payment-orders": httpx.ConnectError("down")}
    services = Services(down | {"eligibility GET /v1/decisions": {"items": [decided()], "next_cursor": None}})
    text = shown("/own", services, uscc=CODE).text
    assert "有关部门正在联审" in text and f'href="/decisions/{DECISION}"' in text and "暂时没有应答" in text


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("years", "2023，2024 2025", [2023, 2024, 2025]),
        ("lines", " A\r\nB\n\n", ["A", "B"]),
        ("flag", "yes", True),
        ("flag", "no", False),
    ],
)
def test_a_text_is_read_by_its_kind(kind: Any, text: str, value: object) -> None:
    body, mistakes = body_of(Act("", (Field("it", "", kind),)), {"it": [text]})
    assert (body, mistakes) == ({"it": value}, [])


def test_years_that_are_none_are_told() -> None:
    body, [mistake] = body_of(Act("", (Field("it", "", "years"),)), {"it": ["2023 soon"]})
    assert body == {} and mistake.pointer == "it"
