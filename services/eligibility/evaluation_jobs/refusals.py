"""Refusals are not kept: they are computed anew, from what outcomes were computed from, when somebody asks for them.

Award by award: a page costs the awards that it shows, and only the datasets that they read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl

from services.eligibility.engine.dependencies import reads_of, subjects_touching
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.facts.catalogue import Facts
from services.eligibility.facts.queries import in_memory
from services.eligibility.rules.domain import Interpretations, Policy

_AWARDS_AT_HAND = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """What outcomes were computed from: an evaluation's or a simulation's, named by `id`.

    `facts` reads datasets as they were known; `scope` are enterprises, None for all; `but` tells of an award the cases
    (award, subject, award_year) that are shown elsewhere.
    """

    id: UUID
    facts: Callable[[Collection[str]], Facts]
    book: Policy
    readings: Interpretations
    award_years: Sequence[int]
    decided_on: date
    scope: Sequence[str] | None = None
    but: Callable[[str], pl.DataFrame] | None = None


class Refusals:
    """Computes refusals; those of the last few awards stay at hand while somebody pages through them."""

    def __init__(self) -> None:
        """Start with none at hand."""
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[tuple[UUID, str], pl.DataFrame] = OrderedDict()

    def page(
        self, judged: Judged, *, jurisdiction: str | None, after: tuple[str, int], limit: int, award: str | None = None
    ) -> list[dict[str, Any]]:
        """Return up to `limit` refusals behind place `after`, of one jurisdiction and award if they are given.

        A place is the award and the number among its refusals: awards come in the order of their codes.
        """
        found: list[dict[str, Any]] = []
        for code in sorted(each.code for each in judged.book.awards if award in (None, each.code)):
            if len(found) >= limit:
                break
            if code < after[0]:
                continue
            wanted = self._of(judged, code)
            if code == after[0]:
                wanted = wanted.filter(pl.col("number") > after[1])
            if jurisdiction is not None:
                wanted = wanted.filter(pl.col("jurisdiction") == jurisdiction)
            found += wanted.head(limit - len(found)).iter_rows(named=True)
        return found

    def _of(self, judged: Judged, code: str) -> pl.DataFrame:
        with self._lock:
            found = self._at_hand.pop((judged.id, code), None)
            if found is None:
                found = self._compute(judged, code)
            self._at_hand[judged.id, code] = found
            while len(self._at_hand) > _AWARDS_AT_HAND:
                self._at_hand.popitem(last=False)
        return found

    def _compute(self, judged: Judged, code: str) -> pl.DataFrame:
        facts = judged.facts({read.dataset for read in reads_of(judged.book.award(code))})
        pairs = None
        if judged.scope is not None:
            pairs = subjects_touching(in_memory(facts), judged.book, judged.scope, [code])
        found = evaluate(
            facts, judged.book, judged.readings, judged.award_years, judged.decided_on, [code],
            subjects=pairs, results=("refused",),
        )  # fmt: skip
        if judged.but is not None:
            found = found.join(judged.but(code), on=["award", "subject", "award_year"], how="anti", nulls_equal=True)
        return found.with_row_index("number", 1)
