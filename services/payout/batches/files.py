"""The rows of a batch's file, and the file as a sheet: CSV (UTF-8 with BOM) or XLSX, with totals, a checksum and a seal.

The same bytes every time, until the key of the seal is replaced."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from services.payout.budgets.domain import Classification
from services.payout.settings import Payer
from shared import spreadsheets
from shared.spelling import spell_codes, spell_names

HEADINGS = {
    "place": "序号",
    "order_id": "支付指令编号",
    "holder": "收款单位",
    "payee_uscc": "统一社会信用代码",
    "bank_code": "开户行行号",
    "number": "账号",
    "amount_fen": "金额（元）",
    "purpose": "用途",
    "indicator": "指标文号",
    "project": "预算项目",
    "function_code": "功能分类",
    "economic_code": "经济分类",
    "award_id": "奖补编号",
    "instalment": "期次",
}
"""The columns of a file, with what stands over them."""
FORMER_ORDER_ID = "支付令编号"
TOTAL, CHECKSUM, SEAL = "合计", "校验", "防伪码"
"""First cells of the three last lines."""

ADDED = (*Classification._fields, "award_id", "instalment")
"""Columns that files of before do not have: their purpose named the award and the instalment."""
NAMES = ("holder", "purpose")
FREE = (*NAMES, *Classification._fields)
"""Columns that may hold any character; the others are ids, codes and numbers of their patterns."""
COMPARED = ("holder", "payee_uscc", "bank_code", "number", "purpose", *ADDED)
"""Columns that a returned row must have as they were sent, names and codes; the amount is compared with the order itself."""


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """What goes to the bank. `rows` are those of `rows_of`; `payer` is None where no account of the unit is known."""

    batch_id: str
    built_at: datetime
    day: date
    rows: pl.DataFrame
    checksum: str
    seal: str
    payer: Payer | None


def rows_of(lines: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the file: one per order, amounts in fen, everything else as text.

    Raises KeyError if a payee of `lines` is not among `accounts`.
    """
    rows = lines.join(accounts, left_on="payee_uscc", right_on="uscc", how="left", maintain_order="left")
    if rows["number"].null_count():
        raise KeyError(rows.filter(pl.col("number").is_null())["payee_uscc"][0])
    rows = rows.with_row_index("place", offset=1)
    return rows.select(name for name in HEADINGS if name in rows.columns)


def changed_rows(rows: pl.DataFrame, copied: pl.DataFrame) -> dict[str, str]:
    """Return, by order, the heading of the first column in which a returned row differs from the rows that were sent.

    `copied` has `order_id` and some of the columns COMPARED, as they were read.
    """
    both = copied.join(rows, on="order_id", suffix=" sent")
    changed: dict[str, str] = {}
    for name in [name for name in COMPARED if f"{name} sent" in both.columns]:
        spell = spell_names if name in NAMES else spell_codes
        sent = spell(spreadsheets.without_direction(both[f"{name} sent"].fill_null("")))
        for order_id in both["order_id"].filter(both[name].fill_null("") != sent):
            changed.setdefault(order_id, HEADINGS[name])
    return changed


def sheet_of(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows as people read them: amounts in yuan with two decimals, everything else as text, under headings."""
    free = [name for name in FREE if name in rows.columns]
    escaped = spreadsheets.escape_formulas(rows.select(pl.col(free).fill_null("")))
    sheet = rows.with_columns(spreadsheets.yuan_text("amount_fen"), *escaped)
    headings = HEADINGS if "award_id" in rows.columns else HEADINGS | {"order_id": FORMER_ORDER_ID}
    return sheet.rename({name: headings[name] for name in rows.columns})


def checksum_of(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of the rows and the line with the totals, as CSV."""
    return hashlib.sha256(_body(rows)).hexdigest()


def csv_of(rows: pl.DataFrame, seal: str) -> bytes:
    """Write the rows, a line with the totals, a line with the SHA-256 of all lines above it, and a line with the seal."""
    body = _body(rows)
    last = ((CHECKSUM, hashlib.sha256(body).hexdigest()), (SEAL, seal))
    return body + "".join(_line(*cells, *[""] * (rows.width - 2)) for cells in last).encode()


def xlsx_of(rows: pl.DataFrame, seal: str) -> bytes:
    """Write the same rows as a workbook; the checksum is that of the CSV."""
    last = (_total(rows), (CHECKSUM, checksum_of(rows)), (SEAL, seal))
    return spreadsheets.to_xlsx({"支付清单": sheet_of(rows)}, last)


def yuan_of(fen: int) -> str:
    """Write an amount in yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def _body(rows: pl.DataFrame) -> bytes:
    return spreadsheets.to_csv(sheet_of(rows)) + _line(*_total(rows)).encode()


def _total(rows: pl.DataFrame) -> tuple[str, ...]:
    cells = [TOTAL, str(rows.height), *[""] * (rows.width - 2)]
    cells[rows.columns.index("amount_fen")] = yuan_of(int(rows["amount_fen"].sum()))
    return tuple(cells)


def _line(*cells: str) -> str:
    return ",".join(f'"{cell}"' for cell in cells) + "\n"
