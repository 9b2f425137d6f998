"""The treasury's file of a batch: CSV (UTF-8 with BOM) or XLSX, with totals and a checksum line. The same bytes every time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
import xlsxwriter
from sqlalchemy import Row

from services.payout.accounts.registry import Account

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = ("序号", "支付令编号", "收款单位", "统一社会信用代码", "开户行行号", "账号", "金额（元）", "用途")
BOM = b"\xef\xbb\xbf"
_FORMULA = r"^([=+\-@\t\r])"


def frame_of(lines: Sequence[Row[Any]], accounts: Mapping[str, Account]) -> pl.DataFrame:
    """Return the rows of the file: one per order, amounts in yuan with two decimals, everything else as text."""
    found = [accounts[line.payee_uscc] for line in lines]
    frame = pl.DataFrame(
        {
            HEADINGS[0]: list(range(1, len(lines) + 1)),
            HEADINGS[1]: [line.order_id for line in lines],
            HEADINGS[2]: [account.holder for account in found],
            HEADINGS[3]: [line.payee_uscc for line in lines],
            HEADINGS[4]: [account.bank_code for account in found],
            HEADINGS[5]: [account.number for account in found],
            HEADINGS[6]: [line.amount_fen for line in lines],
            HEADINGS[7]: [f"{line.award} {line.award_id}/{line.instalment}" for line in lines],
        }
    )
    fen = pl.col(HEADINGS[6])
    yuan = pl.format("{}.{}", fen // 100, (fen % 100).cast(pl.String).str.zfill(2))
    return frame.with_columns(yuan.alias(HEADINGS[6]), pl.col(HEADINGS[2]).str.replace(_FORMULA, "'$1"))


def csv_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the rows, a line with the totals, and a line with the SHA-256 of all lines above it."""
    body = BOM + frame.write_csv(quote_style="non_numeric").encode()
    total = f'"合计","{frame.height}","","","","","{total_fen // 100}.{total_fen % 100:02d}",""\n'
    body += total.encode()
    return body + f'"校验","{hashlib.sha256(body).hexdigest()}","","","","","",""\n'.encode()


def xlsx_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the same rows as a workbook; identifiers and amounts are text cells, the checksum is that of the CSV."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    sheet = workbook.add_worksheet("支付清单")
    sheet.write_row(0, 0, HEADINGS)
    for place, row in enumerate(frame.iter_rows(), start=1):
        sheet.write_row(place, 0, row)
    total = f"{total_fen // 100}.{total_fen % 100:02d}"
    sheet.write_row(frame.height + 1, 0, ("合计", str(frame.height), "", "", "", "", total, ""))
    checksum = csv_of(frame, total_fen).decode().splitlines()[-1].split('"')[3]
    sheet.write_row(frame.height + 2, 0, ("校验", checksum))
    workbook.close()
    return buffer.getvalue()
