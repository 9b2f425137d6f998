"""The engine on a large population with frames in memory, beside all twenty awards written by hand in Polars.

Both must give the same outcomes to the fen, and every award must be granted to someone. `make bench ARGS=evaluation` runs it.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from deploy.local.broker import Broker
from services.eligibility.engine.evaluate import KEPT, evaluate
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.bench import handwritten, population
from tests.bench.bench_registry import Figure, peak_mebibytes, timed
from tests.support.databases import DatabaseServer

ENTERPRISES = 1_000_000
DECIDED_ON = date(2026, 1, 5)
ROUNDS = 2


@dataclass(frozen=True)
class Measured:
    """The better round of each, how often each award was granted, how many outcomes are equal, the peak of the engine in MiB."""

    engine: Figure
    by_hand: Figure
    granted: dict[str, int]
    equal: int
    memory: float


def measure(enterprises: int) -> Measured:
    """Compare both on the same frames, then time them by turns."""
    facts, policy = population.facts(enterprises), load_policy("lishui-2020-1")
    interpretations, years = Interpretations.official_defaults(policy), list(population.YEARS)

    def engine() -> pl.DataFrame:
        return evaluate(facts, policy, interpretations, years, DECIDED_ON, results=KEPT)

    def by_hand() -> pl.DataFrame:
        return handwritten.outcomes(facts, years)

    found, memory = engine(), peak_mebibytes()
    expected = by_hand()
    assert_frame_equal(found.filter("about_known").select(handwritten.COLUMNS), expected)
    times = expected.filter(pl.col("result") == "granted").get_column("award").value_counts()
    granted = {award.code: 0 for award in policy.awards} | dict(times.iter_rows())
    cases, size = enterprises * len(years), f"all twenty awards, {enterprises:,} enterprises × {len(years)} years"
    rounds = [
        (timed(f"{size}, the engine", cases, engine), timed(f"{size}, by hand", cases, by_hand)) for _ in range(ROUNDS)
    ]
    engines, hands = zip(*rounds, strict=True)
    return Measured(_better(engines), _better(hands), granted, expected.height, memory)


def _better(figures: tuple[Figure, ...]) -> Figure:
    return min(figures, key=lambda figure: figure.seconds)


def measured(enterprises: int) -> Measured:
    """Measure in a process of its own, whose peak memory is stated."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, enterprises).result()


def run(server: DatabaseServer, broker: Broker | None, enterprises: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs. Needs neither server nor broker."""
    del server, broker
    tenth, whole = measured(enterprises // 10), measured(enterprises)
    rarest = min(whole.granted, key=lambda award: whole.granted[award])
    assert whole.granted[rarest], f"{rarest} is compared over nothing"
    return [
        tenth.engine,
        tenth.by_hand,
        whole.engine,
        whole.by_hand,
        (
            "engine against hand-written Polars, times as long (goal ≤ 1)",
            whole.engine.seconds / whole.by_hand.seconds,
        ),
        (
            "all awards, ten times the enterprises, times as long (goal ≤ 11)",
            whole.engine.seconds / tenth.engine.seconds,
        ),
        ("outcomes that are equal to the fen, all that there are", float(whole.equal)),
        ("awards that are granted to someone, of twenty", float(sum(map(bool, whole.granted.values())))),
        (f"granted least often: {rarest}", float(whole.granted[rarest])),
        (f"the engine's peak memory with {enterprises // 10:,} enterprises, population included, MiB", tenth.memory),
        (f"the engine's peak memory with {enterprises:,} enterprises, population included, MiB", whole.memory),
    ]
