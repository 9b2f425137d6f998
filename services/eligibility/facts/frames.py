"""`Facts`: everything known at one revision, as typed frames that cannot be changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl

from services.eligibility.facts.declarations import CATALOGUE, LARGEST, DatasetFacts


class FactsError(ValueError):
    """Frames that are not what the catalogue says; the message names dataset and column, never a value."""


_EMPTY = {name: said.empty() for name, said in CATALOGUE.items()}


class Facts(Mapping[str, pl.DataFrame]):
    """Dataset name → frame with exactly the catalogue's columns and types. A dataset not given is empty."""

    def __init__(self, frames: Mapping[str, pl.DataFrame]) -> None:
        self._frames = {name: frames.get(name, empty) for name, empty in _EMPTY.items()}

    def __getitem__(self, dataset: str) -> pl.DataFrame:
        return self._frames[dataset]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Facts:
        """Facts from frames, after checking them; columns may come in any order.

        Raises `FactsError` for an unknown dataset, a column too many or too few, a wrong type, an empty value
        where the catalogue allows none, and a number outside ±(2^53 − 1). Keys are taken to be unique.
        """
        unknown = sorted(set(frames) - set(CATALOGUE))
        if unknown:
            raise FactsError(f"unknown datasets: {', '.join(unknown)}; known are {', '.join(CATALOGUE)}")
        return cls({name: _checked(CATALOGUE[name], frame) for name, frame in frames.items()})

    def restricted_to(self, uscc: Collection[str]) -> Facts:
        """Only the rows that name one of these enterprises, and every row of datasets that name none."""
        wanted = pl.Series("uscc", sorted(set(uscc)), dtype=pl.String)
        kept: dict[str, pl.DataFrame] = {}
        for name, frame in self.items():
            owners = CATALOGUE[name].owners
            named = pl.any_horizontal(pl.col(column).is_in(wanted.implode()) for column in owners) if owners else True
            kept[name] = frame.filter(named) if owners else frame
        return Facts(kept)

    def replacing(self, frames: Mapping[str, pl.DataFrame]) -> Facts:
        """The same facts with some datasets replaced whole (checked as in `Facts.of`)."""
        return Facts.of({**self, **frames})


def _checked(dataset: DatasetFacts, frame: pl.DataFrame) -> pl.DataFrame:
    schema = dataset.schema
    lacking = [name for name in schema if name not in frame.columns]
    surplus = [name for name in frame.columns if name not in schema]
    if lacking or surplus:
        raise FactsError(f"{dataset.name}: missing columns {lacking}, unknown columns {surplus}")
    frame = frame.select(schema.names())
    wrong = [f"{n} is {frame.schema[n]}, not {t}" for n, t in schema.items() if frame.schema[n] != t]
    if wrong:
        raise FactsError(f"{dataset.name}: {'; '.join(wrong)}")
    for field in dataset.fields:
        column = frame.get_column(field.name)
        if not field.optional and column.null_count():
            raise FactsError(f"{field.qualified}: empty in {column.null_count()} rows, and may not be")
        if field.dtype == pl.Int64 and not column.is_between(-LARGEST, LARGEST).all():
            raise FactsError(f"{field.qualified}: outside ±(2^53 − 1)")
    return frame
