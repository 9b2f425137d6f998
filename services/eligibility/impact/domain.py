"""Whom corrected rows concern. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import polars as pl

from services.eligibility.evaluation.closure import PAIRS, subjects_touching
from services.eligibility.evaluation.rows import reads_of
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.policy.book import Book

Frames = Mapping[str, pl.DataFrame]


def for_everybody(datasets: Collection[str]) -> bool:
    """Tell whether a dataset among these belongs to no enterprise, so that its rows concern all."""
    return any(not CATALOGUE[name].owners and not CATALOGUE[name].parent for name in datasets)


def to_look_up(frames: Frames) -> set[str]:
    """The datasets whose rows have to be read to know whom keys in `frames` belong to, as keys do not say it."""
    sources = {CATALOGUE[name].parent or name for name in frames}
    return {name for name in sources if not set(CATALOGUE[name].owners) <= set(CATALOGUE[name].key)}


def owners_of(frames: Frames, known: Facts) -> set[str]:
    """Return the enterprises that the rows of `known` with the keys in `frames` name, by themselves or through their parent."""
    found: set[str] = set()
    for name, frame in frames.items():
        source = CATALOGUE[CATALOGUE[name].parent or name]
        rows = known[source.name].join(frame, on=list(source.key), how="semi")
        for owner in source.owners:
            found |= set(rows.get_column(owner).drop_nulls())
    return found


def awards_reading(book: Book, datasets: Collection[str]) -> list[str]:
    """Return the codes of the awards that read any of these datasets."""
    return [each.code for each in book.awards if any(read.dataset in datasets for read in reads_of(each))]


def touched(before: Facts, after: Facts, book: Book, uscc: Collection[str], awards: Collection[str]) -> pl.DataFrame:
    """Return the (award, subject) pairs of `awards` that read rows naming these enterprises, before or after."""
    pairs = [subjects_touching(facts, book, uscc, awards) for facts in (before, after)]
    return pl.concat(pairs).unique().sort(list(PAIRS))
