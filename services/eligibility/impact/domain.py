"""Whom corrected rows concern. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from services.eligibility.engine.dependencies import reads_of
from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.facts.queries import RowQuery
from services.eligibility.rules.domain import Policy

Frames = Mapping[str, pl.DataFrame]


def for_everybody(datasets: Collection[str]) -> bool:
    """Tell whether a dataset among these belongs to no enterprise, so that its rows concern all."""
    return not all(CATALOGUE[name].owned for name in datasets)


def whose(dataset: str, rows: pl.DataFrame) -> dict[RowQuery, list[str]]:
    """Return the query for the rows that name whom rows with these keys belong to: of the same key, or of their parent."""
    source = CATALOGUE[CATALOGUE[dataset].parent or dataset]
    first = source.key[0]
    return {RowQuery(source.name, first): rows.get_column(first).unique().sort().to_list()}


def awards_reading(book: Policy, datasets: Collection[str]) -> list[str]:
    """Return the codes of the awards that read any of these datasets."""
    return [each.code for each in book.awards if any(read.dataset in datasets for read in reads_of(each))]


def datasets_of(book: Policy, awards: Collection[str]) -> set[str]:
    """Return the datasets that these awards read."""
    return {read.dataset for code in awards for read in reads_of(book.award(code))}
