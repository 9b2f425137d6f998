"""The treasury's file of a batch: CSV (UTF-8 with BOM) or XLSX, with totals and a checksum line. The same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from services.payout.batches.domain import BankResult
from shared import spreadsheets
from shared.errors import Invalid
from shared.media_types import CSV

HEADINGS = ("序号", "支付令编号", "收款单位", "统一社会信用代码", "开户行行号", "账号", "金额（元）", "用途")
TOTAL, CHECKSUM = "合计", "校验"
"""First cells of the two last lines."""

COMPARED = (*HEADINGS[2:6], HEADINGS[7])
"""Columns that a returned row must have as they were sent; the amount is compared with the order itself."""


def frame_of(lines: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the file: one per order, amounts in yuan with two decimals, everything else as text.

    Raises KeyError if a payee of `lines` is not among `accounts`.
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


def changed_rows(frame: pl.DataFrame, results: Sequence[BankResult]) -> dict[str, str]:
    """Return, by order, the first column in which a returned row differs from the file that was sent."""
    sent = {row[HEADINGS[1]]: row for row in frame.iter_rows(named=True)}
    changed: dict[str, str] = {}
    for result in results:
        row = sent.get(result.order_id, {})
        for heading, cell in result.copied.items():
            if heading in COMPARED and heading in row and cell.lstrip("'") != row[heading].lstrip("'"):
                changed.setdefault(result.order_id, heading)
    return changed


def checksum_of(frame: pl.DataFrame, total_fen: int) -> str:
    """Return the checksum in the last line of the file."""
    return csv_of(frame, total_fen).decode().splitlines()[-1].split('"')[3]


def csv_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the rows, a line with the totals, and a line with the SHA-256 of all lines above it."""
    body = spreadsheets.to_csv(frame)
    body += f'"{TOTAL}","{frame.height}","","","","","{_yuan(total_fen)}",""\n'.encode()
    return body + f'"{CHECKSUM}","{hashlib.sha256(body).hexdigest()}","","","","","",""\n'.encode()


def xlsx_of(frame: pl.DataFrame, total_fen: int) -> bytes:
    """Write the same rows as a workbook; the checksum is that of the CSV."""
    last = (
        (TOTAL, str(frame.height), "", "", "", "", _yuan(total_fen), ""),
        (CHECKSUM, checksum_of(frame, total_fen)),
    )
    return spreadsheets.to_xlsx({"支付清单": frame}, last)


def read_cells(content: bytes, kind: str) -> Iterable[Sequence[Any]]:
    """Return the cells of a CSV (UTF-8, then GB18030, strictly) or XLSX file, line by line; raises Invalid.

    Cells are text, those of a workbook also numbers and days.
    """
    if kind != CSV:
        try:
            rows: list[list[Any]] = (
                CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
            )
        except (CalamineError, ValueError, IndexError) as error:
            raise Invalid(
                "The file is not a workbook with rows. Save it as .xlsx with the rows on its first sheet."
            ) from error
        return rows
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True)
        except UnicodeDecodeError:
            continue
    raise Invalid("The file is neither UTF-8 nor GB18030. Save it as CSV in UTF-8 and send it again.")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
