"""Free text holds no account number, and a file for people runs nothing and shows what it says."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from pydantic import TypeAdapter, ValidationError

from shared.days import Day
from shared.free_text import Reason, strike_long_numbers
from shared.spreadsheets import escape_formula, escape_formulas

ACCOUNT = "6222770099887766"


@pytest.mark.parametrize(
    "written",
    [
        ACCOUNT,
        "6222 7700 9988 7766",
        "6222-7700-9988-7766",
        "６２２２７７００９９８８７７６６",
        "6222  7700  9988  7766",
        "6222/7700/9988/7766",
        "6222—7700—9988—7766",
        "6222\u200b7700\u200b9988\u200b7766",
        "٦٢٢٢٧٧٠٠٩٩٨٨٧٧٦٦",
        "33250119900101123X",
        "622277009988",
    ],
)
def test_numbers_of_twelve_digits_or_more_are_struck(written: str) -> None:
    shown = TypeAdapter(Reason).validate_python(f" paid to {written}, see 丽政办发〔2020〕1号 ")
    assert shown.startswith("paid to …") and shown.endswith("see 丽政办发〔2020〕1号")
    assert sum(character.isdigit() for character in shown) == 5


@pytest.mark.parametrize("written", ["2023-12-31", "amount 9000000000 fen", "13700000000", "91331100MA2000003E"])
def test_shorter_numbers_days_and_codes_stay(written: str) -> None:
    assert strike_long_numbers(written) == written


def test_a_reason_is_bounded() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Reason).validate_python("x" * 2_001)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\u202e=", "\u200b@"])
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    cell = f"{start}1+1"
    assert escape_formula(cell)[0] == "'"
    assert escape_formulas(pl.DataFrame({"cell": [cell]})).item() == escape_formula(cell)


def test_direction_marks_are_left_out() -> None:
    assert escape_formula("丽水\u202e司公限有\u2066甲\u200f") == "丽水司公限有甲"


@pytest.mark.parametrize("day", ["0001-01-01", "1989-12-31", "2101-01-01", "9999-12-31"])
def test_days_are_bounded_by_sense(day: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(day)
    assert TypeAdapter(Day).validate_python("1990-01-01") == date(1990, 1, 1)
