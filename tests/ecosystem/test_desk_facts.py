"""The desk's rooms for facts in a real browser: a file with wrong rows, a challenge, an account; every page can be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.local.demo_client import DemoClient
from tests.support.browser import Visitor

SignIn = Callable[[str], Visitor]
USCC = "91331100MA2000061E"
"""The enterprise of `decided`."""
FILE = (
    "统一社会信用代码,年度,年发件量,运营天数,全年租金（元）\n"
    f"{USCC},2019,3000000,365,120000\n"
    f"{USCC},2018,约300万,400,无\n"
    "合计,,6000000,,\n"
)


def seen(visitor: Visitor, name: str) -> str:
    """Keep a picture, and check that everybody can use the page; returns its text."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.keep(name)
    assert (visitor.findings(), visitor.overflow_on_a_phone(), visitor.troubles) == ([], 0, []), visitor.page.url
    return visitor.text()


def opened(visitor: Visitor, summary: str) -> None:
    visitor.page.click(f"summary:has-text('{summary}')")


def test_a_file_with_wrong_rows_is_corrected_on_the_page(sign_in: SignIn, decided: DemoClient, tmp_path: Path) -> None:
    visitor = sign_in("data-platform")
    visitor.go("/imports")
    assert "报送文件" in seen(visitor, "facts-imports")
    file = tmp_path / "快递企业.csv"
    file.write_text(FILE, "utf-8")
    page = visitor.page
    page.set_input_files("input[type=file]", file)
    page.select_option("[name='query.dataset']", "courier_years")
    page.click("button:has-text('导入文件')")
    page.click("a.button[href^='/imports/']", timeout=60_000)
    text = seen(visitor, "facts-import")
    assert "“年发件量”须为整数" in text and "下载被拒的行" in text
    for column, value in (("年发件量", "2600000"), ("运营天数", "365"), ("全年租金（元）", "")):
        page.fill(f"[aria-label='第 3 行 {column}']", value)
    page.click("button:has-text('重新报送更正后的行')")
    page.click("a.button[href^='/imports/']", timeout=60_000)
    text = seen(visitor, "facts-import-corrected")
    assert "接受" in text and "标出的单元格有误" not in text
    visitor.go(f"/datasets/courier_years/history?uscc={USCC}&year=2018")
    assert "2,600,000" in seen(visitor, "facts-row") and "来源：快递企业.csv" in visitor.text()


def test_a_challenge_is_made_and_answered_by_a_correction(sign_in: SignIn, decided: DemoClient) -> None:
    row = f"/datasets/courier_years/history?uscc={USCC}&year=2023"
    maker, keeper = sign_in("commerce-maker"), sign_in("data-platform")
    maker.go(row)
    opened(maker, "申请数据校核")
    form = maker.page.locator("form[action*='make_challenge']")
    form.locator("[name=field]").select_option("operating_days")
    form.locator("[name=stated]").fill("364")
    form.locator("[name=reason]").fill("停业一天")
    form.locator("button").click()
    assert "停业一天" in seen(maker, "facts-challenge")
    assert maker.page.locator("form[action*='resolve_challenge']").count() == 0, "who made it does not resolve it"
    address = maker.page.url.partition("?")[0].removeprefix(maker.url)
    keeper.go("/challenges?open=true&dataset=courier_years")
    assert "停业一天" in seen(keeper, "facts-challenges")
    keeper.go(row)
    assert "停业一天" in keeper.text()
    opened(keeper, "更正本条记录")
    form = keeper.page.locator("form[action*='record_courier_years']")
    form.locator("[name='records.0.operating_days']").fill("364")
    form.locator("[name=reason]").fill("据校核申请更正")
    form.locator("button").click()
    assert "364" in seen(keeper, "facts-row-corrected")
    keeper.go(address)
    form = keeper.page.locator("form[action*='resolve_challenge']")
    assert form.locator("[name=revision]").input_value(), "the revision that changed the row is filled in"
    form.locator("[name=reason]").fill("已更正")
    form.locator("button").click()
    assert "已更正" in seen(keeper, "facts-challenge-resolved")


def test_an_account_waits_for_a_second_person(sign_in: SignIn, decided: DemoClient) -> None:
    keeper, maker = sign_in("data-platform"), sign_in("commerce-maker")
    keeper.go(f"/acts/registry/record_payee_accounts?records.0.uscc={USCC}&back=/imports")
    for name, value in {
        "since": "2020-01-01",
        "account_holder": "丽水样例",
        "bank_code": "102343000018",
        "account_number": "6222000011112222",
    }.items():
        keeper.page.fill(f"[name='records.0.{name}']", value)
    keeper.page.fill("[name=reason]", "附件3")
    assert "待他人确认后生效" in seen(keeper, "facts-record-form")
    keeper.page.click("main form button")
    assert "****2222" in seen(keeper, "facts-draft")
    assert keeper.page.locator("form[action*='confirm_draft']").count() == 0, "who sent it does not confirm it"
    address = keeper.page.url.partition("?")[0].removeprefix(keeper.url)
    maker.go("/drafts")
    assert "收款账户" in seen(maker, "facts-drafts")
    maker.go(address)
    maker.page.click("details:has(form[action*='confirm_draft']) > summary")
    maker.page.click("form[action*='confirm_draft'] button")
    assert "已确认" in seen(maker, "facts-draft-confirmed")


@pytest.mark.parametrize("person", ["commerce-maker", "liandu-officer", "auditor", "finance-maker", USCC])
def test_everybody_sees_an_enterprise_as_far_as_they_may(person: str, sign_in: SignIn, decided: DemoClient) -> None:
    visitor = sign_in(person)
    visitor.go("/enterprises?q=样例")
    visitor.page.click("main table a")
    visitor.go(f"/enterprises/{USCC}")
    assert "丽水样例" in seen(visitor, f"facts-enterprise-{person}")


@pytest.mark.parametrize(
    "path",
    ["/enterprises", "/datasets", "/datasets/courier_years", "/quality", "/revisions", "/drafts?state=all"],
)
def test_a_page_can_be_used_by_everybody(path: str, sign_in: SignIn, decided: DemoClient) -> None:
    visitor = sign_in("data-platform")
    visitor.go(path)
    seen(visitor, "facts-" + path.strip("/").partition("?")[0].replace("/", "-"))


@pytest.mark.parametrize("path", ["/imports/1", "/drafts/1", "/enterprises/1", "/datasets/nothing", "/challenges/1"])
def test_what_is_not_there_is_a_page_that_says_so(path: str, sign_in: SignIn, decided: DemoClient) -> None:
    visitor = sign_in("data-platform")
    answer = visitor.page.goto(f"{visitor.url}{path}")
    assert answer and answer.status in (404, 422)
    assert visitor.findings() == []
