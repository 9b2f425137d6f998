"""Refusals are not stored: they are computed when asked for, from what the outcomes were computed from.

Award by award: a page costs the awards that it shows, and only the datasets that they read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl

from services.eligibility.engine.cases import EvaluatedCases
from services.eligibility.engine.dependencies import reads_of, subjects_touching
from services.eligibility.engine.evaluate import evaluate_awards, outcomes_of
from services.eligibility.engine.outcomes import GRANTED, REFUSED
from services.eligibility.facts.catalogue import Facts
from services.eligibility.facts.queries import in_memory
from services.eligibility.rules.domain import Interpretations, Policy
from shared.errors import Unavailable

_AWARDS_IN_MEMORY = 4
_READERS = 4
"""Readers that wait or compute at a time; the other threads of the process stay free for other requests."""


@dataclass(frozen=True, slots=True)
class RefusalSource:
    """What the outcomes of an evaluation or simulation, named by `id`, were computed from.

    `facts` reads datasets as they were known; `scope` are enterprises, None for all; `shown_elsewhere` returns the cases of an
    award (award, subject, award_year) that are listed in another way.
    """

    id: UUID
    facts: Callable[[Collection[str]], Facts]
    policy: Policy
    interpretations: Interpretations
    award_years: Sequence[int]
    decided_on: date
    scope: Sequence[str] | None = None
    shown_elsewhere: Callable[[str], pl.DataFrame] | None = None


class Refusals:
    """Computes refusals; those of the last awards stay in memory for a reader of further pages."""

    def __init__(self) -> None:
        """Start with none in memory."""
        self._lock = threading.Lock()
        self._readers = threading.BoundedSemaphore(_READERS)
        self._in_memory: OrderedDict[tuple[UUID, str], pl.DataFrame] = OrderedDict()

    def page(
        self,
        source: RefusalSource,
        *,
        jurisdiction: str | None,
        after: tuple[str, int],
        limit: int,
        award: str | None = None,
    ) -> list[dict[str, Any]]:
        """Return up to `limit` refusals after the place `after`, of one jurisdiction and award if they are given.

        A place is the award and the number among its refusals: awards come in the order of their codes. Raises Unavailable if
        too many wait already: one computes at a time.
        """
        with self._reader():
            return self._page(source, jurisdiction, after, limit, award)

    def cases(self, source: RefusalSource, award: str) -> EvaluatedCases | None:
        """Return the refused and the granted cases of an award with their conditions, computed anew; None if there are none.

        Raises Unavailable as `page` does.
        """
        with self._reader(), self._lock:
            return next(iter(self._evaluated(source, award, (REFUSED, GRANTED))), None)

    @contextmanager
    def _reader(self) -> Iterator[None]:
        if not self._readers.acquire(blocking=False):
            raise Unavailable("Refusals are being computed for others. Try again later.")
        try:
            yield
        finally:
            self._readers.release()

    def _page(
        self, source: RefusalSource, jurisdiction: str | None, after: tuple[str, int], limit: int, award: str | None
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for code in sorted(each.code for each in source.policy.awards if award in (None, each.code)):
            if len(found) >= limit:
                break
            if code < after[0]:
                continue
            rows = self._of(source, code)
            if code == after[0]:
                rows = rows.filter(pl.col("number") > after[1])
            if jurisdiction is not None:
                rows = rows.filter(pl.col("jurisdiction") == jurisdiction)
            found += rows.head(limit - len(found)).iter_rows(named=True)
        return found

    def _of(self, source: RefusalSource, code: str) -> pl.DataFrame:
        with self._lock:
            found = self._in_memory.pop((source.id, code), None)
            if found is None:
                found = self._compute(source, code)
            self._in_memory[source.id, code] = found
            while len(self._in_memory) > _AWARDS_IN_MEMORY:
                self._in_memory.popitem(last=False)
        return found

    def _compute(self, source: RefusalSource, code: str) -> pl.DataFrame:
        found = outcomes_of(self._evaluated(source, code, (REFUSED,)))
        if source.shown_elsewhere is not None:
            found = found.join(
                source.shown_elsewhere(code), on=["award", "subject", "award_year"], how="anti", nulls_equal=True
            )
        return found.with_row_index("number", 1)

    def _evaluated(self, source: RefusalSource, code: str, results: Collection[str]) -> Iterator[EvaluatedCases]:
        facts = source.facts({read.dataset for read in reads_of(source.policy.award(code))})
        pairs = None
        if source.scope is not None:
            pairs = subjects_touching(in_memory(facts), source.policy, source.scope, [code])
        return evaluate_awards(
            facts, source.policy, source.interpretations, source.award_years, source.decided_on, [code],
            subjects=pairs, results=results,
        )  # fmt: skip
