"""The headings of a layout: Chinese or English, however they are spaced, with the units that they name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shared.files.domain import WHOLE, Column, Layout
from shared.files.units import CURRENCIES, MEASURES, MONEY, folded

SEARCHED_ROWS = 20
"""Rows among which the headings must be."""

PASSED_OVER = (
    *(
        "序号",
        "行号",
        "备注",
        "说明",
        "问题",
        "错误说明",
        "填报单位",
        "填报人",
        "填报日期",
        "填报时间",
        "填表人",
        "填表日期",
    ),
    *("审核人", "联系人", "联系电话", "联系方式", "电话", "手机", "手机号", "手机号码"),
    *("problem", "mistakes", "no.", "no", "#", "remark", "remarks", "note", "notes", "comment", "comments"),
)
"""Headings of columns that forms have and no dataset reads; 问题 and 错误说明 head the reasons of refused rows."""

MAX_HEADING = 200
_ALIKE = 0.6
"""How much two headings have in common, from 0 to 1, before one is taken for the other misspelled."""
_MARKS = "*※★"
_OPTIONAL = re.compile(r"\((?:必填|选填|可不填|required|optional)\)$")
_UNIT_AT_END = re.compile(rf"^(.+?)(?:[(,/:_-](?:单位:?)?|单位:?){MONEY}\)?$|^(.+?)([亿千百十万]*美?元)$")
_IN_UNIT = re.compile(r"^(.+?)\((?:单位:?)?([^()]{1,6})\)$")


def fold(heading: str) -> str:
    """Return a heading as it is compared: no spaces, line breaks or invisible characters, one width, one kind of bracket."""
    return _OPTIONAL.sub("", "".join(folded(heading).split()).strip(_MARKS))


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a heading means: its column and form; `unit` is the one that it names itself."""

    heading: str
    column: Column
    form: str
    unit: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The headings of a layout by their folded spelling."""

    layout: Layout

    @cached_property
    def known(self) -> Mapping[str, Recognised]:
        """All headings as they are compared."""
        return {
            fold(heading): Recognised(heading, column, form, self._own_unit(column, heading, form))
            for column in self.layout.columns
            for heading, form in column.headings.items()
        }

    @cached_property
    def passed_over(self) -> frozenset[str]:
        """The headings of columns that are not read, as they are compared."""
        return frozenset(map(fold, (*PASSED_OVER, *self.layout.passed_over))) - self.known.keys()

    @cached_property
    def keys(self) -> frozenset[str]:
        """The names of the key's columns."""
        return frozenset(column.name for column in self.layout.columns if column.key)

    def _own_unit(self, column: Column, heading: str, form: str) -> str | None:
        if column.unit is None:
            return None
        if form != WHOLE:
            return "分" if column.unit == "元" else "美分"
        return column.unit if fold(heading).endswith((f"({column.unit})", "_yuan", "_usd")) else None

    def recognise(self, heading: str) -> Recognised | None:
        """Return what a heading means, or None."""
        if len(heading) > MAX_HEADING:
            return None
        text = fold(heading)
        if found := self.known.get(text):
            return found
        if match := _UNIT_AT_END.match(text):
            base, unit = match[1] or match[3], match[2] or match[4]
            named = self.known.get(base)
            if named is not None and named.column.unit is not None and named.form == WHOLE:
                return Recognised(heading, named.column, WHOLE, unit)
        if in_unit := self._in_unit(text):
            named, unit = in_unit
            currency = CURRENCIES.get(unit) if named.form == WHOLE else None
            if currency or unit in MEASURES.get(named.column.measure or "", ()):
                return Recognised(heading, named.column, named.form, currency or unit)
        return None

    def other_unit(self, heading: str) -> Column | None:
        """Return the column of a heading that is known but for the unit in its brackets."""
        found = self._in_unit(fold(heading))
        return found[0].column if found else None

    def _in_unit(self, text: str) -> tuple[Recognised, str] | None:
        match = _IN_UNIT.match(text)
        named = self.known.get(match[1]) if match else None
        if match is None or named is None or (named.column.unit or named.column.measure) is None:
            return None
        return named, match[2]

    def nearest(self, heading: str) -> str | None:
        """Return the heading that is spelled most like `heading`, if any is."""
        close = difflib.get_close_matches(fold(heading)[:60], self.known, n=1, cutoff=_ALIKE)
        return self.known[close[0]].heading if close else None

    def score(self, cells: Sequence[str]) -> int:
        """Return how many columns of the layout a row heads."""
        return len({found.column.name for cell in cells if cell and (found := self.recognise(cell))})

    def heads(self, cells: Sequence[str]) -> bool:
        """Return whether a row has the headings of all the key's columns."""
        return self.keys <= {found.column.name for cell in cells if cell and (found := self.recognise(cell))}


Row = tuple[int, list[str]]


def heading_row(vocabulary: Vocabulary, rows: Sequence[Row]) -> int | None:
    """Return the place, among the first rows, of the first one that has all headings of the key, or None."""
    return next((place for place, (_, cells) in enumerate(rows) if vocabulary.heads(cells)), None)
