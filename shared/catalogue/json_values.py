"""Parse the values of JSON, which machines write: they are of JSON's types, and exact."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from shared.catalogue.cells import ISO_DATE
from shared.catalogue.domain import DECIMALS, INTEGERS, MAX_INTEGER, Field, Kind
from shared.catalogue.parsing import ParsedColumn, bounds, filled, first_of, missing, surely, suspect
from shared.catalogue.validation_errors import Error
from shared.catalogue.words import WORDS


def json_column(item: Field, values: list[Any], lines: Sequence[int], errors: list[Error]) -> pl.Series:
    """Return the values of a field in the records at `lines` as a column; those of another JSON type are `errors`."""
    if item.kind is Kind.DECIMAL:
        return _decimal_column(item, values, lines, errors)
    kind, code = (
        (int, "not_an_integer")
        if item.kind in INTEGERS
        else (bool, "not_a_flag")
        if item.kind is Kind.FLAG
        else (str, "not_text")
    )
    dtype = pl.String() if kind is str else item.dtype
    if not set(map(type, values)) <= {kind, type(None)}:
        wrong = [place for place, value in enumerate(values) if value is not None and type(value) is not kind]
        for place in wrong:
            errors.append((lines[place], item.name, code, None))
            values[place] = None
    if kind is int:
        for place, value in enumerate(values):
            if value is not None and not -(2**63) <= value < 2**63:
                errors.append((lines[place], item.name, "above_maximum" if value > 0 else "below_minimum", None))
                values[place] = None
    return pl.Series(item.name, values, dtype=dtype, strict=True)


def _decimal_column(item: Field, values: list[Any], lines: Sequence[int], errors: list[Error]) -> pl.Series:
    """Return JSON numbers as they were written; those that the column cannot hold are errors."""
    exact: list[Decimal | None] = []
    for line, value in zip(lines, values, strict=True):
        code = None if value is None else _mistake_of(value)
        if code is not None:
            errors.append((line, item.name, code, None))
        exact.append(None if value is None or code is not None else Decimal(value))
    return pl.Series(item.name, exact, dtype=item.dtype, strict=True)


def _mistake_of(number: object) -> str | None:
    """Return what is wrong with a JSON value that should be a number with at most two decimals."""
    if type(number) not in (int, Decimal):
        return "not_a_number"
    exact = Decimal(number)  # type: ignore[arg-type]
    if not -MAX_INTEGER <= exact <= MAX_INTEGER:
        return "above_maximum" if exact > 0 else "below_minimum"
    exponent = exact.normalize().as_tuple().exponent
    return "too_many_decimals" if isinstance(exponent, int) and exponent < -DECIMALS.scale else None


def parse_json(item: Field) -> ParsedColumn:
    """Parse a JSON value that has been found to be of the field's JSON type."""
    if item.kind in INTEGERS or item.kind in (Kind.FLAG, Kind.DECIMAL):
        value = pl.col(item.name)
        errors = [missing(item, value), *bounds(item, value)]
        return ParsedColumn(value, suspect(item, value, value), first_of(errors))
    if item.kind in WORDS:
        return WORDS[item.kind](item, pl.col(item.name))
    cell = filled(pl.col(item.name).str.strip_chars())
    if item.kind is Kind.CHOICE:
        foreign = ~cell.is_in(list(item.choices))
        needs_full_check = suspect(item, cell, cell) | surely(foreign)
        return ParsedColumn(cell, needs_full_check, first_of([missing(item, cell), ("not_allowed", foreign)]))
    shaped = cell.str.contains(ISO_DATE)
    value = pl.when(shaped).then(cell).str.to_date("%Y-%m-%d", strict=False)
    errors = [
        missing(item, cell),
        ("not_a_date", ~shaped),
        ("no_such_day", cell.is_not_null() & value.is_null()),
    ]
    return ParsedColumn(value, suspect(item, cell, value), first_of(errors))
