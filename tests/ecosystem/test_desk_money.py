"""The room of money in a browser: every page can be used by everybody, and an officer of finance acts on it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date
from shared.money import yuan
from tests.ecosystem.conftest import DECIDED_USCC
from tests.support.browser import Visitor

SignIn = Callable[[str], Visitor]
TODAY = calendar_date(SystemClock().now())
YEAR = TODAY.year
PAYEE, ACCOUNT_ENDS, PURPOSE = "丽水样例", "2222", "2023年度快递企业租房补贴"
PAGES = {
    "/money": "预算与排队",
    f"/budgets/city/{YEAR}": "预测",
    "/appropriations": "下达预算指标",
    "/arrangements": "分担办法",
    "/payment-orders?unit=city&state=issued": "批量核准",
    "/payment-findings?open=true": "支付前核查",
    "/holds": "暂停支付",
    "/payment-batches": "支付批次",
    "/result-corrections?proposed=true": "更正",
    "/recoveries?outstanding=true": "追回",
    "/reconciliation": "对账",
    "/ledger": "账簿",
    "/ledger/balances": "余额",
    "/ledger/chain": "哈希链",
    f"/reports/{YEAR}": "年度报表",
    "/restorations": "恢复处理",
}


@pytest.fixture(scope="module")
def ordered(decided: DemoClient) -> DemoClient:
    """The decided award with money in both its budgets and an account, so that its orders are issued and can be paid."""
    account = {  # the same that test_desk_facts records, if it ran before
        "uscc": DECIDED_USCC,
        "since": "2020-01-01",
        "account_holder": PAYEE,
        "bank_code": "102343000018",
        "account_number": f"622200001111{ACCOUNT_ENDS}",
    }
    decided.record("payee_accounts", [account], "sample")
    decided.appropriate("liandu", YEAR, 100_000_000, "sample")
    decided.wait_until(lambda: bool(decided.orders(unit="city", state="issued")), "funding")
    return decided


def check(visitor: Visitor, says: str, name: str) -> None:
    """A page says what it is about, and everybody can use it, on a phone too."""
    visitor.page.wait_for_load_state("load")
    assert says in visitor.text()
    assert visitor.findings() == []
    assert visitor.overflow_on_a_phone() == 0
    assert visitor.troubles == []
    visitor.keep(name)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_money_can_be_used(path: str, sign_in: SignIn, ordered: DemoClient) -> None:  # noqa: ARG001 - there is money
    visitor = sign_in("finance-checker")
    visitor.go(path)
    check(visitor, PAGES[path], f"money{path.partition('?')[0].replace('/', '-')}")


def test_charts_are_drawn_and_figures_lead_to_where_they_come_from(sign_in: SignIn, ordered: DemoClient) -> None:  # noqa: ARG001
    visitor = sign_in("finance-checker")
    page = visitor.go("/money")
    page.wait_for_function(
        "window.Chart && [...document.querySelectorAll('canvas')].every((each) => Chart.getChart(each))"
    )
    page.click(f"main a[href='/budgets/city/{YEAR}']")
    check(visitor, "预算", "budget")


def test_an_appropriation_is_drafted_by_one_and_confirmed_by_another(sign_in: SignIn, ordered: DemoClient) -> None:  # noqa: ARG001
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    page = maker.go(f"/budgets/development_zone/{YEAR}")
    page.click("summary:has-text('拟定下达预算指标')")
    page.fill("details[open] input[name=amount_fen]", "12,345.60")
    page.fill("details[open] input[name=document]", "丽开财〔2026〕9号")
    page.click("details[open] form button")
    assert "已办理" in maker.text()
    maker.go("/appropriations?state=proposed")
    check(maker, "12,345.60", "appropriation-drafted")
    assert "确认下达" not in maker.text(), "who drafted it cannot confirm it"
    page = checker.go("/appropriations?state=proposed")
    row = page.locator("tr", has_text="丽开财〔2026〕9号")
    row.locator("summary", has_text="确认下达").click()
    row.locator("details[open] form button").click()
    assert "已办理" in checker.text()
    checker.go(f"/budgets/development_zone/{YEAR}")
    check(checker, "12,345.60", "appropriation-confirmed")


def test_an_arrangement_is_corrected_previewed_and_confirmed_by_another(sign_in: SignIn, ordered: DemoClient) -> None:  # noqa: ARG001
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    page = maker.go("/arrangements")
    page.click("summary:has-text('拟定分担办法')")
    before = page.locator("fieldset.row").count()
    page.click("[data-adds-row]")
    assert page.locator("fieldset.row").count() == before + 1
    page.fill("[name=number]", "莲财〔2019〕1号")
    page.fill("[name=effective_from]", "2019-01-01")
    page.fill("[name=effective_until]", "2020-01-02")
    page.select_option("[name=shortage]", "in_turn")
    page.select_option("[name='rows.0.jurisdiction']", "liandu")
    page.select_option("[name='rows.0.award']", "*")
    page.fill("[name='rows.0.shares.city']", "1/3")
    page.fill("[name='rows.0.shares.liandu']", "half")
    page.select_option("[name='rows.0.remainder_to']", "city")
    page.click("form.act button:not([type=button])")
    check(maker, "请填写分数", "arrangement-refused")
    assert page.input_value("[name='rows.0.shares.city']") == "1/3", "nothing that was entered is lost"
    page.fill("[name='rows.0.shares.liandu']", "2/3")
    page.click("form.act button:not([type=button])")
    page.wait_for_url("**/arrangements/*")
    check(maker, "预算不足时两种安排方式的比较", "arrangement-draft")
    assert "须由另一人确认" in maker.text()
    assert page.locator("form[action$=confirm_arrangement]").count() == 0, "who drafted it cannot confirm it"
    task(checker, "确认分担办法莲财〔2019〕1号")
    assert "已办理" in checker.act("confirm_arrangement")
    check(checker, "生效", "arrangement-confirmed")
    assert checker.page.locator("form[action$=confirm_arrangement]").count() == 0, "it is confirmed once"


def test_orders_are_approved_in_bulk_with_their_number_and_sum(sign_in: SignIn, ordered: DemoClient) -> None:
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    page = checker.go(f"/payment-orders?unit=city&state=issued&due_year={YEAR}")
    issued = ordered.orders(unit="city", state="issued")
    assert f"{len(issued)}笔，共{yuan(sum(each['amount_fen'] for each in issued))}元" in checker.text()
    page.click("td a >> nth=0")
    check(checker, "支付前核查", "order")
    page.go_back()
    page.click("#bulk button")
    page.wait_for_url("**/jobs/order-approval/*")
    page.wait_for_selector("text=已完成", timeout=60_000)
    check(checker, "已完成", "orders-approved")
    page = maker.go("/payment-batches")
    check(maker, "可编入下一批次", "batches")


def test_what_the_bank_refused_is_issued_again_into_a_new_batch(
    sign_in: SignIn, ordered: DemoClient, tmp_path: Path
) -> None:
    """From the inbox on, by links alone; the two persons take turns, and nobody types an address."""
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    task(maker, "编制支付批次。市本级")
    maker.act("build_payment_batch")
    first = maker.path
    with maker.page.expect_download() as sent:
        maker.page.click("main a:has-text('CSV')")
    batched = ordered.orders(uscc=DECIDED_USCC, unit="city", state="batched")
    [refused] = [each["id"] for each in batched if each["purpose"] == PURPOSE]
    answer = tmp_path / "银行回执.csv"
    answer.write_text(answered(sent.value.path(), {refused: "失败"}), "utf-8")
    maker.act("record_payment_results", {"file": answer})
    task(checker, "确认或作废为市本级录入的银行结果")
    checker.act("confirm_payment_results")
    task(maker, "重新生成市本级的支付指令（支付失败）")
    open_order(maker)
    assert "账号不符" in maker.text()
    text = maker.act("reissue_payment_order")
    assert "此前的支付指令" in text and refused not in maker.path
    assert maker.page.locator("form[action$=approve_payment_order]").count() == 0, "who issued it does not approve it"
    again = maker.path
    task(checker, "核准市本级")
    open_order(checker)
    assert checker.path == again and ACCOUNT_ENDS in checker.text()
    checker.act("approve_payment_order")
    check(checker, "已核准", "order-reissued")
    task(maker, "编制支付批次。市本级")
    maker.act("build_payment_batch")
    assert maker.path != first
    open_order(maker)
    assert maker.path == again
    check(maker, "已编入支付批次", "order-in-a-new-batch")


def task(visitor: Visitor, says: str) -> str:
    """Open a task of the inbox, which the name of the desk leads to."""
    visitor.page.click(".brand")
    return visitor.follow(says)


def open_order(visitor: Visitor) -> None:
    """Open the payee's order from a list."""
    with visitor.page.expect_navigation():
        visitor.page.locator("tr", has_text=PAYEE).locator("a", has_text=PURPOSE).click()


def answered(sent: Path, outcomes: Mapping[str, str]) -> str:
    """Return what the bank answers to a file that was sent: what `outcomes` say by order, the others are paid."""
    with sent.open(encoding="utf-8-sig", newline="") as file:
        orders = [row["支付指令编号"] for row in csv.DictReader(file) if len(row["支付指令编号"] or "") == 36]
    rows = [
        f"{order},{outcomes.get(order, '成功')},{TODAY},R{place},{'账号不符' if order in outcomes else ''}"
        for place, order in enumerate(orders)
    ]
    return "\n".join(["支付指令编号,结果,日期,银行流水号,原因", *rows, ""])
