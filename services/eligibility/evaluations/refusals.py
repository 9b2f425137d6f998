"""Refusals are not kept: they are computed anew, from what the evaluation was computed from, when somebody asks for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Row

from services.eligibility.evaluation.evaluate import evaluate
from services.eligibility.evaluations.judging import subjects_in_scope
from services.eligibility.evaluations.schemas import EvaluationRequest
from services.eligibility.facts.registry import RegistryFacts
from services.eligibility.policies.handlers import policy_book
from services.eligibility.policy.book import Readings

_EVALUATIONS_AT_HAND = 2


class Refusals:
    """Computes the refusals of evaluations; those of the last few stay at hand while somebody pages through them."""

    def __init__(self, registry: RegistryFacts) -> None:
        """Read facts from `registry`."""
        self._registry = registry
        self._lock = threading.Lock()
        self._at_hand: OrderedDict[UUID, pl.DataFrame] = OrderedDict()

    def page(
        self, row: Row[Any], readings: Readings, *, jurisdiction: str | None, after: int, limit: int
    ) -> list[dict[str, Any]]:
        """Return up to `limit` refusals of the evaluation `row` behind number `after`, of one jurisdiction if one is given."""
        with self._lock:
            found = self._at_hand.pop(row.id, None)
            if found is None:
                found = self._compute(row, readings)
            self._at_hand[row.id] = found
            while len(self._at_hand) > _EVALUATIONS_AT_HAND:
                self._at_hand.popitem(last=False)
        wanted = found.filter(pl.col("number") > after)
        if jurisdiction is not None:
            wanted = wanted.filter(pl.col("jurisdiction") == jurisdiction)
        return list(wanted.head(limit).iter_rows(named=True))

    def _compute(self, row: Row[Any], readings: Readings) -> pl.DataFrame:
        request = EvaluationRequest.model_validate(row.input)
        facts = self._registry.at(row.result["facts_revision"])
        book = policy_book(request.policy)
        pairs = subjects_in_scope(request, facts, book)
        years, day = request.award_years, request.decided_on
        found = evaluate(facts, book, readings, years, day, subjects=pairs, results=("refused",))
        return found.with_row_index("number", 1)
