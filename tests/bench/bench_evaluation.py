"""The engine on a large population with frames in memory, beside the same awards written by hand in Polars.

Both must give the same outcomes to the fen. `make bench ARGS=evaluation` runs it.
"""

from __future__ import annotations

import multiprocessing
from datetime import date
from typing import Any

from deploy.local.broker import Broker
from services.eligibility.evaluation.evaluate import KEPT, evaluate
from services.eligibility.policy.book import Readings
from services.eligibility.policy.library import load_book
from tests.bench import handwritten, population
from tests.bench.bench_registry import Figure, peak_mebibytes, timed
from tests.support.databases import DatabaseServer

ENTERPRISES = 1_000_000
DECIDED_ON = date(2026, 1, 5)
SIX = (
    "retail-scale",
    "platform-scale",
    "headquarters-land",
    "courier-rent",
    "crossborder-postage",
    "sustained-growth",
)


def measure(enterprises: int, answer: Any) -> None:
    """Time both on the same frames, the second of two runs each; tells figures and peak memory in MiB."""
    facts, book = population.facts(enterprises), load_book("lishui-2020-1")
    readings, years = Readings.official_defaults(book), list(population.YEARS)

    def engine(awards: tuple[str, ...] | None = None) -> Any:
        return evaluate(facts, book, readings, years, DECIDED_ON, awards, results=KEPT)

    def by_hand() -> Any:
        return handwritten.outcomes(facts, years)

    found, expected = engine(SIX), by_hand()
    assert found.filter("about_known").select(handwritten.COLUMNS).equals(expected)
    cases = enterprises * len(years)
    figures = [
        timed(f"six awards, {enterprises:,} enterprises × 5 years, the engine", cases, lambda: engine(SIX)),
        timed(f"six awards, {enterprises:,} enterprises × 5 years, by hand", cases, by_hand),
        timed(f"all twenty awards, {enterprises:,} enterprises × 5 years", cases, engine),
    ]
    answer.put((figures, expected.height, peak_mebibytes()))


def measured(enterprises: int) -> tuple[list[Figure], int, float]:
    """Measure in a process of its own, whose peak memory is stated."""
    spawn = multiprocessing.get_context("spawn")
    answer = spawn.Queue()
    process = spawn.Process(target=measure, args=(enterprises, answer))
    process.start()
    result: tuple[list[Figure], int, float] = answer.get()
    process.join()
    return result


def run(server: DatabaseServer, broker: Broker | None, enterprises: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs. Needs neither server nor broker."""
    del server, broker
    tenth, _, memory_of_tenth = measured(enterprises // 10)
    (engine, by_hand, whole), equal, memory = measured(enterprises)
    return [
        *tenth,
        engine,
        by_hand,
        whole,
        ("engine against hand-written Polars, times as long (goal ≤ 1.5)", engine.seconds / by_hand.seconds),
        ("all awards, ten times the enterprises, times as long (goal ≤ 11)", whole.seconds / tenth[2].seconds),
        ("outcomes that are equal to the fen, all that there are", float(equal)),
        (f"peak memory with {enterprises // 10:,} enterprises, population included, MiB", memory_of_tenth),
        (f"peak memory with {enterprises:,} enterprises, population included, MiB", memory),
    ]
