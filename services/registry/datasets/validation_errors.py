"""What can be wrong with a row: stable codes, and how each is told to a person. Never with the value that was submitted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from shared.catalogue.domain import Dataset, Field, Kind

ERRORS_SCHEMA = {"line": pl.Int64(), "field": pl.String(), "code": pl.String(), "detail": pl.String()}
"""Columns of a frame of mistakes. `line` counts from 1; `field` is null where the whole row is meant."""


class Mistake(NamedTuple):
    """One mistake as a caller sees it."""

    line: int
    field: str | None
    code: str
    message: str


def no_errors() -> pl.DataFrame:
    """Return an empty frame of mistakes."""
    return pl.DataFrame(schema=ERRORS_SCHEMA)


def error_frame(errors: list[tuple[int, str | None, str, str | None]]) -> pl.DataFrame:
    """Return a frame of mistakes from (line, field, code, detail)."""
    return pl.DataFrame(errors, schema=ERRORS_SCHEMA, orient="row")


MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # code: (zh-CN, en); {name} is the field's name in that language, {bound}, {allowed}, {detail} as they apply
        "missing": ("“{name}”不能为空", "“{name}” must be given"),
        "unknown_field": ("数据集没有此字段", "the dataset has no such field"),
        "not_an_object": ("每条记录须为一个JSON对象", "each record must be a JSON object"),
        "not_json": ("此行不是有效的JSON", "this line is not valid JSON"),
        "not_text": ("“{name}”须为文本（加引号）", "“{name}” must be text, in quotes"),
        "not_a_flag": ("“{name}”须为“是”或“否”（true/false）", "“{name}” must be true or false (是/否)"),
        "not_an_integer": ("“{name}”须为整数{unit}", "“{name}” must be a whole number{unit}"),
        "not_an_amount": (
            "“{name}”须为金额，至多两位小数，不带逗号和单位",
            "“{name}” must be an amount in digits with at most two decimals, no commas",
        ),
        "too_many_decimals": ("“{name}”至多两位小数", "“{name}” may have at most two decimals"),
        "scientific_notation": (
            "“{name}”不能用科学记数法，请写出全部数字",
            "“{name}” must be written out, not in scientific notation",
        ),
        "fullwidth_digits": ("“{name}”含全角数字，请改为半角", "“{name}” has full-width digits; use ordinary ones"),
        "below_minimum": ("“{name}”不能小于{minimum}", "“{name}” must be at least {minimum}"),
        "above_maximum": ("“{name}”不能大于{maximum}", "“{name}” must be at most {maximum}"),
        "not_a_date": ("“{name}”须为日期，如2020-01-31", "“{name}” must be a date such as 2020-01-31"),
        "no_such_day": ("“{name}”所写日期不存在", "“{name}” names a day that does not exist"),
        "not_allowed": ("“{name}”须为以下之一：{allowed}", "“{name}” must be one of: {allowed}"),
        "invalid_uscc": (
            "“{name}”不是有效的统一社会信用代码（18位，含校验码）",
            "“{name}” is not a valid unified social credit code (18 characters, check digit)",
        ),
        "bad_format": ("“{name}”的格式须为：{pattern}", "“{name}” must have the form {pattern}"),
        "too_long": ("“{name}”至多{max_length}个字符", "“{name}” may have at most {max_length} characters"),
        "nul_character": ("“{name}”含空字符（NUL）", "“{name}” has a NUL character"),
        "digits_lost": (
            "“{name}”以数字格式存储，尾数可能已丢失，请设为文本格式后重填",
            "“{name}” was stored as a number and may have lost digits; make the cell text and enter it again",
        ),
        "formula": ("“{name}”是公式，请改为数值", "“{name}” is a formula; replace it by its value"),
        "cell_error": ("“{name}”的单元格有错误值", "the cell of “{name}” holds an error"),
        "bad_quoting": ("此行的引号不成对", "the quotes of this line do not match"),
        "column_count": ("此行有{detail}列，与标题行不符", "this line has {detail} columns, unlike the heading"),
        "period_reversed": ("“{name}”早于起始日期", "“{name}” is before the first day of the period"),
        "tier_missing": ("该奖补项目的“{name}”须大于0", "“{name}” must be above 0 for this award"),
        "tier_not_applicable": ("该奖补项目的“{name}”须为0", "“{name}” must be 0 for this award"),
        "unknown_enterprise": (
            "“{name}”所指企业不存在，请先登记企业",
            "“{name}” names an enterprise that is not in the registry; record it first",
        ),
        "key_conflict": (
            "同一主键在本次提交中出现多次且内容不同",
            "the same key occurs more than once with different content",
        ),
        "overlapping_period": ("与另一时段重叠", "the period overlaps another one"),
        "unknown_key": ("没有此记录", "there is no record with this key"),
        "still_referenced": ("仍有其他记录引用该企业", "other records still name this enterprise"),
    }
)


def message(dataset: Dataset, field: str | None, code: str, detail: str | None, language: str) -> str:
    """Say what is wrong and how to mend it, in `zh-CN` or `en`."""
    zh, en = MESSAGES[code]
    template = zh if language == "zh-CN" else en
    item = dataset.by_name.get(field or "")
    values = _values(item, language) if item else {"name": field or ""}
    return template.format_map({"unit": "", "detail": detail or "", **values})


def _values(item: Field, language: str) -> dict[str, object]:
    chinese = language == "zh-CN"
    unit = ""
    if item.kind is Kind.MONEY:
        unit = "（分）" if chinese else " of hundredths (fen)"
    return {
        "name": item.zh if chinese else item.name,
        "unit": unit,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "allowed": ("、" if chinese else ", ").join(
            f"{code}（{names[0]}）" if chinese else code for code, names in item.choices.items()
        ),
        "pattern": item.pattern,
        "max_length": item.max_length,
    }
