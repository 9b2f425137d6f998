"""Signs that follow from the declarations of the datasets: spellings, periods, days, and names; and all signs together."""

from __future__ import annotations

from collections.abc import Iterator

from services.registry.quality.statements import SIGNS as DECLARED
from services.registry.revisions.spellings import places_of
from services.registry.revisions.sql_fragments import same
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Kind
from shared.catalogue.signs import Sign

FIRST_DAY = "1949-10-01"
"""Days before it are rather mistakes, such as a spreadsheet's 1900-01-01 for an empty cell."""

_NO_NAMES = ("-", "—", "/", "无", "暂无", "同上", "合计", "小计")


def _of_spellings(dataset: Dataset, awards: tuple[str, ...]) -> Iterator[Sign]:
    """Yield the signs of codes that are stored in several spellings, which are compared as if they were several codes."""
    for item in (dataset.by_name[name] for name in dataset.codes):
        for part, places in places_of(item):
            code = part.replace(item.name, f"r.{item.name}")
            stored = " UNION ALL ".join(f"SELECT {column} AS code FROM {{{table}}} AS t" for table, column in places)
            where = (
                f"EXISTS (SELECT 1 FROM ({stored}) AS s WHERE code_key(s.code) = code_key({code}) AND s.code <> {code})"
            )
            name = "second_spelling" if part == item.name else "spelling_of_subject"
            yield Sign(name, dataset.name, where, item.name, awards)
        if item.kind is Kind.CODE:
            where = f"r.{item.name} <> code_spelling(r.{item.name})"
            yield Sign("unusual_spelling", dataset.name, where, item.name, awards)


def _of_periods(dataset: Dataset, awards: tuple[str, ...]) -> Iterator[Sign]:
    """Yield the signs that the last day which counts was given as the first one that does not."""
    period = dataset.period
    if period is None:
        return
    group = period.apart or tuple(name for name in dataset.key if name != period.first)
    follows = f"SELECT 1 FROM {{{dataset.name}}} AS n WHERE {same(group, 'n', 'r')} AND n.{period.first} = r.{period.last} + 1"
    yield Sign("gap_of_one_day", dataset.name, f"EXISTS ({follows})", period.last, awards)
    yield Sign("ends_on_31_december", dataset.name, f"to_char(r.{period.last}, 'MMDD') = '1231'", period.last, awards)


def _of_days(dataset: Dataset, awards: tuple[str, ...]) -> Iterator[Sign]:
    for item in dataset.fields:
        if item.kind is Kind.DAY and item.name != (dataset.period.last if dataset.period else None):
            far = f"r.{item.name} < DATE '{FIRST_DAY}' OR r.{item.name} > DATE '{{today}}' + INTERVAL '10 years'"
            yield Sign("odd_day", dataset.name, far, item.name, awards)


def _derived() -> Iterator[Sign]:
    for dataset in CATALOGUE.values():
        awards = tuple(
            dict.fromkeys(award for sign in DECLARED if sign.dataset == dataset.name for award in sign.awards)
        )
        yield from _of_spellings(dataset, awards)
        yield from _of_periods(dataset, awards)
        yield from _of_days(dataset, awards)
    names = ", ".join(f"'{name}'" for name in _NO_NAMES)
    yield Sign("odd_name", "enterprises", f"r.name IN ({names})", "name")
    named = "SELECT 1 FROM {enterprises} AS e WHERE e.uscc = r.uscc AND code_key(e.name) <> code_key(r.account_holder)"
    yield Sign("holder_differs", "payee_accounts", f"EXISTS ({named})", "account_holder")
    overlapping = (
        "SELECT 1 FROM {payee_accounts} AS o WHERE o.uscc = r.uscc AND o.since <> r.since"
        " AND daterange(o.since, o.until) && daterange(r.since, r.until)"
    )
    yield Sign("overlapping_period", "payee_accounts", f"EXISTS ({overlapping})", "since")


SIGNS: tuple[Sign, ...] = (*DECLARED, *_derived())
"""All signs, those of what would decide an award first."""
