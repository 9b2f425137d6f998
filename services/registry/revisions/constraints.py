"""The laws that only the whole registry can tell: keys once, enterprises that exist, periods that do not overlap.

Each check is one statement over the staged rows. The tables' constraints repeat them.
"""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, text

from services.registry.datasets.validation_errors import ERRORS_SCHEMA, no_errors
from services.registry.revisions.sql import differ, listed, same
from services.registry.revisions.staging import Staging


def remove_repetitions(connection: Connection, staging: Staging) -> pl.DataFrame:
    """Keep one of equal rows and count the others; return key_conflict for rows with one key and different content."""
    dataset, table = staging.dataset, staging.table
    twice = connection.execute(
        text(
            f"SELECT 1 FROM (SELECT 1 FROM {table} GROUP BY {listed(dataset.key)} HAVING count(*) > 1 LIMIT 1) AS twice"
        )
    ).first()
    if twice is None:
        return no_errors()
    conflicts = _lines(
        connection,
        "key_conflict",
        dataset.key[-1],
        f"SELECT DISTINCT a.line FROM {table} AS a JOIN {table} AS b"
        f" ON {same(dataset.key, 'a', 'b')} AND a.line <> b.line AND {differ(dataset.values, 'a', 'b')}",
    )
    staging.remove(conflicts)
    repeated = connection.execute(
        text(
            f"DELETE FROM {table} AS a USING (SELECT line, row_number() OVER (PARTITION BY {listed(dataset.key)}"
            f" ORDER BY line) AS place FROM {table}) AS b WHERE a.line = b.line AND b.place > 1"
        )
    ).rowcount
    staging.rows -= repeated
    staging.repeated += repeated
    return conflicts


def unknown_enterprises(connection: Connection, staging: Staging) -> pl.DataFrame:
    """Return unknown_enterprise for every field that names an enterprise which is not there."""
    found = [
        _lines(
            connection,
            "unknown_enterprise",
            name,
            f"SELECT i.line FROM {staging.table} AS i"
            f" WHERE NOT EXISTS (SELECT 1 FROM enterprises AS e WHERE e.uscc = i.{name})",
        )
        for name in staging.dataset.references
    ]
    return pl.concat(found) if found else no_errors()


def overlapping_periods(connection: Connection, staging: Staging) -> pl.DataFrame:
    """Return overlapping_period for staged rows that overlap another one of their group, staged or current.

    A current row whose key is staged too is about to be replaced, so it does not count.
    """
    dataset, period, table = staging.dataset, staging.dataset.period, staging.table
    if period is None:
        return no_errors()

    def overlap(left: str, right: str) -> str:
        return (
            f"daterange({left}.{period.since}, {left}.{period.until})"
            f" && daterange({right}.{period.since}, {right}.{period.until})"
        )

    group = same(period.group, "i", "o")
    return _lines(
        connection,
        "overlapping_period",
        period.since,
        f"SELECT i.line FROM {table} AS i JOIN {table} AS o ON {group} AND i.line <> o.line AND {overlap('i', 'o')}"
        f" UNION SELECT i.line FROM {table} AS i JOIN {dataset.name} AS o ON {group}"
        f" AND NOT ({same(dataset.key, 'i', 'o')}) AND {overlap('i', 'o')}"
        f" WHERE NOT EXISTS (SELECT 1 FROM {table} AS r WHERE {same(dataset.key, 'r', 'o')})",
    )


def _lines(connection: Connection, code: str, field: str, query: str) -> pl.DataFrame:
    lines = connection.execute(text(query)).scalars().all()
    if not lines:
        return no_errors()
    return pl.DataFrame({"line": sorted(lines), "field": field, "code": code, "detail": None}, schema=ERRORS_SCHEMA)
