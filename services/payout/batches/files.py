"""The treasury's file of a batch: CSV (UTF-8 with BOM) or XLSX, with totals and a checksum line. The same bytes every time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Row

from services.payout.accounts.registry import Account
from shared.web import sheets

HEADINGS = ("序号", "支付令编号", "收款单位", "统一社会信用代码", "开户行行号", "账号", "金额（元）", "用途")


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
    return sheets.harmless(frame.with_columns(sheets.yuan(HEADINGS[6])))


def csv_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the rows, a line with the totals, and a line with the SHA-256 of all lines above it."""
    body = sheets.csv_of(frame)
    body += f'"合计","{frame.height}","","","","","{_yuan(total_fen)}",""\n'.encode()
    return body + f'"校验","{hashlib.sha256(body).hexdigest()}","","","","","",""\n'.encode()


def xlsx_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the same rows as a workbook; the checksum is that of the CSV."""
    checksum = csv_of(frame, total_fen).decode().splitlines()[-1].split('"')[3]
    last = ("合计", str(frame.height), "", "", "", "", _yuan(total_fen), ""), ("校验", checksum)
    return sheets.xlsx_of(frame, "支付清单", last)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
