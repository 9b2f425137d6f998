"""Where plans read facts from: frames in memory, all at once; or slots that are filled anew each time the same plan is run.

Lookups and measures are written once, for `Inputs`. Over a million cases they are run step by step, so that what fails is dropped
early. For a few cases, making plans takes longer than running them: then all steps become one plan, which is kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from threading import Lock

import polars as pl
from polars.io.plugins import register_io_source

from services.eligibility.facts.catalogue import CATALOGUE, Facts

#: Rows up to which optimising a plan and starting the streaming engine cost more time than they save.
SMALL = 10_000
#: Rows up to which going through them in Python is faster than any plan: what one enterprise reads.
FEW = 200
#: What makes a frame of a frame and the facts.
ByFrame = Callable[[pl.DataFrame, Facts], pl.DataFrame]
_NONE = Facts({})
_EXTRA_SCHEMA = pl.Schema({"subject": pl.String()})


def collect(plan: pl.LazyFrame, *read: pl.DataFrame) -> pl.DataFrame:
    """Collect a plan that reads these frames; the engine changes the time, never the result."""
    if all(frame.height <= SMALL for frame in read):
        return plan.collect(engine="in-memory", optimizations=pl.QueryOptFlags.none())
    return plan.collect()


def are_few(*read: pl.DataFrame) -> bool:
    """Return whether each of these frames has so few rows that a loop over them is faster than a join."""
    return all(frame.height <= FEW for frame in read)


class Inputs(ABC):
    """The facts that plans read, by dataset."""

    @abstractmethod
    def __getitem__(self, dataset: str) -> pl.LazyFrame:
        """Return the rows of a dataset."""

    @abstractmethod
    def settled(self, plan: pl.LazyFrame) -> pl.LazyFrame:
        """Return the plan with its steps so far done, where that is better than one plan of all steps."""

    @abstractmethod
    def shared(self, plan: pl.LazyFrame) -> pl.LazyFrame:
        """Return a plan that others read more than once, and that is run once."""

    @abstractmethod
    def beside(self, plan: pl.LazyFrame, others: pl.LazyFrame, on: str) -> pl.LazyFrame:
        """Return the rows of a plan with the columns of the one of `others` with the same number; null where there is none."""

    @abstractmethod
    def by_frame(self, plan: pl.LazyFrame, function: ByFrame) -> pl.LazyFrame:
        """Return what a function makes of the rows of the plan and the facts.

        The columns that it makes, and their types, must depend on those of the plan alone.
        """


class InMemory(Inputs):
    """Facts in memory."""

    def __init__(self, facts: Facts) -> None:
        """Read `facts`."""
        self._facts = facts

    def __getitem__(self, dataset: str) -> pl.LazyFrame:
        """Return the rows of a dataset."""
        return self._facts[dataset].lazy()

    def run(self, plan: pl.LazyFrame) -> pl.DataFrame:
        """Collect a plan."""
        return collect(plan, *self._facts.values())

    def settled(self, plan: pl.LazyFrame) -> pl.LazyFrame:
        """Run the plan."""
        return self.run(plan).lazy()

    def shared(self, plan: pl.LazyFrame) -> pl.LazyFrame:
        """Run the plan."""
        return self.run(plan).lazy()

    def beside(self, plan: pl.LazyFrame, others: pl.LazyFrame, on: str) -> pl.LazyFrame:
        """Put the frames beside each other if they have the same numbers; else join them."""
        rows, found = self.run(plan), self.run(others)
        if rows.height == found.height and (rows.get_column(on) == found.get_column(on)).all():
            return rows.hstack(found.drop(on)).lazy()
        return rows.join(found, on=on, how="left", maintain_order="left").lazy()

    def by_frame(self, plan: pl.LazyFrame, function: ByFrame) -> pl.LazyFrame:
        """Run the plan, and the function on it."""
        return function(self.run(plan), self._facts).lazy()


class Slots(Inputs):
    """Slots for facts. Plans that read them are made before there are any, and run on what `run` is given."""

    def __init__(self) -> None:
        """Fill no slot yet."""
        self._facts, self._extra_subjects = _NONE, pl.DataFrame(schema=_EXTRA_SCHEMA)
        self._running = Lock()

    def __getitem__(self, dataset: str) -> pl.LazyFrame:
        """Return the slot of a dataset."""
        return _slot(CATALOGUE[dataset].schema, lambda: self._facts[dataset])

    @property
    def extra_subjects(self) -> pl.LazyFrame:
        """The slot of subjects that may have no row: a column `subject`."""
        return _slot(_EXTRA_SCHEMA, lambda: self._extra_subjects)

    def settled(self, plan: pl.LazyFrame) -> pl.LazyFrame:
        """Return the plan as it is."""
        return plan

    def shared(self, plan: pl.LazyFrame) -> pl.LazyFrame:
        """Return the plan, kept for the time of a run."""
        return plan.cache()

    def beside(self, plan: pl.LazyFrame, others: pl.LazyFrame, on: str) -> pl.LazyFrame:
        """Return the join."""
        return plan.join(others, on=on, how="left", maintain_order="left")

    def by_frame(self, plan: pl.LazyFrame, function: ByFrame) -> pl.LazyFrame:
        """Return the plan with the function in it."""
        schema = function(pl.DataFrame(schema=plan.collect_schema()), _NONE).schema
        return plan.map_batches(lambda rows: function(rows, self._facts), schema=dict(schema))

    def run(self, plan: pl.LazyFrame, facts: Facts, extra_subjects: pl.Series) -> pl.DataFrame:
        """Run a plan that reads these slots: one run at a time."""
        with self._running:
            self._facts, self._extra_subjects = facts, extra_subjects.alias("subject").to_frame()
            return collect(plan)


def _slot(schema: pl.Schema, rows: Callable[[], pl.DataFrame]) -> pl.LazyFrame:
    def read(columns: list[str] | None, *_: object) -> Iterator[pl.DataFrame]:
        yield rows() if columns is None else rows().select(columns)

    return register_io_source(read, schema=schema)
