"""Parse submitted values: for each field an expression of its value, and one of the code of its first error.

Two dialects: text (cells of CSV and XLSX, written by people) and JSON (written by machines, already of JSON's types). Codes and
names get their one spelling in both (`shared/spelling.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from shared.catalogue.domain import DECIMALS, INTEGERS, Field, Kind
from shared.identifiers import are_uscc, is_uscc
from shared.spelling import spell_cell, spell_cells, spell_codes, spell_names

_TRUE = ("true", "是", "1", "yes", "y", "有", "√", "✓", "✔")
_FALSE = ("false", "否", "0", "no", "n", "无", "×", "✗", "✘")
_FLAGS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)

_DAY = r"^([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
_MIDNIGHT = r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?$"
_DATE = _DAY + _MIDNIGHT
_COMPACT_DATE = r"^([0-9]{4})([0-9]{2})([0-9]{2})" + _MIDNIGHT
_ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
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

_PLACEHOLDER = r"(?i)^(?:-+|/+|\\+|无|空|暂无|不详|未知|待定|待补|同上|n/?a|null|none|nil|\?+)$"
_CELL_ERROR = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)$"
_ROUNDED = r"^[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,3}$"
"""How software writes a code that it took for a number, and rounded."""

_ACCOUNT = "^[0-9]{8,32}$"
_LOWER_PART = "(?:^|:)[0-9A-Za-z]*[a-z][0-9A-Za-z]*(?::|$)"
"""A part of a code, between colons, that may be a unified social credit code in lower case."""

_LOOK_ALIKES = {"O": "0", "I": "1", "Z": "2", "S": "5", "-": ""}
"""Letters that no unified social credit code has, and the digits that they are typed for."""

_SAFE_LENGTH = 16
"""Digits that, times a hundred, are far from the end of 64 bits."""

QUICK_COLUMN = "{} parsed quickly"
"""The column that holds a field's value as `quick_parse` returns it."""

_NO_POINT = -1

Condition = tuple[str, pl.Expr]

_NEVER = pl.lit(False)  # noqa: FBT003
_NOTHING = pl.lit(None, dtype=pl.String)


@dataclass(frozen=True, slots=True)
class CellForm:
    """The form of a field's cells in a file: `hundredths`, whole units with two decimals (yuan), to be kept in hundredths (fen);
    `last_day`, the last day that counts, to be kept as the day after it; `today`, the day on which the file is read.
    """

    today: date
    hundredths: bool = False
    last_day: bool = False


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


def parse_text(item: Field, form: CellForm) -> ParsedColumn:
    """Parse a text cell."""
    if item.kind in _WORDS:
        return _WORDS[item.kind](item, pl.col(item.name))
    cell = _filled(pl.col(item.name).map_batches(spell_cells, return_dtype=pl.String()))
    if item.kind is Kind.YEAR:
        return _year(item, cell, form.today)
    if item.kind is Kind.DAY:
        return _day(item, cell, last_day=form.last_day)
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
    needs_full_check = _needs_full_check(item, _filled(cell), quick)
    if item.kind in INTEGERS:
        value = _quick_amount(cell) if form.hundredths else cell.cast(pl.Int64, strict=False)
        if item.kind is Kind.YEAR:
            needs_full_check = needs_full_check | _any(~_plausible(quick, form.today))
    elif item.kind is Kind.DECIMAL:
        value = _decimals(cell)
    elif item.kind is Kind.DAY:
        value = pl.when(cell.str.contains(_ISO_DATE)).then(cell).str.to_date("%Y-%m-%d", strict=False)
        needs_full_check = needs_full_check | _any(cell.str.starts_with("00"))
        value = _day_after(value) if form.last_day else value
    elif item.kind is Kind.FLAG:
        value = cell.replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    elif item.kind is Kind.CHOICE:
        value = cell.replace_strict(_names(item), default=None, return_dtype=pl.String)
    else:
        value, wrong = _quick_words(item, cell, quick)
        needs_full_check = needs_full_check | _any(wrong) | _any(cell.str.contains("\0", literal=True))
    return value.alias(QUICK_COLUMN.format(item.name)), needs_full_check


def _quick_words(item: Field, cell: pl.Expr, quick: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return the value of a code or a text, and whether something may be wrong with it."""
    if item.kind is Kind.USCC:
        return _filled(cell), ~quick.map_batches(are_uscc, return_dtype=pl.Boolean())
    if item.kind is Kind.ACCOUNT:
        return _filled(cell), ~quick.str.contains(_ACCOUNT)
    too_long = quick.str.len_bytes() > item.max_length
    if item.kind is Kind.TEXT:
        return _filled(cell.map_batches(spell_names, return_dtype=pl.String())), too_long
    if item.known:
        return _filled(cell), ~quick.is_in(list(item.known))
    wrong = too_long | quick.str.contains(_PLACEHOLDER) | quick.str.contains("+", literal=True)
    if item.pattern:
        wrong = wrong | ~quick.str.contains(item.pattern)
    return _filled(_spelled_code(item, cell)), wrong


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
    if item.kind in _WORDS:
        return _WORDS[item.kind](item, pl.col(item.name))
    cell = _filled(pl.col(item.name).str.strip_chars())
    if item.kind is Kind.CHOICE:
        foreign = ~cell.is_in(list(item.choices))
        needs_full_check = _needs_full_check(item, cell, cell) | _any(foreign)
        return ParsedColumn(cell, needs_full_check, first_of([_missing(item, cell), ("not_allowed", foreign)]))
    shaped = cell.str.contains(_ISO_DATE)
    value = pl.when(shaped).then(cell).str.to_date("%Y-%m-%d", strict=False)
    errors = [
        _missing(item, cell),
        ("not_a_date", ~shaped),
        ("no_such_day", cell.is_not_null() & value.is_null()),
    ]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _any(condition: pl.Expr) -> pl.Expr:
    """Return the condition, false where it is unknown."""
    return condition.fill_null(value=False)


def _needs_full_check(item: Field, cell: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Return whether a value is missing, unreadable or out of bounds."""
    absent = value.is_null()
    found = absent & cell.is_not_null() if item.optional else absent
    for _, condition in _bounds(item, value):
        found = found | _any(condition)
    return found


def _missing(item: Field, cell: pl.Expr) -> Condition:
    return "missing", _NEVER if item.optional else cell.is_null()


def _bounds(item: Field, value: pl.Expr) -> list[Condition]:
    found = []
    if item.minimum is not None:
        found.append(("below_minimum", value < item.minimum))
    if item.maximum is not None:
        found.append(("above_maximum", value > item.maximum))
    return found


def _no_value(cell: pl.Expr, placeholder: str = "not_given") -> list[Condition]:
    """Return the conditions that a cell says that there is no value, or shows an error in its place."""
    return [(placeholder, cell.str.contains(_PLACEHOLDER)), ("cell_error", cell.str.contains(_CELL_ERROR))]


def _text(item: Field, raw: pl.Expr) -> ParsedColumn:
    value = _filled(raw.map_batches(spell_names, return_dtype=pl.String()))
    wrong = [_with_nul(raw), _too_long(item, value)]
    return _worded(item, value, wrong)


def _code(item: Field, raw: pl.Expr) -> ParsedColumn:
    value = _filled(_spelled_code(item, raw))
    if item.known:
        known = {code.lower(): code for code in item.known}
        read = value.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.String)
        return _worded(item, read, [("unknown_award", value.is_not_null() & read.is_null())], value)
    rounded: Condition = ("digits_lost", value.str.contains(_ROUNDED))
    wrong = [_with_nul(raw), rounded, ("not_given", value.str.contains(_PLACEHOLDER)), _too_long(item, value)]
    if item.pattern:
        wrong.append(("bad_format", ~value.str.contains(item.pattern)))
    return _worded(item, value, wrong)


def _spelled_code(item: Field, raw: pl.Expr) -> pl.Expr:
    return raw.map_batches(_spell_parts if item.parts else spell_codes, return_dtype=pl.String())


def _spell_parts(codes: pl.Series) -> pl.Series:
    """Return codes as they are stored, the unified social credit codes in them in upper case."""
    spelled = spell_codes(codes)
    typed = spelled.filter(spelled.str.contains(_LOWER_PART)).unique().drop_nulls()
    upper = [":".join(part.upper() if is_uscc(part.upper()) else part for part in code.split(":")) for code in typed]
    return spelled.replace(typed, pl.Series(upper, dtype=pl.String)) if upper else spelled


def _account(item: Field, raw: pl.Expr) -> ParsedColumn:
    """Parse the number of a bank account, in which spaces and dashes are for the eye."""
    code = raw.map_batches(spell_codes, return_dtype=pl.String())
    value = _filled(code.str.replace_all("-", "", literal=True))
    shown = _filled(code)
    wrong = [("digits_lost", code.str.contains(_ROUNDED)), ("not_an_account_number", ~value.str.contains(_ACCOUNT))]
    missing_digits: Condition = ("not_an_account_number", shown.is_not_null() & value.is_null())
    return _worded(item, value, [*wrong, missing_digits], shown)


def _worded(item: Field, value: pl.Expr, wrong: list[Condition], cell: pl.Expr | None = None) -> ParsedColumn:
    needs_full_check = _needs_full_check(item, value if cell is None else cell, value)
    for _, condition in wrong:
        needs_full_check = needs_full_check | _any(condition)
    return ParsedColumn(value, needs_full_check, first_of([_missing(item, value if cell is None else cell), *wrong]))


def _with_nul(raw: pl.Expr) -> Condition:
    return "nul_character", raw.str.contains("\0", literal=True)


def _too_long(item: Field, value: pl.Expr) -> Condition:
    # Most are short enough in bytes already, which are counted faster.
    return "too_long", (value.str.len_bytes() > item.max_length) & (value.str.len_chars() > item.max_length)


def _uscc(item: Field, raw: pl.Expr) -> ParsedColumn:
    code = _filled(raw.map_batches(spell_codes, return_dtype=pl.String()).str.to_uppercase())
    valid = code.map_batches(are_uscc, return_dtype=pl.Boolean())
    meant = code.str.replace_many(list(_LOOK_ALIKES), list(_LOOK_ALIKES.values()))
    spaced = raw.map_batches(spell_cells, return_dtype=pl.String()).str.contains(" ", literal=True)
    alike = (~valid | spaced) & meant.map_batches(are_uscc, return_dtype=pl.Boolean())
    errors = [
        _missing(item, code),
        ("digits_lost", code.str.contains(_ROUNDED)),
        ("uscc_look_alike", alike),
        ("invalid_uscc", ~valid),
    ]
    # What was left out of the code may have been a space in the middle of it.
    shortened = raw.str.len_bytes() != code.str.len_bytes()
    needs_full_check = _needs_full_check(item, code, code) | _any(~valid) | _any(shortened)
    return ParsedColumn(code, needs_full_check, first_of(errors), pl.when(alike).then(meant))


def _names(item: Field) -> dict[str, str]:
    names = {name: code for code, (zh, en) in item.choices.items() for name in (zh, en, code)} | dict(
        item.former_choices
    )
    return {spelling: code for name, code in names.items() for spelling in (name.lower(), spell_cell(name).lower())}


def _choice(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_lowercase().replace_strict(_names(item), default=None, return_dtype=pl.String)
    errors = [_missing(item, cell), ("not_allowed", cell.is_not_null() & value.is_null())]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _flag(item: Field, cell: pl.Expr) -> ParsedColumn:
    value = cell.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    errors = [_missing(item, cell), ("not_a_flag", cell.is_not_null() & value.is_null())]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _day(item: Field, cell: pl.Expr, *, last_day: bool) -> ParsedColumn:
    cell = cell.str.replace_all(r" ?([年月]) ?", "${1}").str.replace(" 日", "日", literal=True)
    shaped = (cell.str.contains(_DATE) | cell.str.contains(_COMPACT_DATE)) & ~cell.str.starts_with("00")
    apart = cell.str.replace(_COMPACT_DATE, "${1}-${2}-${3}").str.replace(_DATE, "${1}-${2}-${3}")
    value = pl.when(shaped).then(apart).str.to_date("%Y-%m-%d", strict=False)
    if last_day:
        value = _day_after(value)
    errors = [
        _missing(item, cell),
        *_no_value(cell),
        ("no_such_day", shaped & value.is_null()),
        *((code, ~shaped & cell.str.contains(pattern)) for code, pattern in _DAY_MISTAKES),
        ("not_a_date", ~shaped),
    ]
    return ParsedColumn(value, _needs_full_check(item, cell, value), first_of(errors))


def _day_after(day: pl.Expr) -> pl.Expr:
    return pl.when(day < _LAST_DAY).then(day.dt.offset_by("1d"))


def _plausible(year: pl.Expr, today: date) -> pl.Expr:
    return year.is_between(FIRST_YEAR, today.year + 1)


def _year(item: Field, cell: pl.Expr, today: date) -> ParsedColumn:
    digits = cell.str.replace(r" ?(?:年度?|\.0+)$", "")
    value = pl.when(digits.str.contains("^[0-9]{4}$")).then(digits).cast(pl.Int64, strict=False)
    strange = ~_plausible(value, today)
    errors = [
        _missing(item, cell),
        *_no_value(cell),
        ("implausible_year", strange),
        ("not_a_year", cell.is_not_null() & value.is_null()),
    ]
    return ParsedColumn(value, _needs_full_check(item, cell, value) | _any(strange), first_of(errors))


def _ungrouped(cell: pl.Expr) -> pl.Expr:
    """Return numbers without the commas between their thousands."""
    return pl.when(cell.str.contains(_GROUPED)).then(cell.str.replace_all(",", "", literal=True)).otherwise(cell)


def _number_error(item: Field, cell: pl.Expr, value: pl.Expr, shape: str, code: str) -> pl.Expr:
    return first_of(
        [
            _missing(item, cell),
            *_no_value(cell, "placeholder"),
            *_bounds(item, value),
            ("above_maximum", cell.str.contains(_LONG_INTEGER) & ~cell.str.starts_with("-")),
            ("below_minimum", cell.str.contains(_LONG_INTEGER)),
            *((mistake, cell.str.contains(pattern)) for mistake, pattern in _NUMBER_MISTAKES),
            ("too_many_decimals", cell.str.contains(_DECIMALS) if shape == _AMOUNT else _NEVER),
            (code, ~cell.str.contains(shape)),
        ]
    )


def _integer(item: Field, cell: pl.Expr) -> ParsedColumn:
    cell = _ungrouped(cell)
    value = pl.when(cell.str.contains(_INTEGER)).then(cell.str.replace(r"\.0+$", "")).cast(pl.Int64, strict=False)
    error = _number_error(item, cell, value, _INTEGER, "not_an_integer")
    return ParsedColumn(value, _needs_full_check(item, cell, value), error)


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
    return ParsedColumn(value, _needs_full_check(item, cell, value), error)


def _decimals(cell: pl.Expr) -> pl.Expr:
    """Read a number with at most two decimals; more would be rounded."""
    return pl.when(cell.str.contains(_AMOUNT)).then(cell.str.strip_prefix("+")).cast(DECIMALS, strict=False)


def _decimal(item: Field, cell: pl.Expr) -> ParsedColumn:
    cell = _ungrouped(cell)
    value = _decimals(cell)
    error = _number_error(item, cell, value, _AMOUNT, "not_a_number")
    return ParsedColumn(value, _needs_full_check(item, cell, value), error)


_WORDS: dict[Kind, Callable[[Field, pl.Expr], ParsedColumn]] = {
    Kind.TEXT: _text,
    Kind.CODE: _code,
    Kind.ACCOUNT: _account,
    Kind.USCC: _uscc,
}
"""The parsers of what is written as it is, in files and in JSON alike."""
