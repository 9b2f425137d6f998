"""Rounds, notices, objections, the law, what-if and the audit log in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from stdnum.cn import uscc as codes

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor

POLICY = "lishui-2020-1"
YEAR = 2022
SignIn = Callable[[str], Visitor]


@dataclass(frozen=True)
class Case:
    """A round with three proposals, and the enterprises that they are for."""

    round_id: str
    enterprises: list[str]


def seen(visitor: Visitor, name: str) -> None:
    """Check that everybody can use the page, and keep a picture of it."""
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.findings() == []
    assert visitor.overflow_on_a_phone() == 0
    assert visitor.troubles == []
    visitor.keep(name)


@pytest.fixture(scope="session")
def case(decided: DemoClient) -> Case:
    """A round of couriers that nobody has handled yet."""
    today = calendar_date(SystemClock().now())
    bodies = [f"91331100MA4Q0000{n}" for n in range(1, 4)]
    enterprises = [f"{body}{codes.calc_check_digit(body)}" for body in bodies]
    rows: dict[str, list[dict[str, object]]] = {
        "enterprises": [
            {"uscc": code, "name": f"丽水快递{n}号", "legal_form": "enterprise", "registered_on": "2015-06-01"}
            for n, code in enumerate(enterprises, 1)
        ],
        "locations": [{"uscc": code, "since": "2015-06-01", "jurisdiction": "liandu"} for code in enterprises],
        "courier_years": [
            {"uscc": code, "year": YEAR, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 10_000_000 * n}
            for n, code in enumerate(enterprises, 1)
        ],
    }
    for dataset, records in rows.items():
        decided.record(dataset, records, "sample")
    asked = {"policy": POLICY, "title": "第二批兑现", "award_years": [YEAR], "awards": ["courier-rent"]}
    term = {"opens_on": today.isoformat(), "closes_on": f"{today.year + 1}-12-31"}
    made = decided.post("commerce-maker", "eligibility:/v1/rounds", asked | term)
    decided.evaluate([YEAR], today.isoformat(), scope=enterprises, round_id=made["id"])
    return Case(made["id"], enterprises)


def test_a_round_goes_from_its_notice_over_an_objection_to_its_approval(case: Case, sign_in: SignIn) -> None:
    maker, checker = sign_in("commerce-maker"), sign_in("commerce-checker")
    place = f"/rounds/{case.round_id}"
    page = maker.go(place)
    assert "等待办理的环节" in maker.text()
    seen(maker, "round-proposed")

    page.click("summary:has-text('将本批次付诸公示')")
    page.fill("#open_notice-document_number", "丽商务公示〔2026〕3号")
    page.click("button:has-text('开始公示')")
    page.wait_for_url("**/notices/*")
    notice = page.url
    seen(maker, "notice-open")

    page.click("td a:has-text('提出异议')")
    assert page.locator("#record_objection-uscc").count() == 0
    page.fill("#record_objection-reason", "租金与合同不符")
    page.click("button:has-text('登记异议')")
    page.wait_for_url("**/objections/*")
    assert page.locator("form[action$=decide_objection]").count() == 0, "who recorded it does not decide it"

    page = checker.go(maker.page.url.removeprefix(maker.url))
    seen(checker, "objection-open")
    page.click("summary:has-text('处理异议')")
    page.select_option("#decide_objection-outcome", "rejected")
    page.fill("#decide_objection-reason", "合同已核对")
    page.click("button:has-text('处理异议')")
    page.wait_for_selector(".done")
    assert "异议不成立" in checker.text()

    page = maker.go(notice.removeprefix(maker.url).partition("?")[0])
    page.click("summary:has-text('结束公示')")
    page.click("button:has-text('结束公示')")
    page.wait_for_selector(".done")
    assert "已结束" in maker.text()

    page = checker.go(place)
    page.wait_for_selector("text=核准后结余")
    seen(checker, "round-approval")
    listed = page.locator("#approval tbody input[name=except]")
    assert listed.count() == len(case.enterprises), "each is the first award of its payee"
    listed.first.check()
    page.click("button:has-text('一并核准')")
    page.wait_for_url("**/jobs/approval/*")
    page.wait_for_selector("text=已完成")
    assert page.locator("dd strong").inner_text() == "2"
    seen(checker, "job-approval")
    page.click("a.button")
    assert "已核准" in checker.text()


def test_what_if_changes_facts_readings_and_numbers_before_anything_is_done(case: Case, sign_in: SignIn) -> None:
    maker = sign_in("commerce-maker")
    page = maker.go(f"/what-if?dataset=courier_years&uscc={case.enterprises[0]}")
    page.fill("input[name='row.0.rent_fen']", "20000.00")
    page.click("button:has-text('采用修改后的数据')")
    assert "已读取1条数据" in maker.text()
    seen(maker, "what-if")
    page.click("button:has-text('立即预览')")
    assert "更正后的变化" in maker.text()
    seen(maker, "impact")
    page = maker.go("/what-if")
    page.fill("#start_simulation-award_years", str(YEAR))
    page.click("summary:has-text('数值')")
    page.fill("#p-rent_cap", "200000")
    page.click("button:has-text('开始测算')")
    page.wait_for_url("**/jobs/simulation/*")
    page.click("a.button:has-text('查看结果')")
    page.wait_for_url("**/simulations/*")
    assert "补贴上限" in maker.text()
    seen(maker, "simulation")


def test_two_persons_change_the_procedure_of_a_reading(decided: object, sign_in: SignIn) -> None:
    maker, checker = sign_in("commerce-maker"), sign_in("commerce-checker")
    place = f"/policies/{POLICY}/awards/exhibition-organised/status"
    page = maker.go(place)
    page.click("summary:has-text('拟中止执行')")
    page.select_option("#propose_award_status_change-status", "suspended")
    page.fill("#propose_award_status_change-effective_on", "2030-01-01")
    page.fill("#propose_award_status_change-document", "丽商务〔2029〕12号")
    page.fill("#propose_award_status_change-reason", "公平竞争审查")
    page.click("button:has-text('拟中止执行')")
    page.wait_for_selector(".done")
    assert page.locator("form[action$=confirm_award_status_change]").count() == 0
    page = checker.go(place)
    page.click("details:has(form[action$=confirm_award_status_change]) > summary")
    seen(checker, "award-status")
    page.click("form[action$=confirm_award_status_change] button")
    page.wait_for_selector(".done")
    assert "已确认" in checker.text()


def test_two_persons_change_a_reading_and_change_it_back(decided: object, sign_in: SignIn) -> None:
    maker, checker = sign_in("commerce-maker"), sign_in("commerce-checker")
    place = f"/policies/{POLICY}/interpretations"
    for number, value in enumerate(("lpr", "benchmark"), 1):
        maker.go(place)
        fields = {"interpretations.loan_rate": value, "reason": f"专题会议纪要〔{number}〕"}
        assert f"专题会议纪要〔{number}〕" in maker.act("propose_interpretation_change", fields, within="#loan_rate")
        assert maker.page.locator("form[action$=confirm_interpretation_change]").count() == 0
        checker.go(place)
        checker.act("confirm_interpretation_change")
        assert checker.page.locator("#loan_rate .tag.good").count() == 1
    seen(checker, "interpretations-changed")


PAGES = {
    "rounds": "/rounds",
    "notices": "/notices",
    "policy": f"/policies/{POLICY}",
    "award-rule": f"/policies/{POLICY}/awards/courier-rent",
    "coverage": f"/policies/{POLICY}/coverage",
    "interpretations": f"/policies/{POLICY}/interpretations",
    "procedure": f"/policies/{POLICY}/procedure",
    "paper-templates": "/paper-templates",
}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_pages_of_the_law(name: str, decided: object, sign_in: SignIn) -> None:
    maker = sign_in("commerce-maker")
    maker.go(PAGES[name])
    seen(maker, name)


def test_an_auditor_sees_who_did_what_in_all_services(case: Case, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    page = auditor.go("/audit")
    assert page.locator("tbody tr").count() > 10
    seen(auditor, "audit")
    page.select_option("#service", "payout")
    page.click("button:has-text('筛选')")
    assert set(page.locator("tbody td:nth-child(2)").all_inner_texts()) == {"资金兑付"}
    auditor.go("/audit/chains")
    assert "完整" in auditor.text() and "断裂" not in auditor.text()
    seen(auditor, "audit-chains")
