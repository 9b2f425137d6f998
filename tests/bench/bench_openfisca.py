"""The engine beside OpenFisca-core, on five awards that both express and one population.

OpenFisca runs in an environment of its own, made from pinned requirements, in a process of its own; its rules are written as its
documentation teaches. Both start from the same frames in memory; OpenFisca's become arrays with pandas, as its users do it, and
once more with Polars, as we would. `make bench ARGS=openfisca` runs it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import polars as pl

from deploy.local.broker import Broker
from services.eligibility.engine.evaluate import KEPT, evaluate
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from shared.catalogue.domain import Kind
from tests.bench import handwritten, population
from tests.bench.bench_evaluation import DECIDED_ON
from tests.bench.bench_registry import Figure, timed
from tests.support.databases import DatabaseServer

ENTERPRISES = 1_000_000
HERE = Path(__file__).parent / "openfisca"
AWARDS = ("retail-scale", "platform-scale", "courier-rent", "crossborder-postage", "sustained-growth")
ROUNDS = 2


def environment(folder: Path) -> Path:
    """Make an environment with OpenFisca; returns its Python."""
    uv = str(Path(sys.executable).parent / "uv")
    python = folder / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    subprocess.run(
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(python),
            "--require-hashes",
            "-r",
            str(HERE / "requirements.txt"),
        ],
        check=True,
    )
    return python


def numbered(facts: Facts) -> Facts:
    """Return facts in which enterprises are 32-bit numbers and not codes: what joins by numbers alone would save."""
    codes = facts["enterprises"].get_column("uscc")
    numbers = pl.DataFrame({"code": codes, "number": pl.int_range(codes.len(), dtype=pl.UInt32, eager=True)})

    def of(dataset: str) -> pl.DataFrame:
        frame = facts[dataset]
        for name in (
            item.name for item in CATALOGUE[dataset].fields if item.kind is Kind.USCC or item.name == "subject"
        ):
            found = frame.join(numbers, left_on=name, right_on="code", how="left", maintain_order="left")
            frame = found.with_columns(pl.col("number").alias(name)).drop("number")
        return frame

    return Facts({dataset: of(dataset) for dataset in facts})


def by_openfisca(python: Path, folder: Path) -> dict[str, float]:
    """Judge by OpenFisca; returns seconds."""
    explained = subprocess.run([str(python), str(HERE / "compute.py"), str(folder)], check=True, stdout=subprocess.PIPE)
    seconds: dict[str, float] = json.loads(explained.stdout)
    return seconds


def compared(found: pl.DataFrame, paid: pl.DataFrame) -> list[tuple[str, float]]:
    """Return who gets what where the two differ; where the same are paid, floats are rounded to the fen first."""
    exact = found.filter(pl.col("result") == "granted").select("award", "subject", "award_year", "entitlement_fen")
    both = exact.join(paid, on=["award", "subject", "award_year"], how="full", coalesce=True)
    alone = both.filter(pl.col("yuan").is_null() | pl.col("entitlement_fen").is_null())
    off = both.with_columns(fen=(pl.col("yuan").cast(pl.Float64) * 100).round().cast(pl.Int64))
    off = off.filter(pl.col("fen") != pl.col("entitlement_fen")).sort(
        (pl.col("fen") - pl.col("entitlement_fen")).abs(),
        "award",
        "subject",
        "award_year",
        descending=[True, *[False] * 3],
    )
    assert alone.height < exact.height // 1_000, alone
    assert both.height - off.height > both.height // 2
    case = off.row(0, named=True)
    return [
        ("awards granted", float(exact.height)),
        ("of these OpenFisca's amount is wrong by a fen or more", float(off.height)),
        ("granted by one of the two alone: floats at a threshold", float(alone.height)),
        (f"the largest: {case['award']} {case['subject']} {case['award_year']}, exactly, fen", case["entitlement_fen"]),
        ("the same by OpenFisca, fen", case["fen"]),
    ]


def run(server: DatabaseServer, broker: Broker | None, enterprises: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs. Needs neither server nor broker."""
    del server, broker
    # Its rules know of no earlier payments.
    facts, policy = population.facts(enterprises), load_policy("lishui-2020-1")
    facts = facts.replacing({"prior_awards": facts["prior_awards"].clear()})
    interpretations, cases = Interpretations.official_defaults(policy), enterprises * len(population.YEARS)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for dataset in facts:
            facts[dataset].write_ipc(folder / f"{dataset}.arrow")
        python = environment(folder / "venv")
        found: list[pl.DataFrame] = []

        def engine() -> None:
            found[:] = [
                evaluate(facts, policy, interpretations, list(population.YEARS), DECIDED_ON, AWARDS, results=KEPT)
            ]

        chosen = [each for each in handwritten.AWARDS if each.__name__.replace("_", "-") in AWARDS]
        by_number = numbered(facts)
        engine()
        acts = {
            "five awards, the engine": engine,
            "five awards, by hand in Polars": lambda: handwritten.outcomes(facts, list(population.YEARS), chosen),
            "five awards, by hand in Polars, numbers in place of codes": lambda: handwritten.outcomes(
                by_number, list(population.YEARS), chosen
            ),
        }
        rounds, openfisca = [], []
        for _ in range(ROUNDS):
            rounds.append([timed(name, cases, act) for name, act in acts.items()])
            openfisca.append(by_openfisca(python, folder))
        explained = compared(found[0], pl.read_ipc(folder / "paid.arrow"))
    ours, hand, hand_by_number = (
        min(column, key=lambda figure: figure.seconds) for column in zip(*rounds, strict=True)
    )
    theirs = {name: min(each[name] for each in openfisca) for name in openfisca[0]}
    return [
        ours,
        hand,
        hand_by_number,
        Figure("five awards, OpenFisca, frames arranged with pandas", cases, theirs["pandas"]),
        Figure("five awards, OpenFisca, frames arranged with Polars", cases, theirs["polars"]),
        Figure("  of these its simulation alone, arrays ready", cases, theirs["calculation"]),
        (
            "the engine is faster than OpenFisca with pandas, as its users feed it, times (goal ≥ 3)",
            theirs["pandas"] / ours.seconds,
        ),
        ("the engine is faster than OpenFisca fed by Polars, times (goal ≥ 1.5)", theirs["polars"] / ours.seconds),
        (
            "the same by hand in Polars is faster than OpenFisca fed by Polars, times",
            theirs["polars"] / hand.seconds,
        ),
        (
            "the same by hand in Polars, numbers in place of codes, is faster than OpenFisca fed by Polars, times",
            theirs["polars"] / hand_by_number.seconds,
        ),
        ("against OpenFisca's simulation alone, times", theirs["calculation"] / ours.seconds),
        *explained,
    ]
