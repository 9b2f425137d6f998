"""Money is a whole number of fen (1 yuan = 100 fen), never a float."""

from __future__ import annotations

import re

MAX_FEN = 2**53 - 1
"""The largest amount that every JSON parser represents exactly (RFC 8259, section 6)."""

_YUAN = re.compile(r"-?[0-9]{1,14}(?:[.][0-9]{1,2})?")


class NotAnAmountInYuanError(ValueError):
    """The text is not an amount in yuan with at most two decimals."""


def fen_of_yuan(text: str) -> int:
    """Return an amount written in yuan (`1234.5`) in fen (`123450`).

    Raises NotAnAmountInYuanError for anything but an optional minus sign, digits and at most two decimals.
    """
    if not _YUAN.fullmatch(text):
        raise NotAnAmountInYuanError("an amount in yuan has digits and at most two decimals")
    whole, _, decimals = text.lstrip("-").partition(".")
    fen = int(whole) * 100 + int(decimals.ljust(2, "0") or 0)
    return -fen if text.startswith("-") else fen


def yuan(fen: int) -> str:
    """Return `fen` in yuan with two decimals and thousands separators: 123450 → `1,234.50`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
