"""Parse the cells of files, which people write: full-width digits, `1,234.50`, 2020年1月2日, 是."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from shared.catalogue.domain import DECIMALS, INTEGERS, Field, Kind, words_of
from shared.catalogue.parsing import (
    NEVER,
    Condition,
    ParsedColumn,
    bounds,
    filled,
    first_of,
    missing,
    surely,
    suspect,
)
from shared.catalogue.words import ACCOUNT, PLACEHOLDER, WORDS, spelled_code
from shared.identifiers import are_uscc
from shared.spelling import spell_cell, spell_cells, spell_names

_TRUE = ("true", "是", "1", "yes", "y", "有", "√", "✓", "✔")
_FALSE = ("false", "否", "0", "no", "n", "无", "×", "✗", "✘")
_FLAGS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)

_DAY = r"^([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
_MIDNIGHT = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?$"
_DATE = _DAY + _MIDNIGHT
_COMPACT_DATE = r"^([0-9]{4})([0-9]{2})([0-9]{2})" + _MIDNIGHT
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIME = (
    r"(?:(^[0-9]{8})(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]|"
    r"[ T]?(?:[01]?[0-9]|2[0-3])[:时][0-5]?[0-9](?:[:分](?:[0-5]?[0-9](?:\.[0-9]+)?秒?)?)?(?:\+08:?00)?)$"
)
"""A time of day behind a day; digits of the day that are written together with it are the group."""
_LAST_DAY = date(9999, 12, 31)
_DAY_MISTAKES = (
    (
        "two_digit_year",
        r"^(?:00|[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}(?:[日 ]|$)|[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}$)",
    ),
    ("year_last", r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}"),
    ("no_day", r"^[0-9]{4}(?:-|/|\.|年)[0-9]{1,2}月?$"),
    ("time_of_day", _DAY + r"[ T]?[0-9]{1,2}:"),
    ("serial_day", r"^[0-9]{5}(?:\.[0-9]+)?$"),
)

_INTEGER = r"^[-+]?[0-9]{1,16}(?:\.0+)?$"
_AMOUNT = r"^[-+]?[0-9]{1,16}(?:\.[0-9]{1,2})?$"
_LONG_INTEGER = r"^[-+]?[0-9]{17,}(?:\.[0-9]{1,2})?$"
_GROUPED = r"^[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$"
_CURRENCY = r"^[¥$] ?|(?:元| ?美元)$"
_NUMBER_MISTAKES = (
    ("scientific_notation", r"^[-+]?[0-9]+(?:\.[0-9]+)?[eE][-+]?[0-9]+$"),
    ("parentheses", r"^\("),
    ("percent", r"%$"),
    ("unit_in_cell", r"^[-+]?[0-9.,]+ ?[百千万亿]"),
    ("inner_space", r"[0-9] +[0-9]"),
    ("wrong_point", r"[0-9][。·][0-9]"),
)
_DECIMALS = r"^[-+]?[0-9]+\.[0-9]{3,}$"

FIRST_YEAR = 1990
"""The first year for which a file may have figures."""

_CELL_ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)$"

_SAFE_LENGTH = 16
"""Digits that, times a hundred, are far from the end of 64 bits."""

QUICK_COLUMN = "{} parsed quickly"
"""The column that holds a field's value as `quick_parse` returns it."""

_NO_POINT = -1


@dataclass(frozen=True, slots=True)
class CellForm:
    """The form of a field's cells in a file: `hundredths`, whole units with two decimals (yuan), to be kept in hundredths (fen);
    `last_day`, the last day that counts, to be kept as the day after it; `today`, the day on which the file is read.
    """

    today: date
    hundredths: bool = False
    last_day: bool = False


def parse_text(item: Field, form: CellForm) -> ParsedColumn:
    """Parse a text cell."""
    if item.kind in WORDS:
        return WORDS[item.kind](item, pl.col(item.name))
    cell = filled(pl.col(item.name).map_batches(spell_cells, return_dtype=pl.String()))
    if item.kind is Kind.YEAR:
        return _year(item, cell, form.today)
    if item.kind is Kind.DAY:
        return _day(item, cell.str.replace(_TIME, "${1}") if item.timed else cell, last_day=form.last_day)
    if item.kind in INTEGERS:
        return _amount(item, cell) if form.hundredths else _integer(item, cell)
    if item.kind is Kind.DECIMAL:
        return _decimal(item, cell)
    return _flag(item, cell) if item.kind is Kind.FLAG else _choice(item, cell)


def quick_parse(item: Field, form: CellForm) -> tuple[pl.Expr, pl.Expr]:
    """Parse a text cell in its usual form: return its value, and whether `parse_text` must check the cell.

    The caller adds the value to the cells as the column `QUICK_COLUMN`, from which the second expression reads it, so that
    nothing is computed twice. A value that needs no full check equals that of `parse_text`, at a fraction of its time.
    """
    cell, quick = pl.col(item.name), pl.col(QUICK_COLUMN.format(item.name))
    needs_full_check = suspect(item, filled(cell), quick)
    if item.kind in INTEGERS:
        value = _quick_amount(cell) if form.hundredths else cell.cast(pl.Int64, strict=False)
        if item.kind is Kind.YEAR:
            needs_full_check = needs_full_check | surely(~_plausible(quick, form.today))
    elif item.kind is Kind.DECIMAL:
        value = _decimals(cell)
    elif item.kind is Kind.DAY:
        value = pl.when(cell.str.contains(ISO_DATE)).then(cell).str.to_date("%Y-%m-%d", strict=False)
        needs_full_check = needs_full_check | surely(cell.str.starts_with("00"))
        value = _day_after(value) if form.last_day else value
    elif item.kind is Kind.FLAG:
        value = cell.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    elif item.kind is Kind.CHOICE:
        value = cell.replace_strict(_names(item), default=None, return_dtype=pl.String)
    else:
        value, wrong = _quick_words(item, cell, quick)
        needs_full_check = needs_full_check | surely(wrong) | surely(cell.str.contains("\0", literal=True))
    return value.alias(QUICK_COLUMN.format(item.name)), needs_full_check


def _quick_words(item: Field, cell: pl.Expr, quick: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the value of a code or a text, and whether something may be wrong with it."""
    if item.kind is Kind.USCC:
        return filled(cell), ~quick.map_batches(are_uscc, return_dtype=pl.Boolean())
    if item.kind is Kind.ACCOUNT:
        return filled(cell), ~quick.str.contains(ACCOUNT)
    too_long = quick.str.len_bytes() > item.max_length
    if item.kind is Kind.TEXT:
        return filled(cell.map_batches(spell_names, return_dtype=pl.String())), too_long
    if item.known:
        return filled(cell), ~quick.is_in(list(item.known))
    wrong = too_long | quick.str.contains(PLACEHOLDER) | quick.str.contains("+", literal=True)
    if item.pattern:
        wrong = wrong | ~quick.str.contains(item.pattern)
    return filled(spelled_code(item, cell)), wrong


def _quick_amount(cell: pl.Expr) -> pl.Expr:
    """Read yuan as fen if it has no decimal point, or one followed by one or two decimals."""
    decimals = (cell.str.len_bytes() - cell.str.find(".", literal=True) - 1).cast(pl.Int64).fill_null(_NO_POINT)
    factor = decimals.replace_strict({_NO_POINT: 100, 1: 10, 2: 1}, default=None, return_dtype=pl.Int64)
    fen = cell.str.replace(".", "", literal=True).cast(pl.Int64, strict=False) * factor
    return pl.when((cell.str.len_bytes() <= _SAFE_LENGTH) & ~cell.str.starts_with(".")).then(fen)


def _no_value(cell: pl.Expr, placeholder: str = "not_given") -> list[Condition]:
    """Return the conditions that a cell says that there is no value, or shows an error in its place."""
    return [(placeholder, cell.str.contains(PLACEHOLDER)), ("cell_error", cell.str.contains(_CELL_ERROR))]


def _names(item: Field) -> dict[str, str]:
    names = {name: code for code, (zh, en) in item.choices.items() for name in (zh, en, code)} | dict(
        item.former_choices
    )
    names |= {words_of(code, titles): code for code, titles in item.choices.items()}  # as messages say it
    return {spelling: code for name, code in names.items() for spelling in (name.lower(), spell_cell(name).lower())}


def _choice(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_lowercase().replace_strict(_names(item), default=None, return_dtype=pl.String)
    errors = [missing(item, cell), ("not_allowed", cell.is_not_null() & value.is_null())]
    return ParsedColumn(value, suspect(item, cell, value), first_of(errors))


def _flag(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    errors = [missing(item, cell), ("not_a_flag", cell.is_not_null() & value.is_null())]
    return ParsedColumn(value, suspect(item, cell, value), first_of(errors))


def _day(item: Field, cell: pl.Expr, *, last_day: bool) -> ParsedColumn:
    cell = cell.str.replace_all(r" ?([年月]) ?", "${1}").str.replace(" 日", "日", literal=True)
    shaped = (cell.str.contains(_DATE) | cell.str.contains(_COMPACT_DATE)) & ~cell.str.starts_with("00")
    apart = cell.str.replace(_COMPACT_DATE, "${1}-${2}-${3}").str.replace(_DATE, "${1}-${2}-${3}")
    value = pl.when(shaped).then(apart).str.to_date("%Y-%m-%d", strict=False)
    if last_day:
        value = _day_after(value)
    errors = [
        missing(item, cell),
        *_no_value(cell),
        ("no_such_day", shaped & value.is_null()),
        *((code, ~shaped & cell.str.contains(pattern)) for code, pattern in _DAY_MISTAKES),
        ("not_a_date", ~shaped),
    ]
    return ParsedColumn(value, suspect(item, cell, value), first_of(errors))


def _day_after(day: pl.Expr) -> pl.Expr:
    return pl.when(day < _LAST_DAY).then(day.dt.offset_by("1d"))


def _plausible(year: pl.Expr, today: date) -> pl.Expr:
    return year.is_between(FIRST_YEAR, today.year + 1)


def _year(item: Field, cell: pl.Expr, today: date) -> ParsedColumn:
    digits = cell.str.replace(r" ?(?:年度?|\.0+)$", "")
    value = pl.when(digits.str.contains("^[0-9]{4}$")).then(digits).cast(pl.Int64, strict=False)
    strange = ~_plausible(value, today)
    errors = [
        missing(item, cell),
        *_no_value(cell),
        ("implausible_year", strange),
        ("not_a_year", cell.is_not_null() & value.is_null()),
    ]
    return ParsedColumn(value, suspect(item, cell, value) | surely(strange), first_of(errors))


def _ungrouped(cell: pl.Expr) -> pl.Expr:
    """Return numbers without the commas between their thousands."""
    return pl.when(cell.str.contains(_GROUPED)).then(cell.str.replace_all(",", "", literal=True)).otherwise(cell)


def _number_error(item: Field, cell: pl.Expr, value: pl.Expr, shape: str, code: str) -> pl.Expr:
    return first_of(
        [
            missing(item, cell),
            *_no_value(cell, "placeholder"),
            *bounds(item, value),
            ("above_maximum", cell.str.contains(_LONG_INTEGER) & ~cell.str.starts_with("-")),
            ("below_minimum", cell.str.contains(_LONG_INTEGER)),
            *((mistake, cell.str.contains(pattern)) for mistake, pattern in _NUMBER_MISTAKES),
            ("too_many_decimals", cell.str.contains(_DECIMALS) if shape == _AMOUNT else NEVER),
            (code, ~cell.str.contains(shape)),
        ]
    )


def _integer(item: Field, cell: pl.Expr) -> ParsedColumn:
    cell = _ungrouped(cell)
    value = pl.when(cell.str.contains(_INTEGER)).then(cell.str.replace(r"\.0+$", "")).cast(pl.Int64, strict=False)
    error = _number_error(item, cell, value, _INTEGER, "not_an_integer")
    return ParsedColumn(value, suspect(item, cell, value), error)


def _amount(item: Field, cell: pl.Expr) -> ParsedColumn:
    cell = _ungrouped(cell.str.replace_all(_CURRENCY, ""))
    shaped = pl.when(cell.str.contains(_AMOUNT)).then(cell)
    # Padded to two decimals and without the point, the digits of an amount in yuan are the amount in fen.
    from_point = shaped.str.len_bytes().cast(pl.Int64) - shaped.str.find(".", literal=True).cast(pl.Int64)
    padding = (
        pl.when(from_point.is_null()).then(pl.lit("00")).when(from_point == 2).then(pl.lit("0")).otherwise(pl.lit(""))
    )
    value = pl.concat_str(shaped.str.replace(".", "", literal=True), padding).cast(pl.Int64, strict=False)
    error = _number_error(item, cell, value, _AMOUNT, "not_an_amount")
    return ParsedColumn(value, suspect(item, cell, value), error)


def _decimals(cell: pl.Expr) -> pl.Expr:
    """Read a number with at most two decimals; more would be rounded."""
    return pl.when(cell.str.contains(_AMOUNT)).then(cell.str.strip_prefix("+")).cast(DECIMALS, strict=False)


def _decimal(item: Field, cell: pl.Expr) -> ParsedColumn:
    cell = _ungrouped(cell)
    value = _decimals(cell)
    error = _number_error(item, cell, value, _AMOUNT, "not_a_number")
    return ParsedColumn(value, suspect(item, cell, value), error)
