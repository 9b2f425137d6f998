"""The rows of a sheet in .xlsx as they end, its strings as far as they are asked for, its merged ranges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

from shared.files.cells import Row, day_text, number_text
from shared.files.formats import Shown
from shared.files.package import Handlers, damaged, parse

_NUMBERED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"^\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
_MAX_ROWS = 1_048_576
_MAX_GAP = 200
"""Empty cells that a row may have before its next one."""


class Strings(Handlers):
    """The shared strings, read as far as they are asked for."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._pieces: Iterator[None] = parse(stream, self) if stream else iter(())
        self._found: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._in_sound = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        """Begin an element."""
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._in_sound = True
        elif name == "t":
            self._in_text = not self._in_sound

    def end(self, name: str) -> None:
        """End an element."""
        if name == "si":
            self._found.append(unescaped("".join(self._parts)))
        elif name == "rPh":
            self._in_sound = False
        elif name == "t":
            self._in_text = False

    def text(self, data: str) -> None:
        """Take text."""
        if self._in_text:
            self._parts.append(data)

    def __getitem__(self, number: int) -> str:
        while number >= len(self._found):
            try:
                next(self._pieces)
            except StopIteration:
                raise damaged() from None
        return self._found[number]


class Sheet(Handlers):
    """The rows of a sheet as they end."""

    def __init__(self, strings: Strings, formats: Sequence[Shown], *, since_1904: bool) -> None:
        """Begin; `formats` are what each cell format shows."""
        self._strings, self._formats, self._since_1904 = strings, formats, since_1904
        self.rows: list[Row] = []
        self._number, self._hidden = 0, False
        self._place, self._type, self._style = -1, "n", 0
        self._value: list[str] = []
        self._taking: list[str] | None = None
        self._formula, self._in_sound = False, False
        self._cells: list[str] = []
        self._marks: list[tuple[int, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        if name == "c":
            reference = _REFERENCE.match(attributes.get("r", ""))
            self._place = place_of(reference[1]) if reference else self._place + 1
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0) or 0)
            self._value, self._formula = [], False
        elif name in ("v", "t"):
            self._taking = None if self._in_sound else self._value
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._in_sound = True
        elif name == "row":
            number = int(attributes.get("r", self._number + 1))
            if not self._number < number <= _MAX_ROWS:
                raise damaged()
            self._number = number
            self._hidden = attributes.get("hidden") in ("1", "true")
            self._place = -1
            self._cells, self._marks = [], []

    def text(self, data: str) -> None:
        """Take text."""
        if self._taking is not None:
            self._taking.append(data)

    def end(self, name: str) -> None:
        """End an element."""
        if name in ("v", "t"):
            self._taking = None
        elif name == "rPh":
            self._in_sound = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self.rows.append(Row(self._number, self._cells, self._marks, self._hidden))

    def _end_cell(self) -> None:
        text, kind = "".join(self._value), self._type
        if self._formula:
            self._marks.append((self._place, "formula" if not text and kind != "str" else "formula_value"))
        if kind == "s":
            text = self._strings[int(text)] if text.strip() else ""
        elif kind in ("str", "inlineStr"):
            text = unescaped(text)
        elif kind == "e":
            self._marks.append((self._place, "cell_error"))
            text = ""
        elif kind == "b":
            text = "true" if text.strip() == "1" else "false"
        elif kind == "d":
            text = text.removesuffix("Z").removesuffix("T00:00:00").replace("T", " ")
        elif kind == "n" and text:
            text = self._number_text(text.strip())
        if text:
            # A cell far to the right must not make all rows wide: the places between are not filled.
            if self._place > len(self._cells) + _MAX_GAP:
                if text.strip():
                    self._marks.append((self._place, "outside"))
                return
            self._cells += [""] * (self._place + 1 - len(self._cells))
            if self._cells[self._place]:
                raise damaged()
            self._cells[self._place] = text

    def _number_text(self, text: str) -> str:
        try:
            number = float(text)
        except ValueError:
            raise damaged() from None
        kind = self._formats[self._style] if self._style < len(self._formats) else ""
        if kind in ("date", "year"):
            day = day_text(number, since_1904=self._since_1904)
            return day[:4] if kind == "year" else day
        if kind:
            self._marks.append((self._place, kind))
        shown, exact = number_text(text, number)
        if not exact:
            self._marks.append((self._place, "digits_lost"))
        return shown


class Merges(Handlers):
    """The merged ranges of a sheet: first and last row (from 1), first and last column (from 0)."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int, int, int]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        if name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            ends = [_REFERENCE.match(end) for end in (first, last or first)]
            if ends[0] and ends[1]:
                self.found.append((int(ends[0][2]), int(ends[1][2]), place_of(ends[0][1]), place_of(ends[1][1])))


def unescaped(text: str) -> str:
    """Return a text with the characters that it holds as their numbers: `_x000D_` is a carriage return."""
    return _NUMBERED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def place_of(column: str) -> int:
    """Return the place (from 0) of a column named by letters."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number - 1
