"""The bank's answer as a file: workbooks, and the treasury's own file sent back with results beside its rows."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from shared.media_types import CSV, XLSX
from tests.integration.payout.bank import approve, batch
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, decision

HEADING = ["支付令编号", "结果", "日期", "银行流水号", "金额（元）", "原因"]


def two_sent(payout: Payout) -> dict[str, Any]:
    """Send two orders of the city to the bank, 1,000 and 2,000 fen; returns the batch."""
    payout.arrange()
    payout.account(USCC)
    payout.account(OTHER_USCC, "6222333344445555")
    payout.appropriate("city", 10_000)
    payout.receive(
        decision("s1", jurisdiction="city", instalments=((2025, 1_000),)),
        decision("s2", jurisdiction="city", instalments=((2025, 2_000),), uscc=OTHER_USCC),
    )
    payout.fund()
    for order in payout.get("/v1/payment-orders?state=issued")["items"]:
        approve(payout, order["id"])
    made: dict[str, Any] = batch(payout)
    return made


def workbook(*rows: list[Any]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return buffer.getvalue()


def send(payout: Payout, made: dict[str, Any], content: bytes, kind: str, mode: str = "all_or_nothing") -> Any:
    headers = payout.tokens.headers("bank") | {"Content-Type": kind}
    path = f"/v1/payment-batches/{made['id']}/results?mode={mode}"
    return payout.http.post(path, content=content, headers=headers)


def orders_of(payout: Payout, made: dict[str, Any]) -> dict[str, str]:
    return {order["id"]: order["state"] for order in payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"]}


def sent_back(payout: Payout, made: dict[str, Any]) -> list[list[str]]:
    """Return the treasury's file with 结果, 日期, 银行流水号 beside each of its rows."""
    headers = payout.tokens.headers("finance-maker", Accept=CSV)
    content = payout.http.get(f"/v1/payment-batches/{made['id']}/file", headers=headers).content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    rows[0] += ["结果", "日期", "银行流水号"]
    for place, row in enumerate(rows[1:-3]):
        row += ["成功", "2026-03-02", f"B{place}"]
    return rows


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def test_results_come_as_a_workbook_with_its_own_dates_and_numbers(payout: Payout) -> None:
    made = two_sent(payout)
    first, second = orders_of(payout, made)
    rows: list[list[Any]] = [
        [first, "成功", date(2026, 3, 2), "B1", 10, ""],
        [second, "失败", "2026-03-02", "B2", "20.00", "户名不符"],
    ]
    wrong = [rows[0], [second, "也许", "2026-03-02", "B2", "20.00", ""]]
    refused = send(payout, made, workbook(HEADING, *wrong), XLSX)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "B3")
    assert set(orders_of(payout, made).values()) == {"batched"}
    report = send(payout, made, workbook(HEADING, *rows, [], ["合计", 2]), XLSX).json()
    assert report["rows"] == {"read": 2, "accepted": 2, "unchanged": 0, "rejected": 0}
    assert orders_of(payout, made) == {first: "settled", second: "failed"}
    assert send(payout, made, workbook(HEADING, *rows), XLSX).json()["rows"]["unchanged"] == 2


def test_a_reference_in_a_number_cell_is_the_text_that_it_shows(payout: Payout) -> None:
    made = two_sent(payout)
    first, second = orders_of(payout, made)
    longest = 10**15 - 1
    rows: list[list[Any]] = [
        [first, "成功", "2026-03-02", 20260305000123, "10.00", ""],
        [second, "成功", "2026-03-02", longest, "20.00", ""],
    ]
    assert send(payout, made, workbook(HEADING, *rows), XLSX).json()["rows"]["accepted"] == 2
    shown = payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"]
    assert [order["bank_reference"] for order in shown] == ["20260305000123", str(longest)]
    as_text = as_csv([HEADING, *([str(cell) for cell in row] for row in rows)])
    assert send(payout, made, as_text, CSV).json()["rows"]["unchanged"] == 2, "it is the same reference"


def test_a_number_cell_that_has_lost_digits_is_refused(payout: Payout) -> None:
    made = two_sent(payout)
    first, second = orders_of(payout, made)
    rows: list[list[Any]] = [
        [first, "成功", "2026-03-02", "B1", "10.00", ""],
        [second, "成功", "2026-03-02", 2026030500012345678, "20.00", ""],
    ]
    refused = send(payout, made, workbook(HEADING, *rows), XLSX)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "D3", "digits_lost")
    assert set(orders_of(payout, made).values()) == {"batched"}


@pytest.mark.parametrize("content", [b"PK no workbook", workbook(), workbook(HEADING)])
def test_what_is_no_workbook_of_rows_is_refused(payout: Payout, content: bytes) -> None:
    made = two_sent(payout)
    assert send(payout, made, content, XLSX).status_code == 422
    assert set(orders_of(payout, made).values()) == {"batched"}


def test_the_treasurys_own_file_may_come_back_with_results(payout: Payout) -> None:
    made = two_sent(payout)
    assert send(payout, made, as_csv(sent_back(payout, made)), CSV).json()["rows"]["accepted"] == 2
    assert set(orders_of(payout, made).values()) == {"settled"}


@pytest.mark.parametrize(
    ("column", "text", "code", "named"),
    [
        (5, "6222999999999999", "row_changed", "账号"),
        (2, "另一单位", "row_changed", "收款单位"),
        (3, USCC, "row_changed", "统一社会信用代码"),
        (6, "20.01", "another_amount", ""),
    ],
)
def test_a_file_with_one_row_changed_is_refused_with_the_row(
    payout: Payout, column: int, text: str, code: str, named: str
) -> None:
    made = two_sent(payout)
    rows = sent_back(payout, made)
    rows[2][column] = text
    refused = send(payout, made, as_csv(rows), CSV)
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("3", code) and named in error["message"]
    assert text not in refused.text
    assert set(orders_of(payout, made).values()) == {"batched"}
    report = send(payout, made, as_csv(rows), CSV, "accept_valid").json()
    assert (report["rows"]["rejected"], [each["code"] for each in report["errors"]]) == (1, [code])
    assert report["errors"][0]["message"] == error["message"], "in the caller's language"
    assert orders_of(payout, made) == {rows[1][1]: "settled", rows[2][1]: "batched"}


def test_a_file_with_another_files_checksum_is_refused(payout: Payout) -> None:
    made = two_sent(payout)
    rows = sent_back(payout, made)
    rows[-2][1] = "0" * 64
    refused = send(payout, made, as_csv(rows), CSV)
    assert refused.status_code == 422 and refused.json()["errors"][0]["code"] == "another_file"
    assert set(orders_of(payout, made).values()) == {"batched"}


@pytest.mark.parametrize(
    ("heading", "rows", "expected"),
    [
        ("金额(元)", ["成功,2026-03-02,R1,,99.00", "成功,2026-03-02,R2,,20.00"], {"2": "another_amount"}),
        ("金额（元）", ["成功,2019-01-01,RP,,", "成功,2026-03-03,RF,,"], {"2": "before_batch", "3": "in_future"}),
        ("金额（元）", ["成功,2026/3/2,R1,,10.00", "支付成功,2026年3月2日,R2,,"], {}),
        ("交易金额", ["交易成功,2026-03-02,R1,,", "退汇,2026-03-02,R3,户名不符,20"], {}),
    ],
)
def test_the_banks_own_forms_are_read_or_answered_row_by_row(
    payout: Payout, heading: str, rows: list[str], expected: dict[str, str]
) -> None:
    made = two_sent(payout)
    lines = [f"支付指令编号,结果,日期,银行流水号,原因,{heading}"]
    lines += [f"{order},{row}" for order, row in zip(orders_of(payout, made), rows, strict=True)]
    content = "\n".join(lines).encode("gb18030")
    headers = payout.tokens.headers("finance-maker") | {"Content-Type": "application/vnd.ms-excel"}
    path = f"/v1/payment-batches/{made['id']}/results/check"
    checked = payout.http.post(path, content=content, headers=headers).json()
    assert {error["pointer"]: error["code"] for error in checked["errors"]} == expected
    assert [warning["code"] for warning in checked["warnings"]] == ["encoding_guessed"]
    assert set(orders_of(payout, made).values()) == {"batched"}, "nothing is recorded"
    refused = payout.http.post(path, content=content, headers=headers | {"Accept": CSV})
    assert refused.status_code == (200 if expected else 404)
    if expected:
        headings, *given_back = refused.content.decode("utf-8-sig").splitlines()
        assert headings.endswith(",problem") and len(given_back) == len(expected)
    else:
        assert send(payout, made, content, CSV).json()["rows"]["accepted"] == 2
