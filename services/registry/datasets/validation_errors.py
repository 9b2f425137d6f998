"""Errors of rows: stable codes and their messages, which never contain the submitted value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from shared.catalogue.domain import Dataset, Field, Kind
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
        "not_text": N_("“{name}” must be text, in quotes"),
        "not_a_flag": N_("“{name}” must be true or false (是/否)"),
        "not_an_integer": N_("“{name}” must be a whole number{unit}"),
        "not_an_amount": N_("“{name}” must be an amount in digits with at most two decimals, no commas"),
        "not_a_number": N_("“{name}” must be a number in digits with at most two decimals, no commas"),
        "too_many_decimals": N_("“{name}” may have at most two decimals"),
        "scientific_notation": N_("“{name}” must be written out, not in scientific notation"),
        "fullwidth_digits": N_("“{name}” has full-width digits; use ordinary ones"),
        "below_minimum": N_("“{name}” must be at least {minimum}"),
        "above_maximum": N_("“{name}” must be at most {maximum}"),
        "not_a_date": N_("“{name}” must be a date such as 2020-01-31"),
        "no_such_day": N_("“{name}” names a day that does not exist"),
        "not_allowed": N_("“{name}” must be one of: {allowed}"),
        "invalid_uscc": N_("“{name}” is not a valid unified social credit code (18 characters, check digit)"),
        "bad_format": N_("“{name}” must have the form {pattern}"),
        "too_long": N_("“{name}” may have at most {max_length} characters"),
        "nul_character": N_("“{name}” has a NUL character"),
        "digits_lost": N_(
            "“{name}” was stored as a number and may have lost digits; make the cell text and enter it again"
        ),
        "formula": N_("“{name}” is a formula; replace it by its value"),
        "cell_error": N_("the cell of “{name}” holds an error"),
        "bad_quoting": N_("the quotes of this line do not match"),
        "column_count": N_("this line has {detail} columns, unlike the heading"),
        "period_reversed": N_("“{name}” is before the first day of the period"),
        "tier_missing": N_("“{name}” must be above 0 for this award"),
        "tier_not_applicable": N_("“{name}” must be 0 for this award"),
        "unknown_award": N_("“{name}” must be the code of an award: {awards}"),
        "subject_not_enterprise": N_("“{name}” must be the unified social credit code of an enterprise for this award"),
        "subject_not_attendance": N_("“{name}” must have the form exhibition_id:uscc for this award"),
        "subject_not_unit_and_level": N_(
            "“{name}” must have the form uscc:national, uscc:provincial or uscc:municipal for this award"
        ),
        "unknown_enterprise": N_("“{name}” names an enterprise that is not in the registry; record it first"),
        "key_conflict": N_("the same key occurs more than once with different content"),
        "overlapping_period": N_("the period overlaps another one"),
        "unknown_key": N_("there is no record with this key"),
        "still_referenced": N_("other records still name this enterprise"),
    }
)
"""Messages by code; their placeholders are filled with `parameters_of`."""


def parameters_of(dataset: Dataset, field: str | None, detail: str | None = None) -> dict[str, object]:
    """Return what fills the placeholders of a message about `field`: its name, its bounds, and a detail of the error."""
    item = dataset.by_name.get(field or "")
    if item is None:
        return {"name": field or "", "detail": detail or ""}
    return {
        "name": name_of(item),
        "unit": {"en": " of hundredths (fen)", "zh-CN": "（分）"} if item.kind is Kind.MONEY else "",
        "minimum": item.minimum,
        "maximum": item.maximum,
        "allowed": [{"en": code, "zh-CN": f"{code}（{zh}）"} for code, (zh, _) in item.choices.items()],
        "pattern": item.pattern,
        "awards": [] if dataset.subjects is None else list(dataset.subjects.awards),
        "max_length": item.max_length,
        "detail": detail or "",
    }


def name_of(field: Field) -> dict[str, str]:
    """Return what a message calls a field: its name as a member in English, its title in Chinese."""
    return {"en": field.name, "zh-CN": field.zh}
