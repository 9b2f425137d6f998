"""Cases in a real browser: a decision, its refusals and evaluations, and the enterprise's own room."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor

ENTERPRISE = "91331100MA2000061E"


@pytest.fixture(scope="module")
def decision(decided: DemoClient) -> dict[str, Any]:
    """The decision on the award of the enterprise, among those that other tests make."""
    every = decided.items("auditor", "eligibility:/v1/decisions", award="courier-rent", award_year=2023)
    return next(each for each in every if each["payee"]["uscc"] == ENTERPRISE)


def looks_well(visitor: Visitor, path: str, name: str) -> str:
    """Open a page that everybody can use, keep its picture, and return what it says."""
    visitor.go(path)
    assert visitor.findings() == []
    assert visitor.overflow_on_a_phone() == 0
    assert visitor.troubles == []
    visitor.keep(name)
    return visitor.text()


@pytest.mark.parametrize(
    "person", ["commerce-maker", "commerce-checker", "finance-checker", "liandu-officer", "auditor"]
)
def test_a_case_offers_each_officer_what_eligibility_lists(
    person: str, sign_in: Callable[[str], Visitor], decided: DemoClient, decision: dict[str, Any]
) -> None:
    visitor = sign_in(person)
    text = looks_well(visitor, f"/decisions/{decision['id']}", f"case-{person}")
    assert "2023年度快递企业租房补贴" in text and "第（四）条第一款第三句" in text
    possible = set(decided.get(person, f"eligibility:/v1/decisions/{decision['id']}")["possible_acts"])
    offered = set(re.findall(r'action="/acts/eligibility/(\w+)"', visitor.page.content()))
    assert offered == possible - {"get_decision_letter", "replay_decision"}
    assert ("下载 DOCX" in text) is ("get_decision_letter" in possible)


def test_an_auditor_finds_the_receipt_computed_again(
    sign_in: Callable[[str], Visitor], decision: dict[str, Any]
) -> None:
    visitor = sign_in("auditor")
    visitor.go(f"/decisions/{decision['id']}")
    visitor.page.click("main a[href$='/receipt']")
    assert "结果一致" in looks_well(visitor, visitor.page.url.removeprefix(visitor.url), "receipt")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/decisions?award=courier-rent&state=approved", "丽水样例"),
        ("/refusals", "拟定不予兑现告知"),
        (f"/assessments/{ENTERPRISE}?year=2022", "2022年度"),
        ("/evaluations/{evaluation_id}", "认定情况"),
        ("/evaluations/{evaluation_id}/outcomes?result=granted", "丽水样例"),
    ],
)
def test_lists_evaluations_and_assessments_can_be_used(
    path: str, said: str, sign_in: Callable[[str], Visitor], decision: dict[str, Any]
) -> None:
    name = path.strip("/").partition("?")[0].replace("/{evaluation_id}", "").replace("/", "-")
    assert said in looks_well(sign_in("commerce-maker"), path.format_map(decision), name)


def test_what_an_evaluation_without_a_round_proposes_is_approved_together(
    sign_in: Callable[[str], Visitor], decided: DemoClient
) -> None:
    today = calendar_date(SystemClock().now()).isoformat()
    facts = {"parcels": 4_000_000, "operating_days": 365, "rent_fen": 20_000_000}
    decided.record("courier_years", [{"uscc": ENTERPRISE, "year": 2024, **facts}], "sample")
    maker, checker = sign_in("commerce-maker"), sign_in("commerce-checker")
    maker.go("/decisions")
    maker.act("start_evaluation", {"award_years": "2024", "decided_on": today, "scope": ENTERPRISE})
    maker.done()
    assert "新拟定" in maker.follow("查看结果")
    checker.go("/")
    checker.follow(f"{today}认定的拟定")
    looks_well(checker, checker.page.url.removeprefix(checker.url), "approve-together")
    checker.act("start_approval", {"reason": "核对无误"}, within="#approval")
    checker.done()
    assert checker.page.locator("dd strong").inner_text() == "1"


def test_an_enterprise_finds_its_award_and_reads_why_in_its_own_words(
    sign_in: Callable[[str], Visitor], decision: dict[str, Any]
) -> None:
    visitor = sign_in(ENTERPRISE)
    assert "本单位的奖补" in looks_well(visitor, "/own", "own")
    visitor.page.click(f"main a[href='/decisions/{decision['id']}']")
    text = looks_well(visitor, visitor.page.url.removeprefix(visitor.url), "case-own")
    assert "本项奖补已核准" in text and "commerce-maker" not in text


def sent(visitor: Visitor, operation: str, **fields: str) -> str:
    """Fill in the form of an act on the page, send it, and return what the page then says."""
    form = visitor.page.locator(f"form[action$='/{operation}']")
    if not form.is_visible():
        visitor.page.locator("details.act", has=form).locator("summary").click()
    for name, value in fields.items():
        asked = form.locator(f"[name={name}]")
        if asked.evaluate("each => each.tagName") == "SELECT":
            asked.select_option(value)
        else:
            asked.fill(value)
    form.locator("button").click()
    visitor.page.wait_for_load_state()
    return visitor.text()


def test_a_refusal_is_drawn_up_stated_on_and_issued_by_three_persons(
    sign_in: Callable[[str], Visitor], decided: DemoClient
) -> None:
    row = {"uscc": ENTERPRISE, "year": 2022, "parcels": 3_000_000, "operating_days": 365, "rent_fen": 48_000_000}
    decided.post("data-platform", "registry:/v1/datasets/courier_years/records", row)
    maker = sign_in("commerce-maker")
    maker.go("/refusals")
    assert "不符合" in sent(maker, "draw_up_refusal", award="courier-rent", subject=ENTERPRISE, award_year="2022")
    path = maker.page.url.removeprefix(maker.url).partition("?")[0]
    enterprise, checker = sign_in(ENTERPRISE), sign_in("commerce-checker")
    looks_well(enterprise, path, "refusal-own")
    assert "漏计一个分支" in sent(enterprise, "state_on_refusal", statement="漏计一个分支")
    checker.go(path)
    assert "漏计一个分支" in checker.text()
    assert "已作出" in sent(checker, "issue_refusal")
    assert "告知书" in looks_well(checker, path, "refusal")
