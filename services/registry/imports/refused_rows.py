"""Write the rejected rows as a CSV file to correct and send again: as they were written, with a column of reasons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.registry.cipher import masked
from services.registry.imports.domain import FileRefused
from services.registry.imports.headings import REMARKS, read_headings
from shared.catalogue.domain import Dataset
from shared.spreadsheets import BOM, escape_formula


def write(
    dataset: Dataset,
    headings: Sequence[str],
    rows: Iterable[tuple[int, list[str]]],
    reasons: Mapping[int, str],
    *,
    accounts: bool,
    language: str,
) -> Iterator[bytes]:
    """Write the file in pieces, UTF-8 with BOM. Account numbers are masked unless `accounts`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    kept = [place for place, heading in enumerate(headings) if heading not in REMARKS]
    hidden = set() if accounts else _sensitive(dataset, headings)
    buffer.write(BOM.decode())
    writer.writerow(
        [*(escape_formula(headings[place]) for place in kept), REMARKS[0] if language == "zh-CN" else REMARKS[1]]
    )
    for line, cells in rows:
        shown = [cells[place] if place < len(cells) else "" for place in kept]
        shown = [
            masked(cell) if place in hidden and cell else escape_formula(cell)
            for place, cell in zip(kept, shown, strict=True)
        ]
        writer.writerow([*shown, reasons.get(line, "")])
        if buffer.tell() > 1 << 16:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def _sensitive(dataset: Dataset, headings: Sequence[str]) -> set[int]:
    """Return the places of account numbers; all places if the headings are not recognised."""
    if not dataset.sensitive:
        return set()
    try:
        fields = read_headings(dataset, headings).fields
    except FileRefused:
        return set(range(len(headings)))
    return {place for place, item in enumerate(fields) if item is not None and item.sensitive}
