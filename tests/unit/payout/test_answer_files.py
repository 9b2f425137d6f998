"""Answers of the bank as files: what is read, what is refused and where, and that no row is lost."""

from __future__ import annotations

import base64
import csv
import io
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payout.batches.bank_results import BankAnswer, read
from services.payout.batches.domain import BatchedOrder, Days, check_results
from services.payout.batches.files import changed_rows, checksum_of, rows_of
from services.payout.batches.files import csv_of as batch_file
from services.payout.restorations.files import read as read_sent
from services.payout.seals import Sealed, Seals
from shared.errors import FieldError
from shared.files.domain import FileRefused
from shared.media_types import BYTES, CSV
from tests.support.sheets import csv_of, workbook

ORDERS = [f"01a22861-0423-7fc4-89d9-46bca903d49{place}" for place in range(6)]
HEADINGS = ["支付令编号", "结果", "日期", "银行流水号", "原因", "金额（元）"]
TODAY = date(2026, 11, 30)


def row(
    order: int = 0, outcome: str = "成功", day: str = "2026-11-30", reference: str = "R1", **more: str
) -> list[str]:
    return [ORDERS[order], outcome, day, reference, more.get("reason", ""), more.get("amount", "")]


def answer(*rows: list[str], headings: list[str] = HEADINGS) -> BankAnswer:
    return read(csv_of(headings, *rows), CSV, TODAY)


def codes(mistakes: list[tuple[int, FieldError]]) -> list[tuple[str, str]]:
    return [(mistake.pointer, mistake.code) for _, mistake in mistakes]


@pytest.mark.parametrize(
    ("heading", "cell", "fen"),
    [
        ("金额(元)", "99.00", 9_900),
        ("金额（元）", "100000.00", 10_000_000),
        ("金额", "99", 9_900),
        ("支付金额", "¥99.00", 9_900),
        ("交易金额 (元)", "99元", 9_900),
        ("实付金额（万元）", "10", 10_000_000),
        ("实际支付金额", "99.00", 9_900),
        ("汇款金额（人民币）", "99.00", 9_900),
        ("Amount (CNY)", "99.00", 9_900),
        ("金额（小写）", "99.00", 9_900),
        ("amount_fen", "9900", 9_900),
    ],
)
def test_an_amount_is_read_under_every_heading(heading: str, cell: str, fen: int) -> None:
    (result,) = answer(row(amount=cell), headings=[*HEADINGS[:5], heading]).results
    assert result.amount_fen == fen


@pytest.mark.parametrize(
    ("word", "outcome"),
    [("成功", "settled"), ("支付成功", "settled"), ("交易成功", "settled"), ("失败", "failed"), ("支付失败", "failed"),
     ("退汇", "returned"), ("退回", "returned"), ("settled", "settled"), ("入账成功", "settled"), ("代发失败", "failed"),
     ("银行拒绝", "failed")],
)  # fmt: skip
def test_outcomes_are_read_in_the_banks_words(word: str, outcome: str) -> None:
    assert [each.outcome for each in answer(row(outcome=word)).results] == [outcome]


@pytest.mark.parametrize(
    "day",
    [
        *("2026-11-30", "2026/11/30", "2026.11.30", "20261130", "2026年11月30日", "2026/11/30 0:00"),
        *("2026-11-30 14:03:22", "2026/11/30 9:05", "20261130140322", "2026年11月30日14时03分22秒"),
        *("2026-11-30T14:03:22+08:00", "2026-11-30 23:59:59.5"),
    ],
)
def test_days_are_read_as_they_are_written(day: str) -> None:
    assert [each.occurred_on for each in answer(row(day=day)).results] == [TODAY]


def test_all_mistakes_come_in_one_answer_each_at_its_cell() -> None:
    found = answer(
        row(outcome="处理中"),
        row(1, day="11/30/2026", amount="九十九"),
        row(2, reference="6.22202E+17"),
        ["不是编号", "成功", "2026-11-30", "R4", "", ""],
        row(4),
    )
    assert codes(found.mistakes) == [
        ("B2", "not_allowed"),
        ("F3", "not_an_amount"),
        ("C3", "year_last"),
        ("D4", "digits_lost"),
        ("A5", "bad_format"),
    ]
    assert [result.line for result in found.results] == [6]


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        ([*HEADINGS[:5], "实到"], "unknown_heading"),
        ([*HEADINGS[:5], "金额（角）"], "unknown_unit"),
        ([*HEADINGS[:3], "原因", "金额"], "missing_heading"),
        ([*HEADINGS[:5], "支付指令编号"], "duplicate_heading"),
    ],
)
def test_a_heading_is_known_passed_over_or_refused(headings: list[str], code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        answer(row()[: len(headings)], headings=headings)
    assert [each.code for each in refused.value.errors] == [code]


def test_columns_that_banks_add_are_named_and_totals_counted() -> None:
    rows = [
        ["某银行回单", "", ""],
        [*HEADINGS, "付款账号", "备注"],
        [*row(), "331", "x"],
        ["合计", *[""] * 4, "99.00", "", ""],
        ["银行盖章：", *[""] * 7],
    ]
    found = read(csv_of(*rows), BYTES, TODAY)
    assert found.file is not None and (found.read, found.file.skipped) == (1, 2)
    assert {warning.code for warning in found.file.warnings} == {
        "rows_above",
        "columns_passed_over",
        "totals_and_notes",
    }


def test_a_workbook_is_read_whatever_it_is_declared_as() -> None:
    content = workbook({"说明": [["请勿改动"]], "回单": [HEADINGS, [*row(), ""][:6]]})
    assert [each.order_id for each in read(content, "application/vnd.ms-excel", TODAY).results] == [ORDERS[0]]


def test_refused_rows_come_back_with_what_is_wrong() -> None:
    found = answer(row(), row(1, outcome="处理中"))
    assert found.file is not None
    headings, refused = found.file.refused_rows(found.mistakes, "zh-CN").lines("zh-CN")
    assert headings == [*HEADINGS, "问题"]
    assert refused[:6] == row(1, outcome="处理中") and "结果" in refused[6]


CELLS = st.sampled_from(
    ["", "成功", "失败", "退汇", "处理中", "2026-11-30", "2019-01-01", "R1", "R2", "合计", "注：", "99", *ORDERS]
)
ROWS = st.lists(
    st.one_of(
        st.builds(
            row,
            st.integers(0, 5),
            st.sampled_from(["成功", "失败", "退汇", "？"]),
            st.sampled_from(["2026-11-30", "2026/11/29", "2019-01-01", "昨天"]),
            st.sampled_from(["R1", "R2", ""]),
            amount=st.sampled_from(["", "1.00", "99.00", "x"]),
        ),
        st.lists(CELLS, min_size=6, max_size=6),
        st.just(["合计", "", "", "", "", "1.00"]),
        st.just([""] * 6),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_every_row_of_a_file_is_read_or_skipped_and_applied_or_refused(rows: list[list[str]]) -> None:
    filled = [cells for cells in rows if any(cells)]
    try:
        found = answer(*rows)
    except FileRefused as refused:
        assert [each.code for each in refused.errors] == ["no_rows"]
        return
    assert found.file is not None
    assert found.read + found.file.skipped == len(filled)
    orders = {order: BatchedOrder("batched", 100, {}) for order in ORDERS}
    checked = check_results(found.results, orders, {}, Days(date(2026, 11, 29), TODAY))
    refused_lines = {line for line, _ in (*found.mistakes, *checked.mistakes)}
    assert len(checked.accepted) + checked.unchanged + len(refused_lines) == found.read


def test_the_columns_of_the_sent_file_are_read_beside_the_results() -> None:
    headings = [
        "序号",
        "支付令编号",
        "收款单位",
        "统一社会信用代码",
        "开户行行号",
        "账号",
        "金额（元）",
        "用途",
        *HEADINGS[1:4],
    ]
    sent: list[list[Any]] = [
        ["1", ORDERS[0], "'=甲", "9133", "102", "6222", "10.00", "p 1", "成功", "2026-11-30", "R1"],
        ["2", ORDERS[1], "乙", "9133", "102", "6.222E+15", "20", "p 2", "成功", "2026-11-30", "R2"],
        ["合计", "2", "", "", "", "", "30.00", "", "", "", ""],
        ["校验", "0" * 64],
    ]
    found = read(csv_of(headings, *sent), CSV, TODAY)
    assert (found.read, found.checksum, codes(found.mistakes)) == (2, "0" * 64, [("F3", "digits_lost")])
    assert found.file is not None and found.file.skipped == 2
    assert found.copied.rows() == [(ORDERS[0], "=甲", "9133", "102", "6222", "p 1")]


def test_a_name_that_a_file_escapes_comes_back_as_it_was_sent() -> None:
    names = ["＝甲公司", "@乙公司", "-丙公司", "＋丁公司"]
    sent = pl.DataFrame({"order_id": ORDERS[:4], "holder": names})
    headings = ["支付指令编号", "收款单位", *HEADINGS[1:4]]
    rows = [[ORDERS[at], f"'{name}", "成功", "2026-11-30", "R1"] for at, name in enumerate(names)]
    found = read(csv_of(headings, *rows), CSV, TODAY)
    assert changed_rows(sent, found.copied) == {}


@pytest.mark.parametrize("root", [b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', b"<html/>"])
def test_a_table_saved_as_xml_is_named_as_such(root: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read(b'<?xml version="1.0"?>' + root, BYTES, TODAY)
    assert [each.code for each in refused.value.errors] == ["html_as_workbook"]


SEALS = Seals(base64.b64encode(bytes(64)).decode())
SEALED = Sealed("city", TODAY, 7)


def sent_file() -> list[list[str]]:
    """Return the cells of a batch's own file."""
    purposes = [f"courier-rent 7038da8b-ab59-5803-b624-5965d85e446{place}/1" for place in range(2)]
    schema = ["order_id", "amount_fen", "payee_uscc", "purpose"]
    lines = pl.DataFrame([[*ORDERS[:2]], [1_000, 2_050], ["9133A", "9133B"], purposes], schema)
    accounts = pl.DataFrame(
        {
            "uscc": ["9133A", "9133B"],
            "holder": ["=甲", "乙"],
            "bank_code": ["102", "103"],
            "number": ["62220001", "62220002"],
        }
    )
    file_rows = rows_of(lines, accounts)
    content = batch_file(file_rows, SEALS.seal(SEALED, checksum_of(file_rows))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content)))


def test_a_sent_file_that_was_saved_again_is_entered_if_nothing_was_lost() -> None:
    rows = sent_file()
    for saved in (rows, [[cell.replace("10.00", "10").replace("20.50", "20.5") for cell in cells] for cells in rows]):
        for content in (workbook({"支付清单": saved}), csv_text(saved)):
            sent = read_sent(content, BYTES, SEALS, TODAY)
            assert [(row.order_id, row.amount_fen, row.instalment) for row in sent.rows] == [
                (ORDERS[0], 1_000, 1),
                (ORDERS[1], 2_050, 1),
            ]
            assert (sent.checksum, sent.sealed) == (rows[-2][1], SEALED)


@pytest.mark.parametrize(
    ("place", "cell", "code"),
    [
        (5, "6.22E+07", "digits_lost"),
        (4, "0102", "file_changed"),
        (6, "10.01", "file_changed"),
        (7, "房租", "not_of_a_batch"),
    ],
)
def test_a_sent_file_that_lost_something_is_refused(place: int, cell: str, code: str) -> None:
    rows = sent_file()
    rows[1][place] = cell
    with pytest.raises(FileRefused) as refused:
        read_sent(csv_text(rows), CSV, SEALS, TODAY)
    assert [each.code for each in refused.value.errors] == [code]


@pytest.mark.parametrize(
    ("seal", "code"),
    [
        (None, "no_seal"),
        (SEALS.seal(SEALED, "0" * 64), "another_seal"),
        ("city 2026-13-99 7 " + "0" * 64, "another_seal"),
    ],
)
def test_a_sent_file_without_payouts_seal_is_refused(seal: str | None, code: str) -> None:
    rows = sent_file()[:-1]
    with pytest.raises(FileRefused) as refused:
        read_sent(csv_text([*rows, ["防伪码", seal, *[""] * 6]] if seal else rows), CSV, SEALS, TODAY)
    assert [each.code for each in refused.value.errors] == [code]


def csv_text(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
