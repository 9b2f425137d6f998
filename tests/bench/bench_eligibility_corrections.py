"""Corrected facts: 1,000 enterprises among 1,000,000 judged again, beside an evaluation of all.

The registry and eligibility run in one process on one database server, over HTTP without a network.
`make bench ARGS=corrections` runs it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import psycopg
from sqlalchemy import text

from deploy.local.broker import Broker
from shared.catalogue.datasets import CATALOGUE
from shared.database.bulk import copy_frame
from tests.bench.bench_registry import codes
from tests.integration.eligibility.harness import Harness, world
from tests.support.databases import DatabaseServer
from tests.support.tokens import Tokens

ENTERPRISES = 1_000_000
CORRECTED = 1_000
CLIENTS_OF_A_PROVIDER = 60
YEARS = range(2020, 2023)
WAN = 1_000_000  # fen


@dataclass(frozen=True)
class Figure:
    """A measured duration: `done` things in `seconds`."""

    name: str
    done: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Things per second."""
        return self.done / self.seconds


def timed(name: str, done: int, act: Callable[[], Any]) -> tuple[Figure, Any]:
    """Measure `act`; returns what it gives, too."""
    started = time.perf_counter()
    given = act()
    return Figure(name, done, time.perf_counter() - started), given


def tables(count: int) -> dict[str, pl.DataFrame]:
    """Return enterprises in Liandu, most of them monitored, a twentieth couriers, a fifth clients of providers."""
    known = pl.DataFrame({"uscc": codes(count)}).with_row_index("n")
    uscc = known.select("uscc")
    sales = known.join(pl.DataFrame({"year": list(YEARS)}), how="cross")
    clients = known.filter(pl.col("n") % 5 == 0)
    providers = known.filter(pl.col("n") % 5 == 1)["uscc"].to_list()
    return {
        "enterprises": known.select(
            "uscc",
            pl.format("丽水样例{}有限公司", "n").alias("name"),
            pl.lit("enterprise").alias("legal_form"),
            pl.lit(date(2015, 1, 1)).alias("registered_on"),
        ),
        "locations": uscc.with_columns(pl.lit(date(2015, 1, 1)).alias("since"), pl.lit("liandu").alias("jurisdiction")),
        "monitoring_inclusions": known.filter(pl.col("n") % 10 < 9).select(
            "uscc", pl.lit("retail").alias("track"), pl.lit(date(2019, 1, 1)).alias("included_on")
        ),
        "annual_sales": sales.select(
            "uscc",
            "year",
            ((pl.col("n") * 7919 % 700 + (pl.col("year") - 2020) * 20) * WAN).alias("online_retail_fen"),
        ),
        "courier_years": known.filter(pl.col("n") % 20 == 0).select(
            "uscc",
            pl.lit(2021).alias("year"),
            pl.lit(4_000_000).alias("parcels"),
            pl.lit(365).alias("operating_days"),
            (pl.col("n") * 100 + 100).alias("rent_fen"),
        ),
        "service_contracts": clients.with_row_index("place").select(
            pl.col("place")
            .map_elements(lambda place: providers[place // CLIENTS_OF_A_PROVIDER], return_dtype=pl.String)
            .alias("provider_uscc"),
            pl.col("uscc").alias("client_uscc"),
            pl.lit(date(2021, 3, 1)).alias("since"),
        ),
    }


def populate(opened: Harness, count: int, *, in_order: bool = False) -> None:
    """Put the tables into the registry as its first revision, `in_order` of their keys: then indexes grow at their end."""
    with opened.registry_database.transaction() as connection:
        for name, frame in tables(count).items():
            rows = frame.sort(CATALOGUE[name].key) if in_order else frame
            copy_frame(connection, name, rows.with_columns(pl.lit(1).alias("revision")))
        connection.execute(
            text(
                "INSERT INTO revisions (revision, kind, actor, recorded_at, datasets, rows)"
                " VALUES (1, 'import', 'data-platform', now(), ARRAY['enterprises'], '{}')"
            )
        )


def run(server: DatabaseServer, broker: Broker | None, count: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    registry, eligibility = server.fresh("registry"), server.fresh("eligibility")
    with world(registry, eligibility, Tokens()) as opened:
        populate(opened, count)
        for made in (registry, eligibility):
            with psycopg.connect(made.owner_url, autocommit=True) as connection:
                connection.execute("ANALYZE")
        first, result = timed("evaluation of all, everything new", count, opened.evaluate)
        with psycopg.connect(eligibility.owner_url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        again, unchanged = timed("evaluation of all, nothing new", count, opened.evaluate)
        assert unchanged["decisions"]["unchanged"] == result["decisions"]["created"]
        drawn = random.Random(2020).sample(codes(count), 2 * CORRECTED)
        corrections = []
        # The evaluation of all that finds nothing new is a second one too: connections are open, tables known.
        for name, chosen in (("the first correction", drawn[:CORRECTED]), ("the second", drawn[CORRECTED:])):
            # The third tier at once in the first year: what stood in that year rises, what stood in later years goes.
            rows = [{"uscc": code, "year": 2020, "online_retail_fen": 15_000 * WAN} for code in chosen]
            opened.record("annual_sales", *rows)
            marked, _ = timed(f"{name}: the change followed and marked", len(chosen), opened.follow)
            assert len(opened.pending()) == len(chosen)
            corrected, done = timed(f"{name}: judged and restated by itself", len(chosen), opened.correct_by_itself)
            assert done is not None
            assert done["decisions"]["restated"] > 0
            corrections += [marked, corrected]
        return [
            first,
            again,
            *corrections,
            (
                f"a correction of {CORRECTED:,} against an evaluation of all (goal ≤ 0.05)",
                corrected.seconds / again.seconds,
            ),
            ("awards restated", float(done["decisions"]["restated"])),
        ]
