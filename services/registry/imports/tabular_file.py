"""CSV, TSV and workbooks: read by `shared.files`, checked here against the dataset."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from services.registry.imports.domain import Part, Table
from shared.catalogue.checks import check_part
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset
from shared.catalogue.layouts import layout_of
from shared.files import domain as files
from shared.files.reader import OpenFile, open_file


@dataclass(slots=True)
class TabularTable:
    """One table of a file, with rows of one dataset."""

    dataset: Dataset
    sheet: int
    _file: OpenFile
    _table: files.Table
    _today: date

    @property
    def outline(self) -> dict[str, Any]:
        """What is around the rows, as JSON data."""
        table = self._table
        cells = table.format == "workbook"
        return {
            "headings": table.headings,
            "above": table.above,
            "sheet_name": table.sheet_name,
            "places": {name: place for place, name in table.places.items()},
            "columns": {name: files.letters(place) for place, name in table.places.items()} if cells else {},
        }

    def parts(self) -> Iterator[Part]:
        """Read and check the rows, part by part."""
        for part in self._file.parts(self._table):
            checked = check_part(self.dataset, self._table, part, self._today)
            yield Part(checked, part.done, part.total, part.skipped)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of the rows at `lines` as they were written."""
        return self._file.rows(self._table, lines)


def open_tables(
    file: IO[bytes], dataset: Dataset | None, sheet: str | None, today: date, max_bytes: int
) -> tuple[Sequence[Table], files.Warnings]:
    """Find the table of `dataset` in a file, or a sheet for each dataset; returns them with the warnings about the file.

    Raises FileRefused. The warnings grow as the rows are read.
    """
    datasets = [dataset] if dataset else list(CATALOGUE.values())
    found = open_file(
        file, list(map(layout_of, datasets)), sheet=sheet, by_sheet_name=dataset is None, max_bytes=max_bytes
    )
    return [
        TabularTable(CATALOGUE[table.layout], table.sheet, found, table, today) for table in found.tables
    ], found.warnings
