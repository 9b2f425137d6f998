"""The treasury's file of a batch: CSV (UTF-8 with BOM) or XLSX, with totals, a checksum and a seal.

The same bytes every time, until the key of the seal is replaced."""

from __future__ import annotations

import hashlib

import polars as pl

from shared import spreadsheets
from shared.spelling import spell_codes, spell_names

HEADINGS = ("序号", "支付令编号", "收款单位", "统一社会信用代码", "开户行行号", "账号", "金额（元）", "用途")
TOTAL, CHECKSUM, SEAL = "合计", "校验", "防伪码"
"""First cells of the three last lines."""

COLUMNS = ("place", "order_id", "holder", "payee_uscc", "bank_code", "number", "amount_fen", "purpose")
"""What the headings stand over."""

NAMES = ("holder", "purpose")
COMPARED = ("holder", "payee_uscc", "bank_code", "number", "purpose")
"""Columns that a returned row must have as they were sent, names and codes; the amount is compared with the order itself."""


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


def changed_rows(frame: pl.DataFrame, copied: pl.DataFrame) -> dict[str, str]:
    """Return, by order, the heading of the first column in which a returned row differs from the file that was sent.

    `copied` has `order_id` and some of the columns COMPARED, as they were read.
    """
    both = copied.join(frame.rename(dict(zip(HEADINGS, COLUMNS, strict=True))), on="order_id", suffix=" sent")
    changed: dict[str, str] = {}
    for name in [name for name in COMPARED if name in copied.columns]:
        spell = spell_names if name in NAMES else spell_codes
        sent = spell(both[f"{name} sent"].str.strip_prefix("'"))
        for order_id in both["order_id"].filter(both[name].fill_null("") != sent):
            changed.setdefault(order_id, HEADINGS[COLUMNS.index(name)])
    return changed


def checksum_of(frame: pl.DataFrame, total_fen: int) -> str:
    """Return the SHA-256 of the rows and the line with the totals, as CSV."""
    return hashlib.sha256(_body(frame, total_fen)).hexdigest()


def csv_of(frame: pl.DataFrame, total_fen: int, seal: str) -> bytes:
    """Write the rows, a line with the totals, a line with the SHA-256 of all lines above it, and a line with the seal."""
    last = ((CHECKSUM, checksum_of(frame, total_fen)), (SEAL, seal))
    return _body(frame, total_fen) + "".join(f'"{name}","{value}","","","","","",""\n' for name, value in last).encode()


def xlsx_of(frame: pl.DataFrame, total_fen: int, seal: str) -> bytes:
    """Write the same rows as a workbook; the checksum is that of the CSV."""
    total = (TOTAL, str(frame.height), "", "", "", "", _yuan(total_fen), "")
    return spreadsheets.to_xlsx({"支付清单": frame}, (total, (CHECKSUM, checksum_of(frame, total_fen)), (SEAL, seal)))


def _body(frame: pl.DataFrame, total_fen: int) -> bytes:
    return spreadsheets.to_csv(frame) + f'"{TOTAL}","{frame.height}","","","","","{_yuan(total_fen)}",""\n'.encode()


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
