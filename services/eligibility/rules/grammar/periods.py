"""Periods: what was in force on the day of each case. From the first day to the day before the last, open if empty.

Many cases are looked up by a join, a few by a loop: the rows found are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.plans import are_few, collect


def positions_in_force(
    cases: pl.DataFrame, key: str, periods: pl.DataFrame, on: str, *, since: str, until: str, day: str = "day"
) -> pl.Series:
    """Return for each case the row number of the period of its `key` that covers its `day`; null where there is none.

    Positions are looked up instead of joining rows: a million cases keep their order and cost one join.
    """
    if are_few(cases, periods):
        found_positions = _pairs(_rows(cases, key, day, day), _rows(periods, on, since, until))
        return _positions(dict(found_positions), cases.height)
    days = cases.get_column(day)
    found = _covering(cases.get_column(key), days, days, periods, on, since, until)
    return _placed(found, "case", cases.height)


def covered(
    cases: pl.DataFrame,
    key: str,
    periods: pl.DataFrame,
    on: str,
    *,
    since: str,
    until: str,
    first: pl.Expr,
    last: pl.Expr,
) -> pl.Series:
    """Return for each case whether a period of its `key` covers a day from `first` to `last`."""
    if are_few(cases, periods):
        days = cases.select(pl.col(key).alias("key"), first=first, last=last)
        pairs = _pairs(days.iter_rows(), _rows(periods, on, since, until))
        covered_cases = {case for case, _ in pairs}
        return pl.Series("covered", [case in covered_cases for case in range(cases.height)], dtype=pl.Boolean)
    days = cases.select(first=first, last=last, case=pl.int_range(pl.len()))  # as many, even if both are one day
    found = _covering(cases.get_column(key), days["first"], days["last"], periods, on, since, until)
    flags = pl.Series("covered", [False]).new_from_index(0, cases.height)
    return flags.scatter(found.get_column("case"), True)  # noqa: FBT003


def positions_of(cases: pl.DataFrame, key: str, rows: pl.DataFrame, on: str) -> pl.Series:
    """Return for each case the row number of the one row with its `key`; null where there is none."""
    if are_few(cases, rows):
        numbers = {value: number for number, (value,) in enumerate(_rows(rows, on)) if value is not None}
        values = enumerate(_rows(cases, key))
        return _positions({case: numbers[value] for case, (value,) in values if value in numbers}, cases.height)
    runs, keys = runs_of(cases.get_column(key))
    found = collect(_found(keys, rows, on), cases, rows)
    return _placed(found, "run", keys.len()).gather(runs)


def _covering(
    keys: pl.Series, first: pl.Series, last: pl.Series, periods: pl.DataFrame, on: str, since: str, until: str
) -> pl.DataFrame:
    """Return the numbers of each `case` and of the `position` of each period of its key that covers a day from first to last."""
    runs, keys_of_runs = runs_of(keys)
    cases = pl.DataFrame([runs.alias("run"), first.alias("first"), last.alias("last")]).with_row_index("case")
    numbered = periods.select(pl.col(since).alias("since"), pl.col(until).alias("until")).with_row_index("position")
    found = collect(_found(keys_of_runs, periods, on), cases, periods)
    if found.get_column("run").n_unique() == found.height:  # no key has more than one period
        positions = _placed(found, "run", keys_of_runs.len()).gather(runs)
        paired = cases.hstack(numbered.select(pl.all().gather(positions))).lazy()
    else:
        paired = cases.lazy().join(found.lazy(), on="run").join(numbered.lazy(), on="position")
    covers = (pl.col("since") <= pl.col("last")) & covers_until("until", "first") & covers_until("until", "since")
    return collect(paired.filter(covers).select("case", "position"), cases, periods)


def runs_of(keys: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return for each case the number of its run of equal keys, and the key of each run.

    Cases of one key mostly follow each other: what is looked up once for a run costs a fraction of the joins.
    """
    runs = keys.rle_id()
    return runs, keys.filter((runs != runs.shift()).fill_null(value=True))


def _found(keys: pl.Series, rows: pl.DataFrame, on: str) -> pl.LazyFrame:
    """Return the `run` of each key with the `position` of each row that has it."""
    numbered = rows.lazy().select(on).with_row_index("position")
    return keys.alias(on).to_frame().lazy().with_row_index("run").join(numbered, on=on).select("run", "position")


def _placed(found: pl.DataFrame, by: str, height: int) -> pl.Series:
    positions = pl.Series("position", [None], dtype=pl.UInt32).new_from_index(0, height)
    return positions.scatter(found.get_column(by), found.get_column("position"))


def _rows(frame: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(frame.get_column(name).to_list() for name in columns), strict=True)


def _pairs(cases: Iterable[tuple[Any, ...]], periods: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of each case (key, first, last) and of each period (key, since, until) that covers a day of it."""
    by_key: dict[Any, list[tuple[int, date, date | None]]] = {}
    for number, (key, since, until) in enumerate(periods):
        if until is None or since < until:
            by_key.setdefault(key, []).append((number, since, until))
    for case, (key, first, last) in enumerate(cases):
        if key is None or first is None or last is None:
            continue
        for number, since, until in by_key.get(key, ()):
            if since <= last and (until is None or first < until):
                yield case, number


def _positions(found: Mapping[int, int], height: int) -> pl.Series:
    return pl.Series("position", [found.get(case) for case in range(height)], dtype=pl.UInt32)


def covers_until(until: str, day: str) -> pl.Expr:
    """Return whether the day is before the first day that no longer counts; an open period has none."""
    return pl.col(until).is_null() | (pl.col(day) < pl.col(until))


def looked_up(cases: pl.DataFrame, positions: pl.Series, rows: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """Return the cases with columns of the row at each position, under these names; null where there is no position."""
    return cases.hstack(rows.select(pl.col(name).gather(positions).alias(new) for new, name in columns.items()))


def flagged(cases: pl.DataFrame, positions: pl.Series, name: str, day: str = "day") -> pl.DataFrame:
    """Return the cases with whether there is a position; null where the day itself is unknown."""
    return cases.with_columns(pl.when(pl.col(day).is_not_null()).then(positions.is_not_null()).alias(name))
