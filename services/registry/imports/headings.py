"""From a file's headings to a dataset's fields: English or Chinese names, yuan or fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from services.registry.datasets.domain import Dataset, Field, Kind
from services.registry.imports.domain import refused
from shared.errors import DomainError

REMARKS = ("错误说明", "mistakes")
"""Headings of the column that says why a row was refused: it is sent back with the mended rows, and not read."""

_WIDTHS = str.maketrans("（）", "()")


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column of a file holds: `fields[n]` is what column n is, None where it must be empty or is not read."""

    fields: tuple[Field | None, ...]
    ignored: frozenset[int]
    hundredths: frozenset[str]

    def frame(
        self, dataset: Dataset, lines: Sequence[int], columns: Sequence[Sequence[str | None] | pl.Series]
    ) -> pl.DataFrame:
        """Return the cells as a text frame with a column for each field of the dataset, null where the file has none."""
        found = {
            item.name: pl.Series(cells, dtype=pl.String) if not isinstance(cells, pl.Series) else cells
            for item, cells in zip(self.fields, columns, strict=True)
            if item is not None
        }
        empty = pl.Series([None], dtype=pl.String).new_from_index(0, len(lines))
        return pl.DataFrame(
            {"line": pl.Series(lines, dtype=pl.Int64)} | {name: found.get(name, empty) for name in dataset.names}
        )


def read_headings(dataset: Dataset, headings: Sequence[str]) -> Columns:
    """Recognise `headings`; raises Problem for unknown ones, doubled ones, and fields that must be there and are not."""
    known: dict[str, tuple[Field, bool]] = {}
    for item in dataset.fields:
        for name in item.headings:
            whole = item.kind is Kind.MONEY and name != item.name
            known[_plain(name)] = (item, whole)
    fields: list[Field | None] = []
    ignored: set[int] = set()
    hundredths: set[str] = set()
    for place, heading in enumerate(headings):
        plain = _plain(heading)
        if plain in REMARKS:
            ignored.add(place)
        if plain in REMARKS or not plain:
            fields.append(None)
            continue
        if plain not in known:
            raise _refusal(dataset, "unknown_heading", place, "is not known")
        item, whole = known[plain]
        if item in fields:
            raise _refusal(dataset, "duplicate_heading", place, f"repeats the column of “{item.zh}” ({item.name})")
        fields.append(item)
        if whole:
            hundredths.add(item.name)
    present = {item.name for item in fields if item is not None}
    missing = [item for item in dataset.fields if not item.optional and item.name not in present]
    if missing:
        listed = ", ".join(f"{item.name} (“{item.zh}”)" for item in missing)
        raise refused(
            "missing_heading",
            f"The first line must have the headings of {dataset.name}; missing: {listed}.",
            pointer="1",
        )
    return Columns(tuple(fields), frozenset(ignored), frozenset(hundredths))


def _plain(heading: str) -> str:
    return heading.strip(" \t\r\n\u00a0\u3000\ufeff").translate(_WIDTHS).lower().removeprefix("*").strip()


def _refusal(dataset: Dataset, code: str, place: int, what: str) -> DomainError:
    listed = ", ".join(f"{item.name} (“{item.zh}”)" for item in dataset.fields)
    return refused(code, f"The heading of column {place + 1} {what}. {dataset.name} has: {listed}.", pointer="1")
