"""What a number format makes of a number: a date, a year, a percentage, or a smaller number than the cell holds."""

from __future__ import annotations

import re
from typing import Literal

Shown = Literal["", "date", "year", "scaled", "percent"]
"""What a cell shows: the number, its date, the year of its date, a fraction of it (in thousands or 万), or a percentage."""

CHINESE_DATES = frozenset([*range(27, 37), *range(50, 59)])
_DATES = CHINESE_DATES | frozenset([*range(14, 23), *range(45, 48)])
_PERCENTAGES = frozenset([9, 10])
"""Built-in formats."""
_NOT_A_PART = re.compile(r'"[^"]*"|\\.|!.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_DATE_PARTS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_DIVIDED = re.compile(r"[0#?],+(?![0#?,])")
_POINT_WITHIN = re.compile(r'[0#?](?:\\\.|!\.|"\.")[0#?]')
"""A point that is written between digits: with it a cell shows its number in 万."""


def shown_by(number: int, code: str | None) -> Shown:
    """Return what a number format shows: `code` of a workbook's own, or else the built-in one of that `number`."""
    if code is None:
        return "date" if number in _DATES else "percent" if number in _PERCENTAGES else ""
    first = code.partition(";")[0]
    plain = _NOT_A_PART.sub("", first)
    if parts := _DATE_PARTS.findall(plain):
        return "year" if {*map(str.lower, parts)} <= {"y", "年"} else "date"
    if "%" in plain:
        return "percent"
    return "scaled" if _DIVIDED.search(plain) or _POINT_WITHIN.search(first) else ""
