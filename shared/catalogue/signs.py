"""Signs of odd or missing data, as a policy's package declares them for the registry's report on data quality."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign. `where` is a condition on a row `r` of `source`, which is the dataset's own rows unless it is given.

    In both, `{dataset}` is replaced by the dataset's rows at the revision that is read, `{award_years}` by the years of yearly
    awards, and `{today}` by a day. A `source` has the fields of the dataset's key, and `uscc` or the parent's key.
    """

    code: str
    dataset: str
    where: str
    field: str | None = None
    awards: tuple[str, ...] = ()
    source: str | None = None


def missing(dataset: str, field: str, *awards: str, where: str = "true") -> Sign:
    """Declare the sign that a figure is missing which would decide the awards."""
    return Sign("missing_figure", dataset, f"r.{field} IS NULL AND {where}", field, awards)


def monitored(track: str, field: str, *awards: str) -> Sign:
    """Declare the sign that an enterprise monitored on 31 December has no figure for that year."""
    source = (
        "(SELECT DISTINCT m.uscc, y.year FROM {monitoring_inclusions} AS m"
        " CROSS JOIN {award_years} AS y"
        f" WHERE m.track = '{track}' AND m.included_on <= make_date(CAST(y.year AS int), 12, 31)"
        " AND make_date(CAST(y.year AS int), 12, 31) < least(m.removed_on, DATE '{today}'))"
    )
    present = f"SELECT 1 FROM {{annual_sales}} AS s WHERE s.uscc = r.uscc AND s.year = r.year AND s.{field} IS NOT NULL"
    return Sign("missing_figure", "annual_sales", f"NOT EXISTS ({present})", field, awards, source)


def jump(dataset: str, field: str, *awards: str) -> Sign:
    """Declare the sign that a yearly figure changed more than tenfold from the year before."""
    before = f"SELECT 1 FROM {{{dataset}}} AS s WHERE s.uscc = r.uscc AND s.year = r.year - 1 AND s.{field} > 0"
    apart = f"(r.{field} / 10 > s.{field} OR s.{field} / 10 > r.{field})"
    return Sign("sudden_jump", dataset, f"EXISTS ({before} AND {apart})", field, awards)


def unlocated(dataset: str, *awards: str, owner: str = "uscc") -> Sign:
    """Declare the sign that the enterprise of a row has no location at all."""
    where = f"NOT EXISTS (SELECT 1 FROM {{locations}} AS l WHERE l.uscc = r.{owner})"
    return Sign("without_location", dataset, where, owner, awards)


def orphan(dataset: str, field: str, parent: str, award: str) -> Sign:
    """Declare the sign that what a row belongs to is not recorded."""
    where = f"NOT EXISTS (SELECT 1 FROM {{{parent}}} AS p WHERE p.{field} = r.{field})"
    return Sign("no_parent", dataset, where, field, (award,))
