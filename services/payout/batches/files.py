"""The treasury's file of a batch: CSV (UTF-8 with BOM) or XLSX, with totals and a checksum line. The same bytes every time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from services.payout.batches.domain import Result
from shared import spreadsheets

HEADINGS = ("序号", "支付令编号", "收款单位", "统一社会信用代码", "开户行行号", "账号", "金额（元）", "用途")

COMPARED = (*HEADINGS[2:6], HEADINGS[7])
"""Columns in which a row that comes back has to be the row that was sent; the amount is held against the order itself."""


def frame_of(lines: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the file: one per order, amounts in yuan with two decimals, everything else as text.

    Every payee of `lines` has to be among `accounts`: raises KeyError.
    """
    frame = lines.join(accounts, left_on="payee_uscc", right_on="uscc", how="left", maintain_order="left")
    if frame["number"].null_count():
        raise KeyError(frame.filter(pl.col("number").is_null())["payee_uscc"][0])
    frame = frame.with_row_index("place", offset=1).select(
        "place",
        "order_id",
        "holder",
        "payee_uscc",
        "bank_code",
        "number",
        spreadsheets.yuan_text("amount_fen"),
        "purpose",
    )
    return spreadsheets.escape_formulas(frame.rename(dict(zip(frame.columns, HEADINGS, strict=True))))


def changed_rows(frame: pl.DataFrame, results: Sequence[Result]) -> dict[str, str]:
    """Return, by order, the first column in which a row that came back is not the row of the file that was sent."""
    sent = {row[HEADINGS[1]]: row for row in frame.iter_rows(named=True)}
    changed: dict[str, str] = {}
    for result in results:
        row = sent.get(result.order_id, {})
        for heading, cell in result.copied.items():
            if heading in COMPARED and heading in row and cell.lstrip("'") != row[heading].lstrip("'"):
                changed.setdefault(result.order_id, heading)
    return changed


def checksum_of(frame: pl.DataFrame, total_fen: int) -> str:
    """Return the checksum that the last line of the file bears."""
    return csv_of(frame, total_fen).decode().splitlines()[-1].split('"')[3]


def csv_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the rows, a line with the totals, and a line with the SHA-256 of all lines above it."""
    body = spreadsheets.to_csv(frame)
    body += f'"合计","{frame.height}","","","","","{_yuan(total_fen)}",""\n'.encode()
    return body + f'"校验","{hashlib.sha256(body).hexdigest()}","","","","","",""\n'.encode()


def xlsx_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the same rows as a workbook; the checksum is that of the CSV."""
    last = (
        ("合计", str(frame.height), "", "", "", "", _yuan(total_fen), ""),
        ("校验", checksum_of(frame, total_fen)),
    )
    return spreadsheets.to_xlsx(frame, "支付清单", last)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
