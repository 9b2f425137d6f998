"""Recognise a file's headings as fields of a dataset: English or Chinese names, yuan or fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from services.registry.imports.domain import refused
from shared.catalogue.domain import Dataset, Field, Kind

REMARKS = ("错误说明", "mistakes")
"""Headings of the column with the reasons of refusal: it comes back with the corrected rows, and is not read."""

_WIDTHS = str.maketrans("（）", "()")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: `fields[n]` is the field in column n, None where the column must be empty or is not read."""

    fields: tuple[Field | None, ...]
    ignored: frozenset[int]
    hundredths: frozenset[str]
    last_days: frozenset[str]

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
    """Recognise `headings`; raises FileRefused for unknown ones, doubled ones, and fields that must be there and are not."""
    known: dict[str, tuple[Field, str]] = {}
    for item in dataset.fields:
        known |= {_plain(name): (item, name) for name in item.headings}
    fields: list[Field | None] = []
    ignored: set[int] = set()
    hundredths: set[str] = set()
    last_days: set[str] = set()
    for place, heading in enumerate(headings):
        plain = _plain(heading)
        if plain in REMARKS:
            ignored.add(place)
        if plain in REMARKS or not plain:
            fields.append(None)
            continue
        if plain not in known:
            raise refused(
                "unknown_heading",
                "The heading of column {column} is not known. {dataset} has: {headings}.",
                pointer="1",
                column=place + 1,
                dataset=dataset.name,
                headings=[_both_names(item) for item in dataset.fields],
            )
        item, name = known[plain]
        if item in fields:
            raise refused(
                "duplicate_heading",
                "The heading of column {column} repeats that of another one: {heading}.",
                pointer="1",
                column=place + 1,
                heading=_both_names(item),
            )
        fields.append(item)
        if item.kind is Kind.MONEY and name != item.name:
            hundredths.add(item.name)
        if name in item.last_day_headings:
            last_days.add(item.name)
    present = {item.name for item in fields if item is not None}
    missing = [item for item in dataset.fields if not item.optional and item.name not in present]
    if missing:
        raise refused(
            "missing_heading",
            "The first line must have the headings of {dataset}; missing: {missing}.",
            pointer="1",
            dataset=dataset.name,
            missing=[_both_names(item) for item in missing],
        )
    return Columns(tuple(fields), frozenset(ignored), frozenset(hundredths), frozenset(last_days))


def _plain(heading: str) -> str:
    return heading.strip(" \t\r\n\u00a0\u3000\ufeff").translate(_WIDTHS).lower().removeprefix("*").strip()


def _both_names(field: Field) -> dict[str, str]:
    return {"en": f"{field.name} (“{field.zh}”)", "zh-CN": f"“{field.zh}”（{field.name}）"}
