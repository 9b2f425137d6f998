"""The sample as files that people send: exports as CSV, a workbook with a sheet for each dataset, a county's form.

Some cells are wrong. All have Chinese headings, words instead of codes, and yuan; the form has ten-thousands of yuan (万元).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from deploy.local.sample.domain import ENTERPRISES, Row, Sample, code_of
from deploy.local.sample.enterprises import add_enterprises, add_monitored
from deploy.local.sample.projects import add_projects
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Field, Kind
from shared.money import yuan

FORM = "courier_years"
"""The dataset of the county's form."""
_FEN_IN_TEN_THOUSAND_YUAN = 1_000_000
_EXPORTED_ROWS = 1_000
"""A dataset with more rows is an export of its own."""

WRONG: Mapping[str, Sequence[Mapping[str, str]]] = {
    "enterprises": [
        {"uscc": "91331100MA20000010", "name": "校验位错误公司", "legal_form": "企业", "registered_on": "2015-03-01"},
    ],
    "annual_sales": [
        {"uscc": code_of(81), "year": "2025", "online_retail_fen": "-500.00"},
        {"uscc": code_of(82), "year": "2025", "online_retail_fen": "12,345.678"},
        {"uscc": code_of(ENTERPRISES + 500), "year": "2024", "online_retail_fen": "8800000.00"},
    ],
    "monitoring_inclusions": [{"uscc": code_of(91), "track": "零售商", "included_on": "2021-02-29"}],
    "cold_stores": [
        {"store_id": "LK-11", "uscc": code_of(1_621), "jurisdiction": "莲都", "in_use_on": "23.6.1",
         "construction_cost_fen": "约120万", "agricultural_upstream": "是"},
    ],
    FORM: [
        {"uscc": code_of(33).replace("0", "O", 1), "year": "2019", "parcels": "3800000", "operating_days": "360",
         "rent_fen": "18.5"},
        {"uscc": code_of(34), "year": "2019", "parcels": "约380万", "operating_days": "366", "rent_fen": "无"},
    ],
}  # fmt: skip
"""Rows with typical mistakes, by dataset: each is refused with its place and reason."""

CORRECTIONS: Mapping[str, str] = {
    code_of(33).replace("0", "O", 1): code_of(33),
    "约380万": "3800000",
    "366": "365",
    "无": "0",
}
"""What is wrong in the refused rows of the county's form, and what it should be."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file, and the dataset that it holds; None for a workbook with a sheet for each."""

    path: Path
    dataset: str | None


def make() -> Sample:
    """Return the sample, the same every time."""
    sample = Sample()
    for add in (add_enterprises, add_monitored, add_projects):
        add(sample)
    return sample


def write(sample: Sample, folder: Path) -> list[SampleFile]:
    """Write the files into `folder`; returns them in an order in which they can be imported."""
    folder.mkdir(parents=True, exist_ok=True)
    rest = {name: rows for name, rows in sample.rows.items() if name != FORM}
    exports = {name: rest.pop(name) for name, rows in sample.rows.items() if len(rows) > _EXPORTED_ROWS}
    files = [SampleFile(folder / f"{CATALOGUE[name].zh}.csv", name) for name in exports]
    for file, (name, rows) in zip(files, exports.items(), strict=True):
        _write_export(file.path, CATALOGUE[name], _lines(name, rows))
    workbook, form = folder / "市区电商项目.xlsx", folder / "快递企业报送表.xlsx"
    _write_workbook(workbook, {CATALOGUE[name]: _lines(name, rows) for name, rows in rest.items()})
    _write_form(form, CATALOGUE[FORM], sample.rows[FORM])
    return [*files, SampleFile(workbook, None), SampleFile(form, FORM)]


def _lines(name: str, rows: Iterable[Row]) -> list[list[str]]:
    """Return the rows of a dataset as a person writes them, and the wrong ones."""
    fields = CATALOGUE[name].fields
    written = [[_cell(item, row.get(item.name)) for item in fields] for row in rows]
    return written + [[line.get(item.name, "") for item in fields] for line in WRONG.get(name, [])]


def _cell(item: Field, value: Any) -> str:
    if value is None:
        return ""
    if item.kind is Kind.MONEY:
        return yuan(value).replace(",", "")
    if item.kind is Kind.FLAG:
        return "是" if value else "否"
    return item.choices[value][0] if item.kind is Kind.CHOICE else str(value)


def _write_export(file: Path, dataset: Dataset, lines: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as output:
        csv.writer(output).writerows([[item.zh for item in dataset.fields], *lines])


def _write_workbook(file: Path, sheets: Mapping[Dataset, list[list[str]]]) -> None:
    with xlsxwriter.Workbook(file) as book:
        for dataset, lines in sheets.items():
            sheet = book.add_worksheet(dataset.zh)
            for place, line in enumerate([[item.heading["zh-CN"] for item in dataset.fields], *lines]):
                sheet.write_row(place, 0, line)
            sheet.autofit()


def _write_form(file: Path, dataset: Dataset, rows: list[Row]) -> None:
    """Write a form as a county fills it in: notes in front, a title, numbers, 万元, subtotals, a signature."""
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet("填表说明").write_column(
            0, 0, ["一、本表由快递企业填报。", "二、金额以万元为单位，保留四位小数。"]
        )
        sheet, centred = book.add_worksheet("年度情况"), book.add_format({"align": "center", "bold": True})
        headings = [
            "序号",
            *(f"{item.zh}（万元）" if item.kind is Kind.MONEY else item.zh for item in dataset.fields),
            "备注",
        ]
        sheet.merge_range(0, 0, 0, len(headings) - 1, "快递企业年度情况统计表（样例）", centred)
        sheet.write_string(1, 0, "填报单位：丽水市邮政管理局（样例）")
        sheet.write_row(3, 0, headings, centred)
        place = 4
        for year in sorted({int(str(row["year"])) for row in rows}):
            of_year = [row for row in rows if row["year"] == year]
            for number, row in enumerate(of_year, start=1):
                sheet.write_row(place, 0, [number, *(_form_cell(item, row[item.name]) for item in dataset.fields)])
                place += 1
            place = _total(sheet, place, "小计", dataset, of_year)
        for number, line in enumerate(WRONG[dataset.name], start=1):
            sheet.write_row(place, 0, [number, *(line.get(item.name, "") for item in dataset.fields), "补报"])
            place += 1
        place = _total(sheet, place, "合计", dataset, rows)
        sheet.write_row(place, 0, ["填表人：王某", "", "", "复核人：李某", "", f"填表日期：{date(2025, 3, 1)}"])
        sheet.set_column(1, len(headings) - 1, 20)


def _form_cell(item: Field, value: Any) -> str | int | float | None:
    if item.kind is Kind.MONEY and value is not None:
        return float(Decimal(value) / _FEN_IN_TEN_THOUSAND_YUAN)
    return value  # type: ignore[no-any-return]


def _total(sheet: Worksheet, place: int, label: str, dataset: Dataset, rows: Iterable[Row]) -> int:
    """Write a total of parcels and rent in the line `place`; returns the next one."""
    sheet.write_string(place, 1, label)
    for column, item in enumerate(dataset.fields, start=1):
        if item.name in ("parcels", "rent_fen"):
            known = [int(str(row[item.name])) for row in rows if row[item.name] is not None]
            sheet.write(place, column, _form_cell(item, sum(known)))
    return place + 1
