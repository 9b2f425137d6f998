"""Orders draw on classified money: one indicator each, the first that covers them whole, and never more than it has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.integration.payout.bank import approve, batch
from tests.integration.payout.support import Payout, decision

FIRST = {"indicator": "丽财企〔2026〕1号", "project": "电商专项", "function_code": "2160299", "economic_code": "31204"}
SECOND = {"indicator": "丽财企〔2026〕2号"}
NOTHING: Mapping[str, str] = {}
NAMES = ("indicator", "project", "function_code", "economic_code")


def give(payout: Payout, fen: int, of: Mapping[str, str] = NOTHING, *, expect: int = 201) -> None:
    """Draft an appropriation and confirm it by two persons, unless the draft is answered with `expect` of an error."""
    body = {"unit": "city", "year": 2026, "amount_fen": fen, "document": "测试"} | dict(of)
    drafted = payout.post("/v1/appropriations", body, by="finance-maker", expect=expect)
    if expect == 201:
        payout.post(f"/v1/appropriations/{drafted['id']}/confirm", by="finance-checker", expect=200)


LATER = date(2025, 3, 28)


def decide(payout: Payout, *amounts: int) -> None:
    """Decide awards of these amounts, the first a day before the second and so on."""
    payout.receive(
        *(
            decision(
                f"s{day}",
                jurisdiction="city",
                instalments=((2025, fen),),
                decided_on=LATER,
                first_decided_on=date(2025, 3, day),
            )
            for day, fen in enumerate(amounts, 1)
        )
    )


def drawn(payout: Payout) -> dict[int, str | None]:
    """Return the indicator that each funded order draws on, by amount."""
    orders = payout.get("/v1/payment-orders")["items"]
    return {each["amount_fen"]: each["indicator"] for each in orders if each["state"] != "waiting"}


def left(payout: Payout) -> list[int]:
    return [each["left_fen"] for each in payout.get("/v1/budgets/city/2026")["indicators"]]


@pytest.fixture
def ready(payout: Payout) -> Payout:
    payout.arrange()
    payout.account()
    return payout


def test_an_order_carries_its_purpose_in_words_and_the_classification_of_its_money(ready: Payout) -> None:
    give(ready, 1_000, FIRST)
    decide(ready, 600, 500)
    assert ready.fund() == 1
    funded, waiting = ready.get("/v1/payment-orders")["items"]
    assert {name: funded[name] for name in NAMES} == FIRST
    assert {waiting[name] for name in NAMES} == {None}, "nothing is guessed before it is funded"
    assert funded["purpose"] == waiting["purpose"] == "2024年度快递企业租房补贴"
    (appropriation,) = ready.get("/v1/appropriations")["items"]
    assert {name: appropriation[name] for name in NAMES} == FIRST
    sheet = ready.http.get("/v1/payment-orders", headers=ready.tokens.headers("auditor", Accept="text/csv"))
    assert "2024年度快递企业租房补贴" in sheet.text and FIRST["indicator"] in sheet.text


def test_an_order_draws_on_the_first_indicator_that_covers_it_whole(ready: Payout) -> None:
    give(ready, 100)
    give(ready, 1_000, FIRST)
    give(ready, 500, SECOND)
    decide(ready, 600, 450, 400, 90)
    assert ready.fund() == 4
    first, second = FIRST["indicator"], SECOND["indicator"]
    assert drawn(ready) == {600: first, 450: second, 400: first, 90: None}
    assert left(ready) == [0, 50]
    ready.reconcile()


def test_an_order_that_no_indicator_covers_waits_and_is_not_overtaken(ready: Payout) -> None:
    give(ready, 500, FIRST)
    give(ready, 500, SECOND)
    decide(ready, 600, 400)
    assert ready.fund() == 0, "the budget has 1,000, but no indicator has 600"
    assert ready.get("/v1/budgets/city/2026")["free_fen"] == 1_000
    give(ready, 100, FIRST)
    assert ready.fund() == 2
    assert drawn(ready) == {600: FIRST["indicator"], 400: SECOND["indicator"]}


def test_codes_are_one_however_they_are_typed(ready: Payout) -> None:
    give(ready, 500, FIRST)
    give(ready, 500, FIRST | {"function_code": "２１６０２９９", "project": " 电商专项"})
    assert left(ready) == [1_000]
    give(ready, 1, FIRST | {"economic_code": "1" * 21}, expect=422)


def test_a_reduction_takes_from_its_own_classification(ready: Payout) -> None:
    give(ready, 1_000)
    give(ready, 1_000, FIRST)
    decide(ready, 600)
    ready.fund()
    give(ready, -401, FIRST, expect=409)
    give(ready, -1, SECOND, expect=409)
    give(ready, -400, FIRST)
    give(ready, -1_000)
    assert left(ready) == [0]
    assert ready.get("/v1/budgets/city/2026")["free_fen"] == 0
    ready.reconcile()


def test_what_is_carried_over_keeps_its_classification(ready: Payout) -> None:
    give(ready, 300)
    give(ready, 1_000, FIRST)
    decide(ready, 600)
    ready.fund()
    path, body = "/v1/budgets/city/2026/carry-over", {"document": "丽财〔2027〕3号"}
    ready.carry_over(path, body | {"amount_fen": 500})
    for year, sign in ((2026, -1), (2027, 1)):
        made = [each for each in ready.get(f"/v1/appropriations?year={year}")["items"] if each["carried_over"]]
        assert [(each["amount_fen"], each["indicator"]) for each in made] == [
            (sign * 400, FIRST["indicator"]),
            (sign * 100, None),
        ]
    (indicator,) = ready.get("/v1/budgets/city/2027")["indicators"]
    assert (indicator["left_fen"], indicator["project"]) == (400, "电商专项")
    ready.reconcile()


def test_money_goes_back_to_its_indicator_and_replacements_draw_on_the_same(ready: Payout) -> None:
    give(ready, 1_000, FIRST)
    decide(ready, 1_000)
    ready.fund()
    ready.receive(decision("s1", version=2, jurisdiction="city", instalments=((2025, 400),)))
    assert (left(ready), drawn(ready)[400]) == ([600], FIRST["indicator"])
    ready.receive(decision("s1", version=3, jurisdiction="city", instalments=()))
    assert left(ready) == [1_000]
    ready.reconcile()


def test_a_failed_payment_is_issued_again_from_the_same_indicator(ready: Payout) -> None:
    give(ready, 1_000, FIRST)
    decide(ready, 700)
    ready.fund()
    (order,) = ready.get("/v1/payment-orders")["items"]
    approve(ready, order["id"])
    made = batch(ready)
    row = {"order_id": order["id"], "outcome": "failed", "occurred_on": "2026-03-02", "bank_reference": "B"}
    ready.post(f"/v1/payment-batches/{made['id']}/results", {"rows": [row]}, by="bank")
    again = ready.post(f"/v1/payment-orders/{order['id']}/reissue", by="finance-maker", expect=201)
    assert (again["indicator"], left(ready)) == (FIRST["indicator"], [300])
    ready.reconcile()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE indicators SET committed_fen = appropriated_fen + 1",
        "UPDATE budgets SET committed_fen = committed_fen + 1",
        "UPDATE budgets SET classified_committed_fen = classified_committed_fen + 601",
        "UPDATE payment_orders SET indicator_id = NULL WHERE state = 'issued'",
        "UPDATE payment_orders SET budget_year = 2027, indicator_id = 1, state = 'issued', waiting_for = NULL,"
        " funded_at = now() WHERE state = 'waiting'",
        "INSERT INTO indicators (unit, year) VALUES ('city', 2026)",
    ],
)
def test_the_database_refuses_what_no_indicator_covers(ready: Payout, statement: str) -> None:
    give(ready, 1_000, FIRST)
    decide(ready, 600, 500)
    ready.fund()
    with pytest.raises(IntegrityError):
        ready.execute(statement)


def test_the_file_of_a_batch_says_what_each_payment_is_for(ready: Payout) -> None:
    give(ready, 1_000, FIRST)
    give(ready, 1_000)
    decide(ready, 1_000, 500)
    ready.fund()
    for order in ready.get("/v1/payment-orders")["items"]:
        approve(ready, order["id"])
    headers = ready.tokens.headers("finance-maker", Accept="text/csv")
    content = ready.http.get(f"/v1/payment-batches/{batch(ready)['id']}/file", headers=headers).content
    heading, first, second, *_ = (line.split(",") for line in content.decode("utf-8-sig").splitlines())
    assert [cell.strip('"') for cell in heading[7:]] == [
        *("用途", "指标文号", "预算项目", "功能分类", "经济分类", "奖补编号", "期次"),
    ]
    assert [cell.strip('"') for cell in first[7:12]] == ["2024年度快递企业租房补贴", *FIRST.values()]
    assert [cell.strip('"') for cell in second[7:12]] == ["2024年度快递企业租房补贴", "", "", "", ""]


def test_the_file_of_a_batch_of_before_stays_as_it_was(ready: Payout) -> None:
    ready.appropriate("city", 1_000)
    decide(ready, 1_000)
    ready.fund()
    (order,) = ready.get("/v1/payment-orders")["items"]
    approve(ready, order["id"])
    made: dict[str, Any] = batch(ready)
    ready.tamper("UPDATE batch_orders SET purpose = NULL", "batch_orders")
    headers = ready.tokens.headers("finance-maker", Accept="text/csv")
    lines = ready.http.get(f"/v1/payment-batches/{made['id']}/file", headers=headers).text.splitlines()
    assert lines[0].lstrip("\ufeff").replace('"', "") == (
        "序号,支付令编号,收款单位,统一社会信用代码,开户行行号,账号,金额（元）,用途"
    )
    assert f'"courier-rent {order["award_id"]}/1"' in lines[1]
    assert lines[2] == '"合计","1","","","","","10.00",""'


def test_the_report_of_the_year_tells_indicators_apart(ready: Payout) -> None:
    give(ready, 1_000, FIRST)
    give(ready, 1_000)
    decide(ready, 1_000, 500)
    ready.fund()
    rows = ready.get("/v1/reports/2026")["indicators"]
    assert [
        ({name: row[name] for name in NAMES}, row["award"], row["orders"], row["committed_fen"]) for row in rows
    ] == [
        (FIRST, "courier-rent", 1, 1_000),
        (dict.fromkeys(NAMES), "courier-rent", 1, 500),
    ]
