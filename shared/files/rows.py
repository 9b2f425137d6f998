"""Take the rows of a table: pass over blank ones, totals and notes, find cells that are no values, convert units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from shared.files.domain import WHOLE, Layout, RowError, Table, Warnings, letters, quoted, refused
from shared.files.units import currency_of, is_other, units_named
from shared.files.vocabulary import fold
from shared.i18n import N_

_TOTAL = r"(?:合计|小计|总计|共计|累计)"
_LABEL = (
    r"(?:注|备注|附注|说明|填表说明|填报说明|(?:填表|填报|制表|制单|报送|审核|复核|核对|经办|联系)人|制表|填表|制单|审核|复核|"
    r"(?:单位|财务|统计)?负责人|(?:分管|主管|单位)领导|联系电话|电话|(?:填表|填报|制表|报送|打印)(?:日期|时间)|日期|"
    r"(?:填报|报送)?单位|(?:单位|银行)?(?:盖章|公章|签章|签字)|数据来源|资料来源)"
)
_PASSED = re.compile(
    rf"^\(?(?:.{{0,12}}{_TOTAL}(?:[:(].*)?|{_LABEL}[0-9一二三四五]?(?:\([^()]{{1,8}}\))?(?:[:、.].*)?\)?)$"
)
_SUSPICIOUS = r"^\s*$|[计注明人核期间表单话位源章字导:：]"
"""What a key is in a blank row, or one with a label of a total or a note: rows of which no key is like this are not looked at."""

_UNIT_SIGNS = re.compile("元|单位")

_ESCAPED = r"^'([=+\-@＝＋－＠\t\r\n])"
"""How exports keep a cell from being run as a formula."""
_PLAIN_NUMBER = re.compile(r"^([+-]?)([0-9]+)(?:\.([0-9]+))?$")
_NUMBER_SIGNS = str.maketrans("", "", ",，¥￥ \u00a0\u3000")


@dataclass(slots=True)
class Block:
    """Consecutive rows of a table: the line of each, the text of its cells by column, and what was found wrong with them.

    `done` of `total` (bytes or rows) have been read. `errors` name columns by their headings' names, or rows as a whole.
    """

    lines: Sequence[int]
    columns: list[Sequence[str]]
    errors: list[RowError]
    done: int
    total: int


@dataclass(slots=True)
class Taken:
    """The rows of a block that count: `cells` has `line` and the table's columns as text, `""` where a cell is empty.

    `skipped` rows with totals, notes or headings were passed over in this and all blocks before.
    """

    cells: pl.DataFrame
    errors: list[RowError]
    skipped: int
    done: int
    total: int


@dataclass(slots=True)
class Skipped:
    """How many rows were passed over, and which."""

    count: int = 0
    totals: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)

    def add(self, line: int, words: str, *, repeated: bool) -> None:
        """Count a row that begins with `words`."""
        self.count += 1
        examples = self.headings if repeated else self.totals
        examples.append(f"{line} {words}")


class RowTaker:
    """Takes the rows of one table, block by block."""

    def __init__(self, table: Table, layout: Layout) -> None:
        """Prepare to take rows."""
        self._table = table
        self._columns = {column.name: column for column in layout.columns}
        self._keys = [place for place, name in table.places.items() if self._columns[name].key]
        self._known = sorted(table.places)
        self._folded = [fold(heading) for heading in table.headings]
        self.skipped = Skipped()

    def take(self, block: Block) -> Taken:
        """Return the rows of `block` that count."""
        texts = {place: pl.Series(block.columns[place], dtype=pl.String) for place in self._known}
        lines = pl.Series(block.lines, dtype=pl.Int64)
        passed = self._passed_over(block, texts)
        errors = block.errors
        if passed:
            kept = pl.Series([place not in passed for place in range(len(lines))], dtype=pl.Boolean)
            gone = {block.lines[place] for place in passed}
            errors = [error for error in errors if error[0] not in gone]
            lines, texts = lines.filter(kept), {place: cells.filter(kept) for place, cells in texts.items()}
        for place, column in texts.items():
            if column.str.starts_with("'").any():
                texts[place] = column.str.replace(_ESCAPED, "${1}")
        errors = [*errors, *self._outside(block, passed), *self._line_breaks(lines, texts)]
        for place, name in self._table.places.items():
            if name in self._table.shifts:
                texts[place] = self._shifted(lines, texts[place], name, errors)
        cells = pl.DataFrame({"line": lines, **{self._table.places[place]: texts[place] for place in self._known}})
        read = set(block.lines)
        unread = [line for line in dict.fromkeys(error[0] for error in errors) if line not in read]
        if unread:
            blank = pl.DataFrame({"line": unread}, schema={"line": pl.Int64})
            cells = pl.concat([cells, blank], how="diagonal").sort("line")
        return Taken(cells, errors, self.skipped.count, block.done, block.total)

    def warn(self, warnings: Warnings) -> None:
        """Say which rows were passed over."""
        warnings.warn(
            "totals_and_notes", N_("These rows hold totals, notes or names and are not read."), self.skipped.totals
        )
        warnings.warn(
            "repeated_headings", N_("These rows repeat the headings and are not read."), self.skipped.headings
        )

    def _passed_over(self, block: Block, texts: dict[int, pl.Series]) -> set[int]:
        """Return the places of rows that are blank, totals or notes; only rows that their keys make suspicious are looked at."""
        blank = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(block.lines))
        suspicious = blank
        for place in self._keys:
            suspicious = suspicious | texts[place].str.contains(_SUSPICIOUS)
        first = self._keys[0]
        suspicious = suspicious | texts[first].str.contains(self._table.headings[first], literal=True)
        spoilt = {line for line, _, code, _ in block.errors if code != "merged_cells"}
        passed = set()
        for place in suspicious.arg_true():
            row = [column[place] for column in block.columns]
            words = [(at, text) for at, cell in enumerate(row) if cell and (text := cell.strip())]
            line = block.lines[place]
            self._check_units(line, words)
            aside = all(at in self._table.ignored for at, _ in words)
            if aside and all(text.isdecimal() for _, text in words):
                if line not in spoilt:
                    passed.add(place)  # blank, or nothing but a number in front
                continue
            if fold(row[first]) == self._folded[first] and [*map(fold, row[: len(self._folded)])] == self._folded:
                passed.add(place)
                self.skipped.add(line, words[0][1], repeated=True)
            elif label := words[0][1] if aside else self._label(words, row):
                passed.add(place)
                self.skipped.add(line, label, repeated=False)
        return passed

    def _check_units(self, line: int, words: list[tuple[int, str]]) -> None:
        """Refuse the file if a row that may be a note gives another unit than that in which amounts are read."""
        for at, text in words:
            for named in units_named(text, f"{letters(at)}{line}") if _UNIT_SIGNS.search(text) else ():
                for name, form in self._table.forms.items():
                    column = self._columns[name]
                    read = f"万{column.unit}" if name in self._table.shifts else column.unit or column.measure
                    currency = currency_of(named.unit)
                    if column.measure is not None:
                        differs = is_other(named.unit, column.measure)
                    else:
                        differs = form == WHOLE and currency in ("", column.unit) and named.unit != read
                    if differs:
                        raise refused(
                            "unit_conflict",
                            "{first} says {unit}, but {heading} was read in {other}; correct one of them.",
                            pointer=named.at,
                            first=quoted(f"{named.at} “{named.words}”"),
                            unit=quoted(named.unit),
                            heading=column.title,
                            other=quoted(read or ""),
                        )

    def _label(self, words: list[tuple[int, str]], cells: list[str]) -> str | None:
        """Return what makes a row a total or a note: a label in front, no name in a row with its whole key."""
        at, text = words[0]
        if at in self._table.ignored and not self._is_label(text) and len(words) > 1:
            at, text = words[1]
        passed = self._is_label(text) and (at in self._keys or not all(cells[place].strip() for place in self._keys))
        return text if passed else None

    @staticmethod
    def _is_label(text: str) -> bool:
        return len(text) < 500 and _PASSED.match(fold(text)) is not None

    def _outside(self, block: Block, passed: set[int]) -> Iterable[RowError]:
        """Find values in columns without a heading."""
        for at, column in enumerate(block.columns):
            if at in self._table.places or at in self._table.ignored or not any(column):
                continue
            for place, cell in enumerate(column):
                if cell and place not in passed and cell.strip():
                    yield block.lines[place], None, "no_heading", f"{letters(at)}{block.lines[place]}"

    def _line_breaks(self, lines: pl.Series, texts: dict[int, pl.Series]) -> Iterable[RowError]:
        for at, cells in texts.items():
            if not cells.str.contains("[\r\n]").any():
                continue
            for place in cells.str.strip_chars().str.contains("[\r\n]").arg_true():
                line, height = lines[place], len(cells[place].splitlines())
                where = f"{line}–{line + height - 1}" if self._table.format == "csv" else f"{letters(at)}{line}"
                yield line, self._table.places[at], "line_break", where

    def _shifted(self, lines: pl.Series, cells: pl.Series, name: str, errors: list[RowError]) -> pl.Series:
        """Return amounts in whole units; one that names a unit itself, in a column that has another, is a mistake."""
        power, shifted = self._table.shifts[name], []
        for line, cell in zip(lines, cells, strict=True):
            text = unicodedata.normalize("NFKC", cell).translate(_NUMBER_SIGNS) if cell else ""
            number = _PLAIN_NUMBER.match(text)
            if number is None:
                if text and text[-1] in "元万亿千百":
                    errors.append((line, name, "unit_conflict", None))
                shifted.append(cell)
                continue
            sign, whole, decimals = number[1], number[2], number[3] or ""
            decimals = decimals.ljust(power, "0")
            rest = decimals[power:].rstrip("0")
            shifted.append(f"{sign}{(whole + decimals[:power]).lstrip('0') or '0'}{'.' + rest if rest else ''}")
        return pl.Series(shifted, dtype=pl.String)
