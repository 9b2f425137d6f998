"""From the clause to the bank reference and back: an award's steps; and the year's report, which adds up to the budgets."""

from __future__ import annotations

import io
from collections import Counter

from python_calamine import CalamineWorkbook

from shared.media_types import CSV, XLSX
from tests.integration.payout.bank import answer, approve, batch, issued, recovery_of, result
from tests.integration.payout.support import Payout, award, decision


def test_every_step_is_a_figure_with_a_time_and_an_actor(payout: Payout) -> None:
    shown = {
        "id": "01920000-0000-7000-8000-000000000001",
        "award_id": str(award()),
        "evaluation_id": "01920000-0000-7000-8000-000000000002",
        "version": 1,
        "result": "granted",
        "entitlement_fen": 1_000,
        "proposed_by": "commerce-maker",
        "proposed_at": "2025-02-01T01:00:00.000000Z",
        "approved_by": "commerce-checker",
        "approved_at": "2025-03-01T01:00:00.000000Z",
    }
    payout.decisions.shown = [shown]
    recovery = recovery_of(payout, 600)
    body = {"amount_fen": 100, "received_on": "2026-03-02", "bank_reference": "R1"}
    payout.repay(recovery, body)
    payout.post(f"/v1/recoveries/{recovery}/write-off", {"reason": "企业已注销"}, by="finance-maker")
    story = payout.story()
    assert story["eligibility"] == "included"
    told = [(step["actor"], step["step"], step["amount_fen"]) for step in story["steps"]]
    assert told[:2] == [("commerce-maker", "proposed", 1_000), ("commerce-checker", "approved", 1_000)]
    assert set(told[2:]) == {
        ("payout", "received", 1_000),
        ("payout", "split", 1_000),
        ("payout", "recognised", 1_000),
        ("payout", "funded", 1_000),
        ("finance-checker", "order_approved", 1_000),
        ("finance-maker", "batched", 1_000),
        ("bank", "bank_settled", 1_000),
        ("bank", "paid", 1_000),
        ("payout", "received", 600),
        ("payout", "split", 600),
        ("payout", "restated", 400),
        ("payout", "claimed", 400),
        ("finance-checker", "repaid", 100),
        ("finance-checker", "claim_met", 100),
        ("finance-maker", "write_off_proposed", 300),
    }
    assert [step["reference"] for step in story["steps"] if step["step"] == "bank_settled"] == ["B-settled"]
    first, second = story["versions"]
    assert first["decision"]["explanation"] == f"/v1/decisions/{shown['id']}/explanation"
    assert second["decision"] is None
    payout.decisions.shown = None
    assert payout.story()["eligibility"] == "not_reached"
    assert payout.get(f"/v1/awards/{award()}?eligibility=false")["eligibility"] == "left_out"


def test_a_payment_is_sent_to_the_bank_once_its_file_is_fetched(payout: Payout) -> None:
    approve(payout, issued(payout))
    made = batch(payout)
    assert [step["step"] for step in payout.story()["steps"]][-1] == "batched"
    for who in ("finance-maker", "bank"):
        headers = payout.tokens.headers(who, Accept=CSV)
        assert payout.http.get(f"/v1/payment-batches/{made['id']}/file", headers=headers).status_code == 200
    sent = [step for step in payout.story()["steps"] if step["step"] == "sent_to_bank"]
    assert [(step["actor"], step["amount_fen"], step["reference"]) for step in sent] == [
        ("finance-maker", 1_000, made["id"])
    ]


def test_a_unit_that_bears_nothing_any_more_stays_in_the_story(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=((2025, 1_000_001),)))
    payout.receive(decision(version=2, jurisdiction="development_zone", instalments=((2025, 700),)))
    shares = payout.story()["shares"]
    assert [(each["unit"], each["entitlement_fen"], each["ordered_fen"]) for each in shares] == [
        ("development_zone", 700, 700),
        ("city", 0, 0),
        ("liandu", 0, 0),
    ]


def test_the_report_of_a_year_adds_up_to_its_budgets(payout: Payout) -> None:
    recovery = recovery_of(payout, 600)
    body = {"amount_fen": 100, "received_on": "2026-03-02", "bank_reference": "R1"}
    payout.repay(recovery, body)
    payout.appropriate("liandu", 900)
    payout.receive(decision("s2", instalments=((2025, 501),)), decision("s3", code="park", instalments=((2025, 30),)))
    payout.fund()
    payout.post("/v1/payment-orders/approvals", {"unit": "city"}, by="finance-checker")
    payout.work()
    made = payout.post("/v1/payment-batches", {"unit": "city"}, by="finance-maker")
    order = payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"][0]
    answer(payout, made["id"], result(order["id"], bank_reference="B2"))
    report = payout.get("/v1/reports/2026")
    sums: dict[str, Counter[str]] = {}
    for row in report["rows"]:
        figures = {name: fen for name, fen in row.items() if name.endswith("_fen")}
        sums.setdefault(row["unit"], Counter()).update(figures)
    for budget in report["budgets"]:
        found = sums.get(budget["unit"], Counter())
        for name in ("committed_fen", "paid_fen", "recovered_fen"):
            assert found[name] == budget[name], (budget["unit"], name)
    assert [(row["unit"], row["award"], row["jurisdiction"]) for row in report["rows"]] == [
        ("city", "courier-rent", "city"),
        ("city", "courier-rent", "liandu"),
        ("city", "park", "liandu"),
        ("liandu", "courier-rent", "liandu"),
        ("liandu", "park", "liandu"),
    ]
    for unit in {row["unit"] for row in report["rows"]}:
        by_place, by_indicator = (
            sum(row["committed_fen"] for row in report[name] if row["unit"] == unit) for name in ("rows", "indicators")
        )
        assert by_place == by_indicator, unit
    own = payout.get("/v1/reports/2026", by="liandu-officer")
    assert {row["unit"] for row in own["rows"]} == {each["unit"] for each in own["budgets"]} == {"liandu"}


def test_the_report_is_a_workbook_too(payout: Payout) -> None:
    recovery_of(payout, 600)
    answered = payout.http.get(
        "/v1/reports/2026", headers=payout.tokens.headers("auditor", Accept=XLSX, Accept_Language="zh-CN")
    )
    assert answered.headers["content-type"] == XLSX
    book = CalamineWorkbook.from_filelike(io.BytesIO(answered.content))
    assert book.sheet_names == ["预算", "按预算单位和项目", "按预算单位和属地", "按预算单位和指标", "明细"]
    budgets = book.get_sheet_by_name("预算").to_python()
    paid = budgets[0].index("已支付（元）")
    assert next((row[0], row[paid]) for row in budgets[1:]) == ("市本级", "10.00")
    assert book.get_sheet_by_name("明细").to_python()[1][:4] == ["市本级", "快递企业租房补贴", "市直", 1.0]
    empty = payout.http.get(
        "/v1/reports/2025", headers=payout.tokens.headers("auditor", Accept=XLSX, Accept_Language="zh-CN")
    )
    assert CalamineWorkbook.from_filelike(io.BytesIO(empty.content)).get_sheet_by_name("明细").to_python()[0]
