"""How a command line shows a table: numbers, days and codes are never broken, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich import box
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Column, Table

_LEAST_WORDS = 12
_LEAST_HEADING = 8
"""The fewest places of a column of words, and of the heading of one that is not broken."""

Cells = Sequence[Sequence[str]]
"""The texts of a table, column by column."""


def layout(headings: Sequence[str], cells: Cells, numbers: Collection[int], width: int) -> Table:
    """Return a table that is at most `width` wide, or, where none can be, each row as a list.

    `numbers` are the places of columns of numbers.
    """
    natural = [max(cell_len(heading), *map(cell_len, column)) for heading, column in zip(headings, cells, strict=True)]
    if _fits(natural, width):
        return _table(headings, cells, numbers, [None] * len(headings))
    least = [_least(heading, column) for heading, column in zip(headings, cells, strict=True)]
    if not _fits(least, width):
        return _list(headings, cells)
    return _table(
        headings,
        cells,
        numbers,
        [places if _unbroken(column) else None for places, column in zip(least, cells, strict=True)],
    )


def _fits(widths: Sequence[int], width: int) -> bool:
    return sum(widths) + 3 * len(widths) + 1 <= width


def _least(heading: str, column: Sequence[str]) -> int:
    """Return the fewest places that a column takes."""
    widest = max(map(cell_len, column))
    if not _unbroken(column):
        return min(max(widest, cell_len(heading)), _LEAST_WORDS)
    english = max(map(len, heading.split())) if heading.isascii() else 0
    return max(widest, english, min(cell_len(heading), _LEAST_HEADING))


def _unbroken(column: Sequence[str]) -> bool:
    """Return whether a column is of numbers, days or codes."""
    return all(cell.isascii() and " " not in cell for cell in column)


def _table(headings: Sequence[str], cells: Cells, numbers: Collection[int], widths: Sequence[int | None]) -> Table:
    # Chinese has no spaces to wrap at: what is too long for its column is folded, not cut off.
    columns = [
        Column(heading, overflow="fold", justify="right" if place in numbers else "left", width=widths[place])
        for place, heading in enumerate(headings)
    ]
    table = Table(*columns)
    for row in zip(*cells, strict=True):
        table.add_row(*map(escape, row))
    return table


def _list(headings: Sequence[str], cells: Cells) -> Table:
    table = Table("", Column(overflow="fold"), show_header=False, box=box.HORIZONTALS)
    for row in zip(*cells, strict=True):
        for heading, cell in zip(headings, row, strict=True):
            table.add_row(heading, escape(cell))
        table.add_section()
    return table
