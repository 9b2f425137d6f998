"""Templates: every heading is read, and a spreadsheet checks what is filled in."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import date

import pytest

from services.registry.datasets import template
from services.registry.imports.tabular_file import open_tables
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Kind

CHECKED = {
    Kind.DAY: b'type="date"',
    Kind.YEAR: b'type="whole"',
    Kind.USCC: b'type="textLength"',
    Kind.FLAG: b'type="list"',
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("dataset", CATALOGUE.values(), ids=lambda dataset: dataset.name)
def test_a_template_is_read_as_it_is_and_checks_what_is_filled_in(dataset: Dataset, language: str) -> None:
    content = template.write(dataset, language)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        (table,), warnings = open_tables(file, dataset, None, date(2026, 1, 1), 1 << 30)
        assert sum(part.checked.read for part in table.parts()) == 0
    assert list(table.outline["columns"]) == list(dataset.names)
    assert [each.code for each in warnings] == ["sheets_passed_over"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet, notes = archive.read("xl/worksheets/sheet1.xml"), archive.read("xl/comments1.xml")
    assert all(CHECKED[item.kind] in sheet for item in dataset.fields if item.kind in CHECKED)
    assert notes.count(b"<comment ") == len(dataset.fields)


def test_a_note_says_what_a_field_means_beyond_its_heading() -> None:
    with zipfile.ZipFile(io.BytesIO(template.write(CATALOGUE["courier_years"], "zh-CN"))) as archive:
        assert "全年租金（全部场所合计）" in archive.read("xl/comments1.xml").decode()
