"""A round goes from a file to money through the pages alone: one journey for each person whom it concerns, none calls an API."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlsxwriter
from stdnum.cn import uscc as codes

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor

SignIn = Callable[[str], Visitor]
TODAY = calendar_date(SystemClock().now())
YEAR = 2021
PROCEDURE = "/policies/lishui-2020-1/procedure"
_BODIES = (f"91331100MA4R0000{n}" for n in range(1, 5))
TAKER, CHALLENGER, OMITTED, DECLINER = CODES = tuple(f"{body}{codes.calc_check_digit(body)}" for body in _BODIES)
"""Who takes its award at once, who first has a fact corrected, who is refused and objects, who wants no award."""
NAMES = ("丽水甲邮速递（样例）", "丽水乙邮速递（样例）", "丽水丙邮速递（样例）", "丽水丁邮速递（样例）")
RENT_YUAN = {TAKER: 300_000, CHALLENGER: 200_000}
CORRECTED_RENT_YUAN = 240_000
WORKBOOK: Mapping[str, Sequence[Sequence[str]]] = {
    "企业": [
        ("统一社会信用代码", "名称", "组织形式", "成立日期"),
        *((code, name, "企业", "2019-05-01") for code, name in zip(CODES, NAMES, strict=True)),
    ],
    "所在地": [("统一社会信用代码", "起始日期", "所在地区"), *((code, "2019-05-01", "莲都区") for code in CODES)],
    "快递企业年度情况": [
        ("统一社会信用代码", "年度", "年发件量", "运营天数", "全年租金（元）"),
        (TAKER, str(YEAR), "约400万", "365", f"{RENT_YUAN[TAKER]}"),
        (CHALLENGER, str(YEAR), "4100000", "365", f"{RENT_YUAN[CHALLENGER]}"),
        (OMITTED, str(YEAR), "2000000", "365", "300000"),
        (DECLINER, str(YEAR), "4200000", "365", "300000"),
        ("合计", "", "", "", "1100000"),
    ],
}
"""What the data office sends; one cell of it is no number."""


def seen(visitor: Visitor, name: str) -> None:
    """Check that everybody can use the page, and keep a picture of it."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.keep(name)
    assert (visitor.findings(), visitor.overflow_on_a_phone(), visitor.troubles) == ([], 0, []), visitor.page.url


def eventually(holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait until pages show what travels between services."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it is not shown"
        time.sleep(0.5)


@pytest.fixture(scope="module")
def round_page(sign_in: SignIn, decided: DemoClient) -> Iterator[str]:
    """The page of a round under a procedure with confirmations and reviews; afterwards the procedure is as it was."""
    maker, checker = sign_in("commerce-maker"), sign_in("commerce-checker")
    _change_procedure(maker, checker, is_needed=True)
    maker.go("/rounds")
    maker.act(
        "open_round",
        {
            "title": "网页办理批次",
            "award_years": str(YEAR),
            "opens_on": TODAY.isoformat(),
            "closes_on": date(TODAY.year + 1, 12, 31).isoformat(),
        },
    )
    yield maker.path
    _change_procedure(maker, checker, is_needed=False)


def _change_procedure(maker: Visitor, checker: Visitor, *, is_needed: bool) -> None:
    """Have payees confirm, and postal administration and district review; or have none of it."""
    page = maker.go(PROCEDURE)
    reviewers = [page.get_attribute(f"input[value={each}]", "name") for each in ("postal", "district")]
    steps = dict.fromkeys(["confirmation.required", *map(str, reviewers)], is_needed)
    maker.act("propose_procedure", {**steps, "notice_working_days": "0", "reason": "网页办理"})
    checker.go(PROCEDURE)
    checker.act("confirm_procedure")


def test_a_round_goes_from_a_file_to_money(round_page: str, sign_in: SignIn, tmp_path: Path) -> None:
    """Each step is one person's journey; what the next one finds is what the last one left on the pages."""
    office, maker, checker = sign_in("data-platform"), sign_in("commerce-maker"), sign_in("commerce-checker")
    send_a_workbook_and_correct_it(office, tmp_path)
    evaluate_in_the_round(maker, round_page)
    confirm_with_the_account(sign_in(TAKER), office)
    decline(sign_in(DECLINER))
    have_a_fact_corrected(sign_in(CHALLENGER), office)
    pass_all_of_the_round(sign_in("postal-officer"), round_page, 2)
    look_at_one_and_pass_it(sign_in("liandu-officer"))
    pass_all_of_the_round(sign_in("liandu-officer"), round_page, 1)
    notice = open_a_notice(maker, round_page)
    object_to_an_omission(sign_in(OMITTED), notice)
    dismiss_the_objection(checker)
    close_the_notice(maker, notice)
    approve_the_round(checker, round_page)
    make_the_letters(maker, round_page)
    for unit in ("city", "liandu"):
        appropriate(sign_in("finance-maker"), sign_in("finance-checker"), unit)
    pay(sign_in("finance-maker"), sign_in("finance-checker"), tmp_path)
    audit(sign_in("auditor"), round_page)
    assert "银行已支付" in own_award(sign_in(TAKER)), "the enterprise sees that it was paid"


def task(visitor: Visitor, says: str) -> str:
    """Find a task in the inbox and open it; it may take a moment until a service has it."""
    link = visitor.page.locator("main a", has_text=says).first
    eventually(lambda: visitor.go("/") and link.count() > 0)
    return visitor.follow(says)


def send_a_workbook_and_correct_it(office: Visitor, folder: Path) -> None:
    """The data office sends a workbook, finds what is wrong beside its cell, corrects it, and records accounts."""
    file = folder / "邮速递.xlsx"
    with xlsxwriter.Workbook(file) as book:
        for title, rows in WORKBOOK.items():
            sheet = book.add_worksheet(title)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    office.go("/imports")
    office.act("start_import", {"file": file})
    office.done()
    text = office.follow("查看结果")
    assert "“年发件量”须为整数" in text
    seen(office, "journey-import")
    office.page.fill("[aria-invalid=true]", "4000000")
    office.act("correct_import")
    office.done()
    office.follow("查看结果")
    office.go(f"/enterprises/{TAKER}")
    assert "4,000,000" in office.text()
    for code, name in zip(CODES, NAMES, strict=True):
        office.go(f"/acts/registry/record_payee_accounts?records.0.uscc={code}")
        account = {
            "account_holder": name,
            "bank_code": "102343000018",
            "account_number": f"6222{int(code[12:17], 36):015d}",
        }
        fields = {f"records.0.{each}": value for each, value in account.items()}
        text = office.act("record_payee_accounts", {**fields, "records.0.since": "2019-05-01", "reason": "附件3"})
        assert "待复核" in text


def evaluate_in_the_round(maker: Visitor, round_page: str) -> None:
    """The commerce bureau evaluates the round, and finds its proposals in it."""
    maker.go(round_page)
    maker.act("start_evaluation", {"scope": "\n".join(CODES)})
    maker.done()
    assert "新拟定" in maker.follow("查看结果")
    maker.go(round_page)
    assert "意愿确认" in maker.text()
    seen(maker, "journey-round")


def confirm_with_the_account(enterprise: Visitor, office: Visitor) -> None:
    """An enterprise finds its award in its inbox and accepts it; its answer confirms its account, too."""
    assert "2021年度快递企业租房补贴" in task(enterprise, "快递企业租房补贴")
    assert "6222" not in enterprise.text(), "an account is shown by its last digits"
    seen(enterprise, "journey-confirmation")
    text = enterprise.act("confirm_decision", {"accept": "yes", "account_confirmed": True, "commitment": True})
    assert "已办理" in text and enterprise.page.locator("form[action$=confirm_decision]").count() == 0
    eventually(lambda: "已确认" in office.go("/drafts?state=confirmed&dataset=payee_accounts").inner_text("main"))


def decline(enterprise: Visitor) -> None:
    """An enterprise that does not want its award reads that it was its own will."""
    task(enterprise, "快递企业租房补贴")
    text = enterprise.act("confirm_decision", {"accept": "no"})
    assert "贵单位已放弃本项奖补" in text and "不再办理" in text, "nobody reviews it any more"
    assert enterprise.codes() == []


def have_a_fact_corrected(enterprise: Visitor, office: Visitor) -> None:
    """An enterprise challenges its rent; the data office corrects it; the award is proposed anew with another amount."""
    row = f"/datasets/courier_years/history?uscc={CHALLENGER}&year={YEAR}"
    enterprise.go("/own")
    enterprise.follow("查看本单位的登记数据")
    enterprise.go(row)
    text = enterprise.act(
        "make_challenge.courier_years",
        {"field": "rent_fen", "stated": f"{CORRECTED_RENT_YUAN}", "reason": "漏报12月租金"},
    )
    assert "漏报12月租金" in text
    challenge = enterprise.path
    assert "漏报12月租金" in task(office, "校核")
    office.go(row)
    office.act("record_courier_years", {"records.0.rent_fen": f"{CORRECTED_RENT_YUAN}", "reason": "据校核申请更正"})
    office.go(challenge)
    assert "已更正" in office.act("resolve_challenge", {"outcome": "corrected", "reason": "合同已核"})
    amount = f"{CORRECTED_RENT_YUAN * 3 // 10:,}.00"
    eventually(lambda: amount in enterprise.go("/own").inner_text("main"))
    task(enterprise, "快递企业租房补贴")
    assert amount in enterprise.text()
    enterprise.act("confirm_decision", {"accept": "yes", "account_confirmed": True, "commitment": True})


def pass_all_of_the_round(reviewer: Visitor, round_page: str, count: int) -> None:
    """A department or a district passes what waits for it in the round, in one act."""
    task(reviewer, "网页办理批次")
    reviewer.go(round_page)
    seen(reviewer, "journey-review")
    reviewer.act("start_review")
    reviewer.done()
    assert reviewer.page.locator("dd strong").inner_text() == str(count)


def look_at_one_and_pass_it(officer: Visitor) -> None:
    """A district officer opens one case from the inbox, objects to it, and passes it later."""
    officer.go(f"/decisions?award_year={YEAR}&uscc={TAKER}")
    officer.follow(NAMES[0])
    assert "暂缓" in officer.act("review_decision", {"outcome": "objected", "reason": "租房合同待核"})
    officer.act("review_decision", {"outcome": "passed", "reason": "合同已核"})
    assert "合同已核" in officer.text()


def open_a_notice(maker: Visitor, round_page: str) -> str:
    """The commerce bureau publishes what the round proposes; returns the notice's page."""
    maker.go(round_page)
    maker.act("open_notice", {"document_number": "丽商务公示〔2026〕9号"})
    text = maker.text()
    assert [name in text for name in NAMES] == [True, True, False, False]
    return maker.path


def object_to_an_omission(enterprise: Visitor, notice: str) -> None:
    """An enterprise that the notice does not list objects there."""
    enterprise.go(notice)
    seen(enterprise, "journey-notice")
    enterprise.act(
        "record_objection",
        {"award": "courier-rent", "award_year": f"{YEAR}", "reason": "发件量少计"},
    )
    assert "发件量少计" in enterprise.text()


def dismiss_the_objection(checker: Visitor) -> None:
    """The checker finds it in the inbox and dismisses it; the refusal is drawn up."""
    task(checker, "异议")
    assert "异议不成立" in checker.act("decide_objection", {"outcome": "rejected", "reason": "发件量已核"})
    assert "不予兑现" in checker.follow("因异议不成立")
    seen(checker, "journey-refusal")


def close_the_notice(maker: Visitor, notice: str) -> None:
    maker.go(notice)
    assert "已结束" in maker.act("close_notice")


def approve_the_round(checker: Visitor, round_page: str) -> None:
    """The checker sees the effect on the budgets, and approves the whole round in one act."""
    task(checker, "网页办理批次")
    page = checker.go(round_page)
    page.wait_for_selector("text=核准后结余")
    seen(checker, "journey-approval")
    checker.act("start_approval", within="#approval")
    checker.done()
    assert page.locator("dd strong").inner_text() == "2"


def make_the_letters(maker: Visitor, round_page: str) -> None:
    """The commerce bureau has the letters of the round made, and downloads them as one archive."""
    maker.go(round_page)
    maker.act("start_letter_batch")
    maker.done()
    maker.follow("查看结果")
    with maker.page.expect_download() as file:
        maker.page.click("main a[href$='/archive']")
    with ZipFile(file.value.path()) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".docx")]) == 2


def appropriate(maker: Visitor, checker: Visitor, unit: str) -> None:
    """One person of the finance bureau drafts an appropriation, another one confirms it."""
    document = f"丽财〔{TODAY.year}〕{unit}号"
    maker.go(f"/budgets/{unit}/{TODAY.year}")
    maker.act("draft_appropriation", {"amount_fen": "100,000,000.00", "document": document})
    task(checker, "预算指标")
    checker.go(f"/appropriations?unit={unit}&state=proposed")
    row = f"tr:has-text('{document}')"
    assert "已办理" in checker.act("confirm_appropriation", within=row)


def pay(maker: Visitor, checker: Visitor, folder: Path) -> None:
    """Orders are approved in bulk and sent in a batch; the bank's answer has a wrong row, which is shown beside its place."""
    orders = f"/payment-orders?unit=city&state=issued&award=courier-rent&uscc={TAKER}"
    eventually(lambda: NAMES[0] in checker.go(orders).inner_text("main"))
    checker.go("/payment-orders?unit=city&state=issued")
    checker.act("approve_payment_orders")
    checker.done()
    maker.go("/payment-orders?unit=city&state=approved")
    assert "编入批次的支付指令" in maker.act("build_payment_batch"), "the list that the task leads to builds the batch"
    batch = maker.path
    with maker.page.expect_download() as file:
        maker.page.click("main a:has-text('CSV')")
    answer = folder / "银行回执.csv"
    answer.write_text(answer_of_the_bank(file.value.path()), "utf-8")
    text = maker.act("record_payment_results", {"file": answer, "query.mode": "accept_valid"})
    assert "银行流水号" in text, "the wrong row is shown beside its place"
    seen(maker, "journey-results")
    maker.go(batch)
    maker.follow("finance-maker")
    results = maker.path
    checker.go(results)
    assert "已确认" in checker.act("confirm_payment_results")
    seen(checker, "journey-paid")


def answer_of_the_bank(sent: Path) -> str:
    """Return what the bank answers to a file: all is paid, but one row has lost its reference."""
    with sent.open(encoding="utf-8-sig", newline="") as file:
        orders = [row["支付指令编号"] for row in csv.DictReader(file) if len(row["支付指令编号"] or "") == 36]
    rows = [f"{order},成功,{TODAY},样例{place:06d}" for place, order in enumerate(orders, 1)]
    return "\n".join(["支付指令编号,结果,日期,银行流水号", *rows, f"{orders[0]},成功,{TODAY},", ""])


def audit(auditor: Visitor, round_page: str) -> None:
    """An auditor follows the round in the log, verifies the chains, and has a decision computed again."""
    auditor.go(round_page)
    auditor.follow("本批次的操作记录")
    text = auditor.page.inner_text("main tbody")
    seen(auditor, "journey-audit")
    for act in (
        "开立批次",
        "意愿确认",
        "登记联审意见",
        "开始公示",
        "处理异议",
        "结束公示",
        "核准奖补决定：已完成",
        "告知文书：已完成",
    ):
        assert act in text, act
    auditor.follow("校验哈希链")
    assert "完整" in auditor.text() and "断裂" not in auditor.text()
    auditor.go(f"/decisions?award_year={YEAR}&uscc={TAKER}&state=approved")
    auditor.follow(NAMES[0])
    assert "银行已支付" in auditor.text()
    case = auditor.path
    auditor.follow("本项奖补及其资金的操作记录")
    assert "编制支付批次" in auditor.page.inner_text("main tbody"), "its bank file is found by the award"
    auditor.go(case)
    auditor.page.click("main a[href$='/receipt']")
    assert "结果一致" in auditor.text()
    auditor.go("/ledger/chain")
    assert "各块均校验一致" in auditor.text()


def own_award(enterprise: Visitor) -> str:
    """Return what an enterprise reads about its award."""
    enterprise.go("/own")
    return enterprise.follow("快递企业租房补贴")
