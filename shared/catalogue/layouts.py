"""What a file of a dataset may hold: its fields as columns, under all their headings."""

from __future__ import annotations

from functools import cache

from shared.catalogue.domain import TEXTS, Dataset, Field, Kind
from shared.files.domain import WHOLE, Column, Layout

LAST_DAY = "last day"
"""The form of days that are the last which counts, as opposed to the first that no longer does."""
_NAMES = ("企业名称", "单位名称", "公司名称", "名称", "name")
"""Headings that help people to read a file of codes: they are not read where the dataset has no such field."""
_MEASURES = {"pieces": "件", "days": "天", "months": "月", "m2": "平方米"}


@cache
def layout_of(dataset: Dataset) -> Layout:
    """Return the layout of files with rows of `dataset`."""
    return Layout(
        name=dataset.name,
        title={"en": dataset.name, "zh-CN": f"“{dataset.zh}”"},
        columns=tuple(_column(dataset, item) for item in dataset.fields),
        passed_over=_NAMES if dataset.owners else (),
        sheet_names=(dataset.name, dataset.zh),
    )


def _form(item: Field, heading: str) -> str:
    if heading in item.last_day_headings:
        return LAST_DAY
    return WHOLE if item.kind is Kind.MONEY and heading != item.name else ""


def _column(dataset: Dataset, item: Field) -> Column:
    return Column(
        name=item.name,
        title={"en": f"{item.name} (“{item.zh}”)", "zh-CN": f"“{item.zh}”（{item.name}）"},
        headings={heading: _form(item, heading) for heading in item.headings},
        key=item.name in dataset.key,
        required=not item.optional,
        exact=item.kind in TEXTS,
        unit=("美元" if item.unit == "usd_cents" else "元") if item.kind is Kind.MONEY else None,
        measure=_MEASURES.get(item.unit or ""),
    )
