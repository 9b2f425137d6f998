"""Files that LibreOffice has saved again are read as they were: templates filled in, the bank's answer, a county's form.

It is Debian's package `libreoffice-calc-nogui`: `apt-get install --no-install-recommends libreoffice-calc-nogui`.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from deploy.checks.tools import MissingToolError
from services.payout.batches.answer_file import read_file
from services.payout.batches.columns import RESULTS
from services.payout.batches.files import checksum_of, rows_of, xlsx_of
from services.payout.batches.files import csv_of as batch_csv
from services.payout.restorations.files import read as read_sent
from services.payout.seals import Sealed, Seals
from services.registry.datasets import template
from shared.catalogue.checks import check_part
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Field, Kind
from shared.catalogue.layouts import layout_of
from shared.files.domain import FileRefused, letters
from shared.files.reader import opened
from shared.media_types import BYTES, CSV, XLSX
from tests.support.sheets import HEADINGS, A, B, with_part, workbook

FORMS = {
    "xlsx": "xlsx",
    "xls": "xls",
    "ods": "ods",
    "csv": "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false",
}
"""The filters of LibreOffice; the CSV is in UTF-8, with cells as they are shown."""
DATASETS = ("annual_sales", "enterprises", "locations", "payee_accounts", "cold_stores", "courier_years")
DAY = date(2026, 3, 5)
FORM, ANSWER, SENT, SENT_CSV = "form", "answer", "sent", "sent as csv"
SEALS, SEALED = Seals(base64.b64encode(bytes(64)).decode()), Sealed("city", DAY, 7)
ORDERS = ("01920000-0000-7000-8000-000000000001", "01920000-0000-7000-8000-000000000002")


def filled(dataset: Dataset) -> bytes:
    """Fill in a dataset's template in Chinese, as a person does: two rows, the second without what may be unknown."""

    def fill(sheet: bytes) -> bytes:
        styles = {
            int(place): style.decode() for place, style in re.findall(rb'<col min="(\d+)"[^>]*? style="(\d+)"', sheet)
        }
        rows = ""
        for line in (2, 3):
            cells = [
                _cell(f"{letters(place)}{line}", styles.get(place + 1, "0"), _typed(item, line))
                for place, item in enumerate(dataset.fields)
                if line == 2 or not item.optional
            ]
            rows += f'<row r="{line}">{"".join(cells)}</row>'
        return sheet.replace(b"</sheetData>", f"{rows}</sheetData>".encode())

    return with_part(template.write(dataset, "zh-CN"), "xl/worksheets/sheet1.xml", fill)


def _cell(at: str, style: str, value: object) -> str:
    if isinstance(value, str):
        return f'<c r="{at}" s="{style}" t="inlineStr"><is><t>{value}</t></is></c>'
    number = (value - date(1899, 12, 30)).days if isinstance(value, date) else value
    return f'<c r="{at}" s="{style}"><v>{number}</v></c>'


def _typed(item: Field, line: int) -> object:
    if item.kind is Kind.USCC:
        return (A, B)[line - 2]
    if item.kind is Kind.CHOICE:
        return next(iter(item.choices.values()))[0]
    if item.known:
        return next(iter(item.known))
    if item.kind is Kind.DAY:
        return date(2020, 6, line)
    if item.kind is Kind.FLAG:
        return "是"
    written = item.form or template.EXAMPLES[item.kind]
    return {Kind.YEAR: int, Kind.COUNT: int, Kind.NUMBER: int, Kind.MONEY: float, Kind.DECIMAL: float}.get(
        item.kind, str
    )(written)


def _sources() -> Iterator[tuple[str, bytes]]:
    yield from ((name, filled(CATALOGUE[name])) for name in DATASETS)
    yield FORM, workbook(
        [["某县2020年销售情况"], ["", "", "", "单位：万元"], ["序号", *(heading.removesuffix("（元）") for heading in HEADINGS)],
         [1, A, 2020, 1234.5678, 0.1], [2, B, "2020年", 3, ""], ["合计", "", "", 1237.5678, 0.1], ["注：来源于省监测"]]
    )  # fmt: skip
    yield ANSWER, workbook(
        [["支付指令编号", "结果", "交易时间", "银行流水号", "原因", "金额（元）", "收款账号"],
         [ORDERS[0], "支付成功", "2026-03-05 14:03:22", "R-0001", "", 100000, "6228480402564890018"],
         [ORDERS[1], "退汇", "2026-03-05", "R-0002", "户名不符", 1234.5, "6228480402564890019"]]
    )  # fmt: skip
    yield SENT, xlsx_of(batch_rows(), _seal())


def batch_rows() -> pl.DataFrame:
    """Return the rows of a batch's own file: a name like a formula, a code with zeros, classified and unclassified money."""
    lines = pl.DataFrame(
        {
            "order_id": ORDERS,
            "payee_uscc": [A, B],
            "amount_fen": [10_000_000, 123_450],
            "purpose": ["courier-rent 2020", "network 2021"],
            "indicator": ["丽财建〔2026〕1号", None],
            "project": ["电商专项", None],
            "function_code": ["2160299", None],
            "economic_code": ["31204", None],
            "award_id": [f"7038da8b-ab59-5803-b624-5965d85e446{place}" for place in range(2)],
            "instalment": ["1", "2"],
        }
    )
    accounts = pl.DataFrame(
        {
            "uscc": [A, B],
            "holder": ["=甲公司", "乙公司（样例）"],
            "bank_code": ["102343000018", "001100011002"],
            "number": ["6228480402564890018", "0012345678"],
        }
    )
    return rows_of(lines, accounts)


def _seal() -> str:
    return SEALS.seal(SEALED, checksum_of(batch_rows()))


@dataclass(frozen=True)
class Saved:
    """Files as they were, and by how they were saved: once, and then again as .xlsx."""

    before: Mapping[str, bytes]
    after: Mapping[tuple[str, str], bytes]
    again: Mapping[tuple[str, str], bytes]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Save every file in every form; LibreOffice is started once for each."""
    office = shutil.which("soffice")
    missing = MissingToolError(
        "LibreOffice Calc is not installed: apt-get install --no-install-recommends libreoffice-calc-nogui"
    )
    if office is None:
        raise missing
    folder = tmp_path_factory.mktemp("libreoffice")
    before = dict(_sources())
    sources = [folder / f"{name}.xlsx" for name in before]
    for source in sources:
        source.write_bytes(before[source.stem])
    before[SENT_CSV] = batch_csv(batch_rows(), _seal())
    (folder / f"{SENT_CSV}.csv").write_bytes(before[SENT_CSV])

    def convert(files: list[Path], form: str, to: Path) -> list[Path]:
        command = [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", FORMS[form]]
        if files[0].suffix == ".csv":
            command.append(
                "--infilter=Text - txt - csv (StarCalc):44,34,76,1"
            )  # as its dialogue proposes for a byte order mark
        subprocess.run([*command, "--outdir", str(to), *map(str, files)], check=True, capture_output=True)
        made = [to / f"{file.stem}.{form}" for file in files]
        if not any(path.exists() for path in made):  # Writer alone cannot open them, and says nothing
            raise missing
        return made

    after: dict[tuple[str, str], bytes] = {}
    for form in FORMS:
        (path,) = convert([folder / f"{SENT_CSV}.csv"], form, folder / f"{form} of csv")
        after[SENT_CSV, form] = path.read_bytes()
    again: dict[tuple[str, str], bytes] = {}
    for form in FORMS:
        once = convert(sources, form, folder / form)
        after |= {(path.stem, form): path.read_bytes() for path in once}
        again |= {(path.stem, form): path.read_bytes() for path in convert(once, "xlsx", folder / f"{form} again")}
    return Saved(before, after, again)


def _read(content: bytes, name: str) -> tuple[Any, ...]:
    """Return what a file says: values, mistakes, and how many rows were passed over."""
    dataset = CATALOGUE[name]
    with opened(content, layout_of(dataset)) as file:
        (table,) = file.tables
        parts = list(file.parts(table))
    checked = [check_part(dataset, table, part, DAY) for part in parts]
    rows = [row for each in checked for row in each.rows.select("line", *dataset.names).rows()]
    return rows, [error for each in checked for error in each.errors.rows()], parts[-1].skipped


@pytest.mark.parametrize("name", DATASETS)
def test_a_template_filled_in_says_the_same_however_it_is_saved(saved: Saved, name: str) -> None:
    before = _read(saved.before[name], name)
    assert (len(before[0]), before[1]) == (2, [])
    for form in FORMS:
        assert _read(saved.after[name, form], name) == before, form
        again = _read(saved.again[name, form], name)
        if (name, form) == ("payee_accounts", "csv"):  # it took account numbers for numbers, and rounded them
            assert (again[0], {error[2] for error in again[1]}) == ([], {"digits_lost"})
        else:
            assert again == before, f"{form}, then xlsx"


def test_a_form_with_titles_and_totals_says_the_same_however_it_is_saved(saved: Saved) -> None:
    before = _read(saved.before[FORM], "annual_sales")
    assert before == ([(4, A, 2020, 1_234_567_800, 100_000), (5, B, 2020, 3_000_000, None)], [], 2)
    for form in FORMS:
        assert _read(saved.after[FORM, form], "annual_sales") == before, form
        assert _read(saved.again[FORM, form], "annual_sales") == before, f"{form}, then xlsx"


def test_the_banks_answer_says_the_same_however_it_is_saved(saved: Saved) -> None:
    before = read_file(saved.before[ANSWER], RESULTS, DAY)
    assert before.read == 2 and not before.mistakes
    for form in FORMS:
        after = read_file(saved.after[ANSWER, form], RESULTS, DAY)
        assert after.rows.equals(before.rows) and not after.mistakes, form


def test_a_batchs_own_file_is_entered_again_however_it_was_saved(saved: Saved) -> None:
    before = read_sent(saved.before[SENT], XLSX, SEALS, DAY)
    assert [(row.order_id, row.amount_fen) for row in before.rows] == list(
        zip(ORDERS, (10_000_000, 123_450), strict=True)
    )
    assert before.sealed == SEALED
    assert read_sent(saved.before[SENT_CSV], CSV, SEALS, DAY).rows == before.rows
    for form in FORMS:
        # From the CSV it took the account numbers for numbers: that is the test below.
        for content in (saved.after[SENT, form], *([saved.again[SENT, form]] if form != "csv" else [])):
            found = read_sent(content, BYTES, SEALS, DAY)
            assert (found.rows, found.sealed, found.checksum) == (before.rows, SEALED, before.checksum), form
            assert found.copied.equals(before.copied), form


def test_a_batchs_csv_whose_codes_a_spreadsheet_has_rounded_is_refused_by_cell(saved: Saved) -> None:
    for content in (*(saved.after[SENT_CSV, form] for form in FORMS), saved.again[SENT, "csv"]):
        with pytest.raises(FileRefused) as refused:
            read_sent(content, BYTES, SEALS, DAY)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [("F2", "digits_lost")]
