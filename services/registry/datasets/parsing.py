"""Parse submitted values: for each field an expression of its value, and one of the code of its first error.

Two dialects: text (cells of CSV and XLSX, written by people) and JSON (written by machines, already of JSON's types).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import polars as pl

from shared.catalogue.domain import DECIMALS, INTEGERS, Field, Kind
from shared.identifiers import are_uscc

_TRUE = ("true", "是", "1", "yes", "y", "有", "√")
_FALSE = ("false", "否", "0", "no", "n", "无", "×")
_MIDNIGHT = r"(?:[ T]00:00(?::00(?:\.0+)?)?)?"
_DATE = rf"^([0-9]{{4}})(?:-|/|\.|年)([0-9]{{1,2}})(?:-|/|\.|月)([0-9]{{1,2}})日?{_MIDNIGHT}$"
_COMPACT_DATE = r"^([0-9]{4})([0-9]{2})([0-9]{2})$"
_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_INTEGER = r"^[-+]?[0-9]{1,16}$"
_LONG_INTEGER = r"^[-+]?[0-9]{17,}(?:\.[0-9]{1,2})?$"
_AMOUNT = r"^[-+]?[0-9]{1,16}(?:\.[0-9]{1,2})?$"
_DECIMALS = r"^[-+]?[0-9]+\.[0-9]{3,}$"
_SCIENTIFIC = r"^[-+]?[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]+$"
_FULLWIDTH = "[０-９．－]"

_SAFE_LENGTH = 16
"""Digits that, times a hundred, are far from the end of 64 bits."""

_FLAGS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)

QUICK_COLUMN = "{} parsed quickly"
"""The column that holds a field's value as `quick_parse` returns it."""

_NO_POINT = -1

Condition = tuple[str, pl.Expr]


class ParsedColumn(NamedTuple):
    """Expressions of one field: `value` has the field's type, `error` is the code of what is wrong or null.

    `needs_full_check` is cheap and true wherever there is an error: the errors of the other rows are never computed.
    """

    value: pl.Expr
    needs_full_check: pl.Expr
    error: pl.Expr


def first_of(conditions: list[Condition]) -> pl.Expr:
    """Return the code of the first condition that is true, else null."""
    chain: pl.Expr = pl.lit(None, dtype=pl.String)
    for code, condition in reversed(conditions):
        chain = pl.when(condition).then(pl.lit(code)).otherwise(chain)
    return chain


def parse_text(item: Field, *, hundredths: bool) -> ParsedColumn:
    """Parse a text cell. `hundredths`: it holds whole units with two decimals (yuan), to be kept in hundredths (fen)."""
    raw = pl.col(item.name).str.strip_chars()
    cell = pl.when(raw != "").then(raw)
    if item.kind in INTEGERS:
        return _amount(item, cell) if hundredths else _integer(item, cell)
    return _TEXT_PARSERS[item.kind](item, cell)


def quick_parse(item: Field, *, hundredths: bool) -> tuple[pl.Expr, pl.Expr]:
    """Parse a text cell in its usual form: return its value, and whether `parse_text` must check the cell.

    The caller adds the value to the cells as the column `QUICK_COLUMN`, from which the second expression reads it, so that
    nothing is computed twice. A value that needs no full check equals that of `parse_text`, at a fraction of its time.
    """
    cell, quick = pl.col(item.name), pl.col(QUICK_COLUMN.format(item.name))
    needs_full_check = _needs_full_check(item, pl.when(cell != "").then(cell), quick)
    if item.kind in INTEGERS:
        value = _quick_amount(cell) if hundredths else cell.cast(pl.Int64, strict=False)
    elif item.kind is Kind.DECIMAL:
        value = _decimals(cell)
    elif item.kind is Kind.DAY:
        value = pl.when(cell.str.contains(_ISO_DATE)).then(cell).str.to_date("%Y-%m-%d", strict=False)
    elif item.kind is Kind.FLAG:
        value = cell.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    elif item.kind is Kind.CHOICE:
        value = cell.replace_strict(_names(item), default=None, return_dtype=pl.String)
    else:
        value = pl.when(cell != "").then(cell.str.strip_chars())
        needs_full_check = needs_full_check | ((quick == "") | (quick.str.len_bytes() > item.max_length)).fill_null(
            value=False
        )
        if item.kind is Kind.USCC:
            needs_full_check = needs_full_check | ~quick.map_batches(are_uscc, return_dtype=pl.Boolean()).fill_null(
                value=True
            )
        elif item.pattern:
            needs_full_check = needs_full_check | (~quick.str.contains(item.pattern)).fill_null(value=False)
        needs_full_check = needs_full_check | quick.str.contains("\0", literal=True).fill_null(value=False)
    return value.alias(QUICK_COLUMN.format(item.name)), needs_full_check


def _quick_amount(cell: pl.Expr) -> pl.Expr:
    """Read yuan as fen if it has no decimal point, or one followed by one or two decimals."""
    decimals = (cell.str.len_bytes() - cell.str.find(".", literal=True) - 1).cast(pl.Int64).fill_null(_NO_POINT)
    factor = decimals.replace_strict({_NO_POINT: 100, 1: 10, 2: 1}, default=None, return_dtype=pl.Int64)
    fen = cell.str.replace(".", "", literal=True).cast(pl.Int64, strict=False) * factor
    return pl.when((cell.str.len_bytes() <= _SAFE_LENGTH) & ~cell.str.starts_with(".")).then(fen)


def parse_json(item: Field) -> ParsedColumn:
    """Parse a JSON value that has been found to be of the field's JSON type."""
    if item.kind in INTEGERS or item.kind in (Kind.FLAG, Kind.DECIMAL):
        value = pl.col(item.name)
        errors = [_missing(item, value), *_bounds(item, value)]
        return ParsedColumn(value, _needs_full_check(item, value, value), first_of(errors))
    raw = pl.col(item.name).str.strip_chars()
    cell = pl.when(raw != "").then(raw)
    if item.kind is Kind.CHOICE:
        foreign = ~cell.is_in(list(item.choices))
        needs_full_check = _needs_full_check(item, cell, cell) | foreign.fill_null(value=False)
        return ParsedColumn(cell, needs_full_check, first_of([_missing(item, cell), ("not_allowed", foreign)]))
    if item.kind is Kind.DAY:
        shaped = cell.str.contains(_ISO_DATE)
        value = pl.when(shaped).then(cell).str.to_date("%Y-%m-%d", strict=False)
        errors = [
            _missing(item, cell),
            ("not_a_date", ~shaped),
            ("no_such_day", cell.is_not_null() & value.is_null()),
        ]
        return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))
    return _TEXT_PARSERS[item.kind](item, cell)


def _needs_full_check(item: Field, cell: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return whether a value is missing, unreadable or out of bounds."""
    absent = value.is_null()
    found = absent & cell.is_not_null() if item.optional else absent
    for _, condition in _bounds(item, value):
        found = found | condition.fill_null(value=False)
    return found


def _missing(item: Field, cell: pl.Expr) -> Condition:
    return "missing", pl.lit(False) if item.optional else cell.is_null()  # noqa: FBT003


def _bounds(item: Field, value: pl.Expr) -> list[Condition]:
    found = []
    if item.minimum is not None:
        found.append(("below_minimum", value < item.minimum))
    if item.maximum is not None:
        found.append(("above_maximum", value > item.maximum))
    return found


def _text(item: Field, cell: pl.Expr) -> ParsedColumn:
    errors = [
        _missing(item, cell),
        ("nul_character", cell.str.contains("\0", literal=True)),
        ("too_long", cell.str.len_bytes() > item.max_length * 4),
        ("too_long", cell.str.len_chars() > item.max_length),
    ]
    needs_full_check = _needs_full_check(item, cell, cell) | (cell.str.len_bytes() > item.max_length).fill_null(
        value=False
    )
    needs_full_check = needs_full_check | cell.str.contains("\0", literal=True).fill_null(value=False)
    if item.pattern:
        unlike = ~cell.str.contains(item.pattern)
        errors.append(("bad_format", unlike))
        needs_full_check = needs_full_check | unlike.fill_null(value=False)
    return ParsedColumn(cell, needs_full_check, first_of(errors))


def _uscc(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_uppercase()
    wrong = ~value.map_batches(are_uscc, return_dtype=pl.Boolean())
    needs_full_check = _needs_full_check(item, cell, value) | wrong.fill_null(value=False)
    return ParsedColumn(value, needs_full_check, first_of([_missing(item, cell), ("invalid_uscc", wrong)]))


def _names(item: Field) -> dict[str, str]:
    names = {name.lower(): code for code, (zh, en) in item.choices.items() for name in (zh, en, code)}
    return names | dict(item.former_choices)


def _choice(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_lowercase().replace_strict(_names(item), default=None, return_dtype=pl.String)
    errors = [_missing(item, cell), ("not_allowed", cell.is_not_null() & value.is_null())]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _flag(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    errors = [_missing(item, cell), ("not_a_flag", cell.is_not_null() & value.is_null())]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _day(item: Field, cell: pl.Expr) -> ParsedColumn:
    iso = cell.str.contains(_ISO_DATE)
    shaped = iso | cell.str.contains(_DATE) | cell.str.contains(_COMPACT_DATE)
    apart = cell.str.replace(_COMPACT_DATE, "${1}-${2}-${3}").str.replace(_DATE, "${1}-${2}-${3}")
    value = pl.when(iso).then(cell).when(shaped).then(apart).str.to_date("%Y-%m-%d", strict=False)
    errors = [
        _missing(item, cell),
        ("fullwidth_digits", cell.str.contains(_FULLWIDTH)),
        ("not_a_date", ~shaped),
        ("no_such_day", cell.is_not_null() & value.is_null()),
    ]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _number_error(item: Field, cell: pl.Expr, value: pl.Expr, shape: str, code: str) -> pl.Expr:
    return first_of(
        [
            _missing(item, cell),
            *_bounds(item, value),
            ("above_maximum", cell.str.contains(_LONG_INTEGER) & ~cell.str.starts_with("-")),
            ("below_minimum", cell.str.contains(_LONG_INTEGER)),
            ("fullwidth_digits", cell.str.contains(_FULLWIDTH)),
            ("scientific_notation", cell.str.contains(_SCIENTIFIC)),
            ("too_many_decimals", cell.str.contains(_DECIMALS) if shape == _AMOUNT else pl.lit(False)),  # noqa: FBT003
            (code, ~cell.str.contains(shape)),
        ]
    )


def _integer(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = pl.when(cell.str.contains(_INTEGER)).then(cell).cast(pl.Int64, strict=False)
    error = _number_error(item, cell, value, _INTEGER, "not_an_integer")
    return ParsedColumn(value, _needs_full_check(item, cell, value), error)


def _amount(item: Field, cell: pl.Expr) -> ParsedColumn:
    shaped = pl.when(cell.str.contains(_AMOUNT)).then(cell)
    # Padded to two decimals and without the point, the digits of an amount in yuan are the amount in fen.
    from_point = shaped.str.len_bytes().cast(pl.Int64) - shaped.str.find(".", literal=True).cast(pl.Int64)
    padding = (
        pl.when(from_point.is_null()).then(pl.lit("00")).when(from_point == 2).then(pl.lit("0")).otherwise(pl.lit(""))
    )
    value = pl.concat_str(shaped.str.replace(".", "", literal=True), padding).cast(pl.Int64, strict=False)
    error = _number_error(item, cell, value, _AMOUNT, "not_an_amount")
    return ParsedColumn(value, _needs_full_check(item, cell, value), error)


def _decimals(cell: pl.Expr) -> pl.Expr:
    """Read a number with at most two decimals; more would be rounded."""
    return pl.when(cell.str.contains(_AMOUNT)).then(cell.str.strip_prefix("+")).cast(DECIMALS, strict=False)


def _decimal(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = _decimals(cell)
    error = _number_error(item, cell, value, _AMOUNT, "not_a_number")
    return ParsedColumn(value, _needs_full_check(item, cell, value), error)


_TEXT_PARSERS: dict[Kind, Callable[[Field, pl.Expr], ParsedColumn]] = {
    Kind.TEXT: _text,
    Kind.CODE: _text,
    Kind.USCC: _uscc,
    Kind.CHOICE: _choice,
    Kind.FLAG: _flag,
    Kind.DECIMAL: _decimal,
    Kind.DAY: _day,
}
