"""What steps lead to, worked out from facts in memory: what the registry answers in one statement has to be the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import Reached, RowQuery, Step, values_of


def reached_in_memory(facts: Facts, steps: Sequence[Step], given: Collection[str]) -> Reached:
    """Take the steps one after the other."""
    found: dict[str, list[dict[str, Any]]] = {}
    values: dict[RowQuery, set[str]] = {}
    frames: dict[str, list[pl.DataFrame]] = {}
    for step in steps:
        wanted, dataset = values_of(step, given, found), step.query.dataset
        rows = step.query.matching(facts[dataset], wanted)
        values.setdefault(step.query, set()).update(wanted)
        found.setdefault(dataset, []).extend(rows.to_dicts())
        frames.setdefault(dataset, []).append(rows)
    unique = {name: pl.concat(parts).unique(CATALOGUE[name].key) for name, parts in frames.items()}
    return Reached(Facts({name: frame.sort(CATALOGUE[name].key) for name, frame in unique.items()}), values)
