"""Errors of rows: stable codes and their messages, which never contain the submitted value."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import polars as pl

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Field, Kind, words_of
from shared.i18n import N_

ERRORS_SCHEMA = {"line": pl.Int64(), "field": pl.String(), "code": pl.String(), "detail": pl.String()}
"""Columns of a frame of errors. `line` counts from 1; `field` is null where the whole row is meant."""

Error = tuple[int, str | None, str, str | None]
"""One error: line, field, code, detail."""


def no_errors() -> pl.DataFrame:
    """Return an empty frame of errors."""
    return pl.DataFrame(schema=ERRORS_SCHEMA)


def error_frame(errors: list[Error]) -> pl.DataFrame:
    """Return a frame of errors."""
    return pl.DataFrame(errors, schema=ERRORS_SCHEMA, orient="row")


MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "missing": N_("“{name}” must be given"),
        "unknown_field": N_("the dataset has no such field"),
        "not_an_object": N_("each record must be a JSON object"),
        "not_json": N_("this line is not valid JSON"),
        "not_a_record": N_("this line holds far more than one record"),
        "repeated_member": N_("“{name}” is given more than once"),
        "not_text": N_("“{name}” must be text, in quotes"),
        "not_a_flag": N_("“{name}” must be true or false (是/否)"),
        "not_an_integer": N_("“{name}” must be a whole number{unit}"),
        "not_an_amount": N_("“{name}” must be an amount in digits with at most {decimals} decimals, such as 1234.50"),
        "not_a_year": N_("“{name}” must be a year of four digits, such as 2023"),
        "implausible_year": N_("“{name}” must be a year from 1990 to next year"),
        "placeholder": N_("“{name}” is not a value: leave it empty if it is unknown, write 0 for none"),
        "not_given": N_("“{name}” is not a value: write it, or leave it empty where it may be unknown"),
        "parentheses": N_("“{name}” is in parentheses; write the number alone"),
        "percent": N_("“{name}” is a percentage; write the number itself"),
        "unit_in_cell": N_("“{name}” is written with 万 or another unit; write it out in digits, such as 125000"),
        "inner_space": N_("“{name}” has a space between its digits; write them together"),
        "wrong_point": N_("“{name}” has another mark for the decimal point; write a point, such as 1234.50"),
        "not_a_number": N_("“{name}” must be a number in digits with at most two decimals, such as 1234.50"),
        "too_many_decimals": N_("“{name}” may have at most {decimals} decimals"),
        "scientific_notation": N_("“{name}” must be written out, not in scientific notation"),
        "below_minimum": N_("“{name}” must be at least {minimum}{in_unit}"),
        "above_maximum": N_("“{name}” must be at most {maximum}{in_unit}"),
        "not_a_date": N_("“{name}” must be a date such as 2020-01-31"),
        "no_such_day": N_("“{name}” names a day that does not exist"),
        "two_digit_year": N_("the year of “{name}” must have four digits, such as 2020-01-31"),
        "year_last": N_("“{name}” must begin with the year, such as 2020-01-31"),
        "no_day": N_("“{name}” must name the day as well, such as 2020-01-31"),
        "time_of_day": N_("“{name}” must be a day without a time, such as 2020-01-31"),
        "serial_day": N_("“{name}” is a number; show the cell as a date, or write the day such as 2020-01-31"),
        "not_allowed": N_("“{name}” must be one of: {allowed}"),
        "invalid_uscc": N_("“{name}” is not a valid unified social credit code (18 characters, check digit)"),
        "uscc_look_alike": N_("“{name}” is not a valid unified social credit code; did you mean {detail}?"),
        "unknown_award": N_("“{name}” is not an award of any policy; known are: {known}"),
        "other_spelling": N_(
            "“{name}” is on record as {detail} with other content; write it so in order to change that record"
        ),
        "would_clear": N_(
            "“{name}” is empty here and has a value on record; leave out the column to keep it, or import with clearing=allow"
        ),
        "not_an_account_number": N_("“{name}” must have 8 to 32 digits"),
        "bad_format": N_("“{name}” must look like {form}"),
        "too_long": N_("“{name}” may have at most {max_length} characters"),
        "nul_character": N_("“{name}” has a NUL character"),
        "digits_lost": N_(
            "“{name}” was turned into a number and has lost digits; make the cell text and enter the whole code again"
        ),
        "formula": N_("“{name}” is a formula without a result; replace it by its value"),
        "cell_error": N_("“{name}” shows an error such as #N/A; enter its value, or leave it empty if it is unknown"),
        "scaled": N_(
            "“{name}” shows less than it holds, for its number format divides it; show the whole number and check it"
        ),
        "merged_cells": N_("{detail} are merged: give each row its own value"),
        "unit_conflict": N_("“{name}” names a unit, but its column has another; write the number alone"),
        "line_break": N_(
            "“{name}” has a line break ({detail}): write it on one line, or remove the quote that it is in"
        ),
        "unclosed_quote": N_("a quote that is not closed swallows the lines {detail}; remove or close it"),
        "bad_quoting": N_("the quotes of this line do not match"),
        "no_heading": N_("{detail} has a value, but its column has no heading"),
        "column_count": N_("this line has {detail} columns, unlike the heading"),
        "period_reversed": N_("“{name}” is before the first day of the period"),
        "tier_missing": N_("“{name}” must be above 0 for this award"),
        "tier_not_applicable": N_("“{name}” must be 0 for this award"),
        "subject_not_enterprise": N_("“{name}” must be the unified social credit code of an enterprise for this award"),
        "subject_not_attendance": N_("“{name}” must have the form exhibition_id:uscc for this award"),
        "subject_not_unit_and_level": N_(
            "“{name}” must have the form uscc:national, uscc:provincial or uscc:municipal for this award"
        ),
        "unknown_subject": N_("“{name}” is not on record for this award; record it in “{dataset}” first"),
        "unknown_enterprise": N_("“{name}” names an enterprise that is not in the registry; record it first"),
        "key_conflict": N_("the same key occurs more than once with different content"),
        "overlapping_period": N_("the period overlaps another one"),
        "unknown_key": N_("there is no record with this key"),
        "still_referenced": N_("other records still name this enterprise"),
    }
)
"""Messages by code; their placeholders are filled with `parameters_of`."""


IN_YUAN, IN_TEN_THOUSANDS = "in yuan", "in ten thousands"
"""The detail of an error about an amount in a column that is in yuan (dollars), or in ten thousands of them."""
OF_AMOUNTS = ("below_minimum", "above_maximum", "too_many_decimals", "not_an_amount")
"""Codes of the errors with that detail."""

_UNITS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "fen": {
        "": {"en": " hundredths (fen)", "zh-CN": "分"},
        IN_YUAN: {"en": " yuan", "zh-CN": "元"},
        IN_TEN_THOUSANDS: {"en": " ten thousand yuan", "zh-CN": "万元"},
    },
    "usd_cents": {
        "": {"en": " hundredths (cents)", "zh-CN": "美分"},
        IN_YUAN: {"en": " dollars", "zh-CN": "美元"},
        IN_TEN_THOUSANDS: {"en": " ten thousand dollars", "zh-CN": "万美元"},
    },
}
"""What the unit of an amount is called, by what it is stored in and how it was written."""
_POWERS: Mapping[str, int] = {"": 0, IN_YUAN: 2, IN_TEN_THOUSANDS: 6}
_DECIMALS: Mapping[int, Mapping[str, str]] = {2: {"en": "two", "zh-CN": "两"}, 6: {"en": "six", "zh-CN": "六"}}


def parameters_of(dataset: Dataset, field: str | None, detail: str | None = None) -> dict[str, object]:
    """Return what fills the placeholders of a message about `field`: its name, its bounds, and a detail of the error."""
    item = dataset.by_name.get(field or "")
    if item is None:
        return {"name": field or "", "detail": detail or ""}
    written = detail if detail and detail in _POWERS and item.kind is Kind.MONEY else ""
    unit = _UNITS[item.unit or ""][written] if item.kind is Kind.MONEY else None
    power = _POWERS[written]
    return {
        "name": name_of(item),
        "unit": {"en": f" of{unit['en']}", "zh-CN": f"（{unit['zh-CN']}）"} if unit else "",
        "in_unit": unit or "",
        "minimum": _scaled(item.minimum, power),
        "maximum": _scaled(item.maximum, power),
        "decimals": _DECIMALS[power or 2],
        "allowed": _codes(item.choices),
        "form": item.form,
        "max_length": item.max_length,
        "known": _codes(item.known),
        "detail": detail or "",
        "dataset": _title_of(detail),
    }


def _scaled(bound: int | None, power: int) -> object:
    """Return a bound in the unit in which it is said."""
    return bound if bound is None or power == 0 else format(Decimal(bound).scaleb(-power).normalize(), "f")


def _codes(names: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    return [{"en": code, "zh-CN": words_of(code, each)} for code, each in names.items()]


def _title_of(dataset: str | None) -> dict[str, str]:
    """Return what a message calls the dataset that a detail names, if it does."""
    named = CATALOGUE.get(dataset or "")
    return {"en": named.name if named else "", "zh-CN": named.zh if named else ""}


def name_of(field: Field) -> dict[str, str]:
    """Return what a message calls a field: its name as a member in English, its title in Chinese."""
    return {"en": field.name, "zh-CN": field.zh}
