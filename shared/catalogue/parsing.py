"""What parsing a field gives: an expression of its value, and one of the code of its first error.

Two dialects: cells of files, written by people (`cells.py`), and JSON, written by machines (`json_values.py`). Codes and
names are read alike in both (`words.py`).
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from shared.catalogue.domain import Field

Condition = tuple[str, pl.Expr]
"""The code of a mistake, and where it is made."""

NEVER = pl.lit(False)  # noqa: FBT003
_NOTHING = pl.lit(None, dtype=pl.String)


class ParsedColumn(NamedTuple):
    """Expressions of one field: `value` has the field's type, `error` is the code of what is wrong or null, and `detail` what
    its message says beside.

    `needs_full_check` is cheap and true wherever there is an error: the errors of the other rows are never computed.
    """

    value: pl.Expr
    needs_full_check: pl.Expr
    error: pl.Expr
    detail: pl.Expr = _NOTHING


def first_of(conditions: list[Condition]) -> pl.Expr:
    """Return the code of the first condition that is true, else null."""
    chain: pl.Expr = _NOTHING
    for code, condition in reversed(conditions):
        chain = pl.when(condition).then(pl.lit(code)).otherwise(chain)
    return chain


def filled(text: pl.Expr) -> pl.Expr:
    """Return text, null where it is empty."""
    return pl.when(text != "").then(text)


def surely(condition: pl.Expr) -> pl.Expr:
    """Return the condition, false where it is unknown."""
    return condition.fill_null(value=False)


def suspect(item: Field, cell: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return whether a value is missing, unreadable or out of bounds."""
    absent = value.is_null()
    found = absent & cell.is_not_null() if item.optional else absent
    for _, condition in bounds(item, value):
        found = found | surely(condition)
    return found


def missing(item: Field, cell: pl.Expr) -> Condition:
    """Return the condition that a field lacks a value that it must have."""
    return "missing", NEVER if item.optional else cell.is_null()


def bounds(item: Field, value: pl.Expr) -> list[Condition]:
    """Return the conditions that a value is beyond the bounds of its field."""
    found = []
    if item.minimum is not None:
        found.append(("below_minimum", value < item.minimum))
    if item.maximum is not None:
        found.append(("above_maximum", value > item.maximum))
    return found
