"""What a file may hold and what is found in it: layouts, tables, warnings, and the refusal of a whole file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.errors import FieldError, Invalid
from shared.i18n import N_

MAX_LINE_CHARACTERS = 1 << 20
PART_ROWS = 50_000
MAX_ERRORS = 100
"""Mistakes that one refusal lists."""
MAX_EXAMPLES = 5
"""Places that one warning names."""

_MAX_QUOTED = 60
_LONG_NUMBER = re.compile(r"[0-9０-９](?:[ -]?[0-9０-９]){7,}")

Text = Mapping[str, str]
"""A text by language: the same words in both where it is quoted from the file."""

RowError = tuple[int, str | None, str, str | None]
"""What is wrong with a row: its line (from 1), the column's name or None for the row as a whole, a code and a detail."""


class FileRefused(Invalid):
    """The file cannot be read as it is."""

    code = "file-refused"
    title = N_("The file cannot be read as it is")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a file may have. `headings` maps each heading to the form of its values: "" is the ordinary one.

    `exact` columns hold codes and words, which a number cell may have spoilt. In a column with a `unit` (元), headings of the
    form `WHOLE` may be followed by it, or by its ten-thousands (万元). A count or an area has a `measure` (`units.MEASURES`).
    """

    name: str
    title: Text
    headings: Mapping[str, str]
    key: bool = False
    required: bool = False
    exact: bool = False
    unit: str | None = None
    measure: str | None = None


WHOLE = "whole"
"""The form of amounts in whole units (yuan), as opposed to hundredths (fen)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows of a table may hold. `passed_over` are headings of columns that are not read."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    passed_over: tuple[str, ...] = ()
    sheet_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that was guessed or passed over: a stable code, how often, a message, and places where it was."""

    code: str
    count: int
    message: str
    examples: list[str] = field(default_factory=list)

    def merged(self, other: Warned) -> Warned:
        """Return both as one."""
        return Warned(
            self.code, self.count + other.count, self.message, [*self.examples, *other.examples][:MAX_EXAMPLES]
        )


class Warnings:
    """Warnings by code, in the order in which they arose."""

    def __init__(self, found: Sequence[Warned] = ()) -> None:
        """Begin with those that were `found`."""
        self._by_code: dict[str, Warned] = {}
        for each in found:
            self.add(each)

    def warn(self, code: str, message: str, examples: Sequence[str], count: int | None = None) -> None:
        """Add a warning about `examples`, unless there are none; long numbers, which may be accounts, are struck from them."""
        if count is None:
            count = len(examples)
        if count:
            self.add(Warned(code, count, message, [struck(each) for each in examples[:MAX_EXAMPLES]]))

    def add(self, warned: Warned) -> None:
        """Add a warning to those of its code."""
        known = self._by_code.get(warned.code)
        self._by_code[warned.code] = known.merged(warned) if known else warned

    def __iter__(self) -> Iterator[Warned]:
        return iter(self._by_code.values())

    def as_data(self) -> list[dict[str, Any]]:
        """Return them as JSON data."""
        return [asdict(each) for each in self]


@dataclass(frozen=True, slots=True)
class Table:
    """A table that was found in a file, and how to read it.

    `heading_line` counts from 1; `above` are the rows over the headings that are not blank. `places` maps the place of a column
    (from 0) to its name; the places of `ignored` are not read; at any other place a value is a mistake. `forms` has the form of
    each column, and `shifts` the power of ten that its amounts are multiplied by.
    """

    layout: str
    sheet: int
    sheet_name: str | None
    heading_line: int
    headings: list[str]
    above: list[list[str]]
    places: dict[int, str]
    ignored: list[int]
    forms: dict[str, str]
    shifts: dict[str, int]
    format: str
    encoding: str | None = None
    delimiter: str | None = None

    def at(self, line: int, field: str | None = None) -> str:
        """Return where a field of a row is: its cell, or the row's line."""
        return next((f"{letters(place)}{line}" for place, name in self.places.items() if name == field), str(line))

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Table:
        """Return a table from JSON data."""
        return cls(**{**data, "places": {int(place): name for place, name in data["places"].items()}})


def refused(code: str, message: str, *, pointer: str = "", **parameters: Any) -> FileRefused:
    """Return the error of a file that cannot be read: a stable code, and what is wrong and how to put it right."""
    return FileRefused(message, errors=[FieldError(pointer, code, message, **parameters)], **parameters)


def refused_for(errors: Sequence[FieldError]) -> FileRefused:
    """Return the error of a file with several mistakes, all of which it lists."""
    if len(errors) == 1:
        only = errors[0]
        return refused(only.code, only.message, pointer=only.pointer, **only.parameters)
    return FileRefused(
        "The file cannot be read as it is, for {count} reasons: see `errors` for each.",
        errors=errors[:MAX_ERRORS],
        count=len(errors),
    )


def struck(text: str, most: int = _MAX_QUOTED) -> str:
    """Return `most` characters of the file without long numbers: what is stored with a job must not hold accounts."""
    return _LONG_NUMBER.sub("****", text if len(text) <= most else text[: most - 1] + "…")


def quoted(text: str) -> Text:
    """Return words of the file as a parameter of a message: they are not translated."""
    shown = struck(text)
    return {"en": shown, "zh-CN": shown}


def letters(place: int) -> str:
    """Return the letters of the column at `place`, counted from 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
