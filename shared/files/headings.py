"""Read a row of headings: which columns it has, in which units, and all that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import FieldError
from shared.files.domain import WHOLE, Column, FileRefused, Warnings, letters, quoted, refused, refused_for
from shared.files.units import MEASURES, MONEY, NamedUnit, currency_of, is_other, units_named
from shared.files.vocabulary import MAX_HEADING, SEARCHED_ROWS, Recognised, Row, Vocabulary, fold
from shared.i18n import N_

_UNIT_ALONE = re.compile(rf"^\(?(?:单位:?)?{MONEY}\)?$")


@dataclass(slots=True)
class Headings:
    """What a row of headings says: as in `Table`."""

    places: dict[int, str] = field(default_factory=dict)
    ignored: list[int] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    shifts: dict[str, int] = field(default_factory=dict)


def read_headings(
    vocabulary: Vocabulary,
    rows: Sequence[Row],
    place: int,
    warnings: Warnings,
    notes: Sequence[NamedUnit] = (),
) -> Headings:
    """Recognise the headings at `place` of `rows`; raises FileRefused with all that is wrong with them.

    `notes` are the units that the sheet's name and other sheets give.
    """
    line, cells = rows[place]
    found, errors = Headings(), list[FieldError]()
    above = _units_above(rows[:place], errors)
    seen: dict[str, int] = {}
    for column, heading in enumerate(cells):
        if not fold(heading):
            continue
        recognised = vocabulary.recognise(heading)
        at = f"{letters(column)}{line}"
        if recognised is None:
            if fold(heading) in vocabulary.passed_over:
                found.ignored.append(column)
            else:
                errors.append(_unknown(vocabulary, column, heading, at))
            continue
        name = recognised.column.name
        if name in seen:
            errors.append(
                FieldError(
                    at,
                    "duplicate_heading",
                    N_("Columns {first} and {second} both have the heading {heading}; delete one of them."),
                    first=letters(seen[name]),
                    second=letters(column),
                    heading=recognised.column.title,
                )
            )
            continue
        seen[name] = column
        found.places[column] = name
        found.forms[name] = recognised.form
        if recognised.column.unit is not None:
            errors += _apply_unit(recognised, above, notes, at, found)
        elif recognised.column.measure is not None and recognised.unit is None:
            errors += _check_measure(recognised.column, above, notes, at)
    errors += _below(vocabulary, seen, rows[place + 1 : place + 2])
    errors += _missing(vocabulary, seen, line)
    if errors:
        raise refused_for(errors)
    passed = [f"{letters(column)}{line} {cells[column].strip()}" for column in found.ignored]
    warnings.warn("columns_passed_over", N_("These columns are not read."), passed)
    _warn_of_units(found, rows[place], warnings)
    return found


def not_recognised(vocabulary: Vocabulary, rows: Sequence[Row]) -> FileRefused:
    """Return the refusal of a table without headings of the key: what the likeliest row of headings lacks."""
    if not rows:
        return refused("empty_file", "The file is empty: it must have a row of headings.")
    place = max(range(len(rows)), key=lambda each: (vocabulary.score(rows[each][1]), -each))
    if vocabulary.score(rows[place][1]) == 0:
        return refused(
            "no_headings",
            "None of the first {rows} rows has the headings of {dataset}: {headings}.",
            pointer=str(rows[0][0]),
            rows=SEARCHED_ROWS,
            dataset=vocabulary.layout.title,
            headings=[column.title for column in vocabulary.layout.columns],
        )
    try:
        read_headings(vocabulary, rows, place, Warnings())
    except FileRefused as error:
        return error
    raise AssertionError("a row without the key's headings was recognised")


def _unknown(vocabulary: Vocabulary, column: int, heading: str, at: str) -> FieldError:
    shown = {"column": letters(column), "text": quoted(" ".join(heading.split()))}
    if unit := vocabulary.other_unit(heading):
        return FieldError(
            at,
            "unknown_unit",
            N_("Column {column}, “{text}”, is in a unit that is not known: give {heading} in {units}."),
            **shown,
            heading=unit.title,
            units=_units(unit),
        )
    nearest = vocabulary.nearest(heading)
    if nearest is not None:
        message = N_("Column {column}, “{text}”, is not a heading of {dataset}; the nearest one is “{nearest}”.")
        return FieldError(
            at, "unknown_heading", message, **shown, dataset=vocabulary.layout.title, nearest=quoted(nearest)
        )
    message = N_("Column {column}, “{text}”, is not a heading of {dataset}, which has: {headings}.")
    known = [each.title for each in vocabulary.layout.columns]
    return FieldError(at, "unknown_heading", message, **shown, dataset=vocabulary.layout.title, headings=known)


def _missing(vocabulary: Vocabulary, seen: Mapping[str, int], line: int) -> Iterator[FieldError]:
    missing = [column for column in vocabulary.layout.columns if column.required and column.name not in seen]
    if missing:
        yield FieldError(
            str(line),
            "missing_heading",
            N_("The headings of {dataset} lack: {missing}."),
            dataset=vocabulary.layout.title,
            missing=[column.title for column in missing],
        )


def _below(vocabulary: Vocabulary, seen: Mapping[str, int], rows: Sequence[Row]) -> Iterator[FieldError]:
    """Find headings and units that follow in the row below the headings, which has to be a record."""
    for line, cells in rows:
        for column, cell in enumerate(cells):
            at, recognised = f"{letters(column)}{line}", vocabulary.recognise(cell)
            if _UNIT_ALONE.match(fold(cell[:MAX_HEADING])):
                message = N_("{at}, “{text}”, is a unit in the row below the headings: write it into the heading.")
                yield FieldError(at, "unit_below", message, at=at, text=quoted(cell))
            elif recognised and recognised.column.name not in seen and column not in seen.values():
                message = N_(
                    "{at}, “{text}”, is a heading in the row below the headings: write all headings in one row."
                )
                yield FieldError(at, "heading_below", message, at=at, text=quoted(cell))


def _units(column: Column) -> list[Mapping[str, str]]:
    if column.measure is not None:
        return [quoted(unit) for unit in MEASURES[column.measure]]
    return [quoted(f"{column.unit}"), quoted(f"万{column.unit}")]


def _units_above(rows: Sequence[Row], errors: list[FieldError]) -> list[NamedUnit]:
    """Return the units that the rows above the headings give; two different ones of a currency are a mistake."""
    found = [
        named
        for line, cells in rows
        for column, cell in enumerate(cells)
        for named in units_named(cell, f"{letters(column)}{line}")
    ]
    firsts: dict[str, NamedUnit] = {}
    for named in found:
        currency = currency_of(named.unit)
        if currency is None:
            continue
        first = firsts.setdefault(currency, named)
        if first.unit != named.unit:
            errors.append(
                FieldError(
                    named.at,
                    "unit_conflict",
                    N_("{first} says {unit} and {second} says {other}; leave one unit for the table."),
                    first=first.at,
                    unit=quoted(first.unit),
                    second=named.at,
                    other=quoted(named.unit),
                )
            )
    return found


def _apply_unit(
    recognised: Recognised, above: Sequence[NamedUnit], notes: Sequence[NamedUnit], at: str, found: Headings
) -> Iterator[FieldError]:
    column, own = recognised.column, recognised.unit
    money = [each for each in above if currency_of(each.unit) is not None]
    named = next((each for each in money if currency_of(each.unit) == column.unit), money[0] if money else None)
    second = quoted(f"{at} “{' '.join(recognised.heading.split())}”")
    if named is not None and own is not None and own != named.unit:
        yield FieldError(
            at,
            "unit_conflict",
            N_("{first} says {unit}, but the heading {second} says {other}; correct one of them."),
            first=quoted(f"{named.at} “{named.words}”"),
            unit=quoted(named.unit),
            second=second,
            other=quoted(own),
        )
        return
    unit = own or (named.unit if named else column.unit)
    if recognised.form != WHOLE:
        return
    if own is None and named is None:
        others = [each for each in notes if currency_of(each.unit) in ("", column.unit) and each.unit != unit]
        yield from _only_noted(others, second, at)
    if unit == f"万{column.unit}":
        found.shifts[column.name] = 4
    elif unit != column.unit:
        yield _in_other_unit(column, unit or "", at)


def _check_measure(
    column: Column, above: Sequence[NamedUnit], notes: Sequence[NamedUnit], at: str
) -> Iterator[FieldError]:
    """Find another unit for a count or an area whose heading gives none."""
    measure = column.measure or ""
    for named in above:
        if is_other(named.unit, measure):
            yield _in_other_unit(column, named.unit, at)
            return
    others = [each for each in notes if is_other(each.unit, measure)]
    yield from _only_noted(others, column.title, at)


def _only_noted(others: Sequence[NamedUnit], heading: Mapping[str, str], at: str) -> Iterator[FieldError]:
    """Refuse a heading without a unit where others are given outside of the table: they would change each value."""
    for named in others[:1]:
        yield FieldError(
            at,
            "unit_conflict",
            N_("{first} says {unit}, but the table does not: write the unit of {second} into its heading."),
            first=quoted(f"{named.at} “{named.words}”"),
            unit=quoted(named.unit),
            second=heading,
        )


def _in_other_unit(column: Column, unit: str, at: str) -> FieldError:
    return FieldError(
        at,
        "unknown_unit",
        N_("{heading} is in {unit}: give it in {units}."),
        heading=column.title,
        unit=quoted(unit),
        units=_units(column),
    )


def _warn_of_units(found: Headings, row: Row, warnings: Warnings) -> None:
    converted = [
        f"{letters(place)}{row[0]} {row[1][place].strip()}"
        for place, name in found.places.items()
        if name in found.shifts
    ]
    warnings.warn(
        "units_converted",
        N_("The amounts of these columns are in ten thousands and were converted exactly."),
        converted,
    )
