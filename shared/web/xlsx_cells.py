"""Cells of a sheet as the text that a CSV would hold, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl

_SHORT = 15  # no more than 14 digits and a point: the shortest text that reads back is what a spreadsheet shows
_EXACT = 1e15  # beyond 15 digits a number cell has lost some


def column(cells: Sequence[Any]) -> pl.Series:
    """Return a column's cells as text, `""` where they are empty."""
    types = set(map(type, cells))
    if types <= {str}:
        return pl.Series(cells, dtype=pl.String)
    if types == {float}:
        return _numbers(pl.Series(cells, dtype=pl.Float64))
    if types <= {str, float}:
        numbers = _numbers(pl.Series([cell if type(cell) is float else None for cell in cells], dtype=pl.Float64))
        if not any(type(cell) is str and cell for cell in cells):
            return numbers.fill_null("")
        texts = pl.Series([cell if type(cell) is str else None for cell in cells], dtype=pl.String)
        return texts.zip_with(texts.is_not_null(), numbers)
    return pl.Series([text(cell) for cell in cells], dtype=pl.String)


def lost_digits(cells: Sequence[Any]) -> list[int]:
    """Return the places of numbers that are too long to be exact: harmless for an amount, ruin for a code."""
    if float not in set(map(type, cells)):
        return []
    return [place for place, cell in enumerate(cells) if isinstance(cell, float) and abs(cell) >= _EXACT]


def text(cell: Any) -> str:
    """Write a cell as the text that a person sees who widens the column."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _numbers(numbers: pl.Series) -> pl.Series:
    texts = numbers.cast(pl.String)
    plain = (texts.str.len_bytes() <= _SHORT) & ~texts.str.contains("e", literal=True)
    if plain.all():
        return texts.str.strip_suffix(".0")
    return pl.Series([None if number is None else _number(number) for number in numbers], dtype=pl.String)


def _number(number: float) -> str:
    """Write a number with the 15 digits that a spreadsheet shows, without an exponent."""
    written = f"{Decimal(format(number, '.15g')):f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
