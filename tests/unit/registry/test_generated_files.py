"""Files made from the declarations, with a known list of mistakes: each is found, and none is invented.

For every dataset, the same rows are written as CSV, as a sheet and as NDJSON, and read as an import reads them.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson
import pytest
import xlsxwriter

from services.registry.imports.csv_file import CsvFile
from services.registry.imports.domain import Table
from services.registry.imports.ndjson_file import NdjsonFile
from services.registry.imports.xlsx_file import XlsxFile
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import INTEGERS, MAX_INTEGER, TEXTS, Dataset, Field, Kind
from shared.exact_json import in_json
from tests.integration.registry.conftest import uscc

ROWS = 60
Row = dict[str, Any]
TODAY = date(2026, 11, 30)
Known = set[tuple[int, str, str]]
"""(line, field, code) of every mistake that was put into a file."""


@dataclass(frozen=True)
class Fault:
    """A mistake that can be put into a cell: as written in files for people, and in JSON where it can be said there."""

    cell: str
    code: str
    value: Any = None


_TOO_MANY = MAX_INTEGER + 1
FAULTS: dict[Kind, tuple[Fault, ...]] = {
    Kind.USCC: (
        Fault("91331100MA2000061X", "invalid_uscc", "91331100MA2000061X"),
        Fault("9133110", "invalid_uscc", "9133110"),
    ),
    Kind.CODE: (
        Fault("长" * 101, "too_long", "长" * 101),
        Fault("9.13311E+17", "digits_lost", "9.13311E+17"),
        Fault("无", "not_given", "无"),
    ),
    Kind.ACCOUNT: (
        Fault("6.22848E+18", "digits_lost", "6.22848E+18"),
        Fault("1234567", "not_an_account_number", "1234567"),
        Fault("暂无", "not_an_account_number", "暂无"),
    ),
    Kind.TEXT: (Fault("长" * 501, "too_long", "长" * 501),),
    Kind.CHOICE: (Fault("没有这一项", "not_allowed", "没有这一项"),),
    Kind.DAY: (
        Fault("2021-02-29", "no_such_day", "2021-02-29"),
        Fault("去年", "not_a_date", "去年"),
        Fault("21/1/1", "two_digit_year"),
    ),
    Kind.YEAR: (Fault("1989", "implausible_year"), Fault("20x1", "not_a_year"), Fault("", "below_minimum", 0)),
    Kind.COUNT: (
        Fault("-1", "below_minimum", -1),
        Fault("1.5", "not_an_integer", 1.5),
        Fault("1.2E+10", "scientific_notation"),
        Fault("无", "placeholder"),
    ),
    Kind.MONEY: (
        Fault("-0.01", "below_minimum", -1),
        Fault(f"{_TOO_MANY // 100}.{_TOO_MANY % 100:02d}", "above_maximum", _TOO_MANY),
        Fault("1.005", "too_many_decimals"),
        Fault("12,00", "not_an_amount"),
        Fault("1.2万", "unit_in_cell"),
        Fault("1.2E+10", "scientific_notation"),
    ),
    Kind.NUMBER: (Fault("三", "not_an_integer", "三"),),
    Kind.FLAG: (Fault("也许", "not_a_flag", "也许"),),
    Kind.DECIMAL: (
        Fault("-0.01", "below_minimum", Decimal("-0.01")),
        Fault("9007199254740991.01", "above_maximum", Decimal("9007199254740991.01")),
        Fault("1.005", "too_many_decimals", Decimal("1.005")),
        Fault("12,00", "not_a_number", "12000"),
        Fault("1.2E+10", "scientific_notation"),
    ),
}


AWARD_FAULT = Fault("冷链", "unknown_award", "冷链")


def faults_of(item: Field, *, in_json: bool) -> list[Fault]:
    """Return the mistakes that can be put into a field."""
    found = (AWARD_FAULT,) if item.known else FAULTS[item.kind]
    return [fault for fault in found if (fault.value if in_json else fault.cell) not in (None, "")]


def good_value(item: Field, number: int, chance: random.Random) -> Any:
    """Return a value of the field that breaks no law; keys differ by `number`."""
    if item.optional and chance.random() < 0.3:
        return None
    if item.kind is Kind.USCC:
        return uscc(number)
    if item.kind is Kind.DAY:
        late = 4_000 if item.name in ("until", "removed_on") else 0
        return (date(2015, 1, 1) + timedelta(days=late + number * 7)).isoformat()
    if item.kind is Kind.YEAR:
        return 2018 + number % 7
    if item.kind is Kind.CHOICE:
        return chance.choice(list(item.choices))
    if item.kind is Kind.FLAG:
        return chance.random() < 0.5
    if item.kind in INTEGERS:
        least, most = item.minimum or 0, item.maximum or MAX_INTEGER
        return chance.choice([max(least, 0), most, chance.randint(max(least, 0), min(most, 10**9))])
    if item.kind is Kind.DECIMAL:
        return chance.choice([Decimal("0.00"), Decimal(MAX_INTEGER), Decimal(chance.randint(0, 10**9)) / 100])
    if item.pattern or item.kind is Kind.ACCOUNT:
        return f"{number:012d}"
    return f"样例{number}"


def good_row(dataset: Dataset, number: int, chance: random.Random) -> Row:
    row = {item.name: good_value(item, number, chance) for item in dataset.fields}
    if dataset.name == "prior_awards":
        row["award"], row["tier"] = chance.choice([("retail-scale", 500_000_000), ("park", 0)])
    if dataset.name == "other_support":
        row["award"] = "park"
    return row


def spoilt(dataset: Dataset, *, in_json: bool) -> tuple[list[Row], Known]:
    """Return rows of which half have a mistake each, and the list of these; mistakes are codes or cells as written."""
    chance = random.Random(dataset.name)
    rows, known = [], set()
    for number in range(ROWS):
        row = good_row(dataset, number, chance)
        if number % 2:
            item = chance.choice(dataset.fields)
            if not item.optional and chance.random() < 0.2:
                row[item.name], code = None, "missing"
            else:
                fault = chance.choice(faults_of(item, in_json=in_json))
                row[item.name] = fault.value if in_json else _Written(fault.cell)
                code = fault.code
            known.add((number, item.name, code))
        rows.append(row)
    return rows, known


class _Written(str):
    """A cell that is written as it is."""

    __slots__ = ()


def cell(item: Field, value: Any, chance: random.Random) -> str:
    """Write a value as people do: yuan, Chinese names of choices, 是 and 否."""
    if value is None or isinstance(value, _Written):
        return str(value or "")
    if item.kind is Kind.MONEY:
        return f"{value // 100}.{value % 100:02d}"
    if item.kind is Kind.FLAG:
        return chance.choice(["是", "true"] if value else ["否", "false"])
    if item.kind is Kind.CHOICE:
        return str(chance.choice([value, item.choices[value][0]]))
    return str(value)


def heading(item: Field) -> str:
    """Return the Chinese heading; of money the one that says yuan (or dollars)."""
    return next((name for name in item.headings if name.endswith(("（元）", "（美元）"))), item.zh)


def as_csv(dataset: Dataset, rows: list[Row], encoding: str) -> bytes:
    chance = random.Random(1)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([heading(item) for item in dataset.fields])
    writer.writerows([cell(item, row[item.name], chance) for item in dataset.fields] for row in rows)
    return file.getvalue().encode(encoding)


def as_sheet(dataset: Dataset, rows: list[Row]) -> bytes:
    """Write good numbers as number cells where a double holds them, and good dates as date cells."""
    chance = random.Random(1)
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, [heading(item) for item in dataset.fields])
    for number, row in enumerate(rows, 1):
        for place, item in enumerate(dataset.fields):
            value = row[item.name]
            text = cell(item, value, chance)
            if item.kind is Kind.DAY and value is not None and not isinstance(value, _Written):
                sheet.write_datetime(number, place, date.fromisoformat(value), day)
            elif item.kind is Kind.DECIMAL and isinstance(value, Decimal) and value < 10**11:
                sheet.write_number(number, place, value)
            elif item.kind in INTEGERS and isinstance(value, int) and value < 10**11:
                sheet.write_number(number, place, value / 100 if item.kind is Kind.MONEY else value)
            elif text:
                sheet.write_string(number, place, text)
    book.close()
    return file.getvalue()


def as_ndjson(dataset: Dataset, rows: list[Row]) -> bytes:
    lines = [{name: value for name, value in row.items() if value is not None} for row in rows]
    return b"".join(orjson.dumps(line, default=in_json) + b"\n" for line in lines)


def opened(dataset: Dataset, form: str, rows: list[Row]) -> tuple[Table, int]:
    """Return the rows as a file of that form, opened for reading, and the line of the first row."""
    if form == "sheet":
        return XlsxFile(io.BytesIO(as_sheet(dataset, rows)), 1 << 30, TODAY).table(dataset, None), 2
    content = as_ndjson(dataset, rows) if form == "ndjson" else as_csv(dataset, rows, form)

    def chunks() -> Iterator[bytes]:
        return iter([content[:999], content[999:]])

    if form == "ndjson":
        return NdjsonFile(chunks, len(content), dataset), 1
    return CsvFile(chunks, len(content), dataset, TODAY), 2


@pytest.mark.parametrize("form", ["utf-8-sig", "gb18030", "sheet", "ndjson"])
@pytest.mark.parametrize("dataset", CATALOGUE.values(), ids=lambda dataset: dataset.name)
def test_every_mistake_is_found_and_none_is_invented(dataset: Dataset, form: str) -> None:
    rows, known = spoilt(dataset, in_json=form == "ndjson")
    assert len(known) == ROWS // 2
    table, first = opened(dataset, form, rows)
    parts = [part.checked for part in table.parts()]
    found = {(row["line"] - first, row["field"], row["code"]) for part in parts for row in part.errors.to_dicts()}
    assert found == known
    assert sum(part.read for part in parts) == ROWS
    bad = {number for number, _, _ in known}
    expected = [_typed(dataset, row) for number, row in enumerate(rows) if number not in bad]
    assert [row for part in parts for row in part.rows.select(dataset.names).to_dicts()] == expected


def _typed(dataset: Dataset, row: Row) -> Row:
    def value(item: Field) -> Any:
        given = row[item.name]
        return date.fromisoformat(given) if given is not None and item.kind is Kind.DAY else given

    return {item.name: value(item) for item in dataset.fields}


def test_every_kind_of_field_has_a_fault() -> None:
    assert set(FAULTS) == set(Kind)
    assert {item.kind for dataset in CATALOGUE.values() for item in dataset.fields} == set(Kind)
    assert all(item.max_length in (18, 100, 500) for d in CATALOGUE.values() for item in d.fields if item.kind in TEXTS)
