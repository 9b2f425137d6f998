"""One enterprise over HTTP: our assessment beside OpenFisca's own web API, for the five awards that both express.

Every request carries all facts of the enterprise, so neither side reads a database for them. OpenFisca serves by what it
ships (Flask under gunicorn), in an environment and a process of its own; it answers amounts. Ours answers amounts with their
explanation, from eligibility's app under uvicorn. `make bench ARGS=openfisca-api` runs it.
"""

from __future__ import annotations

import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from deploy.local.broker import Broker
from services.eligibility.facts.catalogue import Facts
from tests.bench import population
from tests.bench.bench_openfisca import AWARDS, HERE, environment
from tests.bench.bench_registry import Figure, codes
from tests.bench.bench_requests import Caller, Nowhere, eligibility_app, interleaved, served
from tests.integration.eligibility.harness import POLICY, world
from tests.support.databases import DatabaseServer
from tests.support.tokens import Tokens

#: Enterprises of the population, and of these the ones that are assessed.
POPULATION, ENTERPRISES = 2_000, 200
YEAR, FIRST_FIGURES = 2021, 2017
MONEY = {
    "annual_sales": {"online_retail": "online_retail_fen", "turnover": "platform_turnover_fen"},
    "statistics_sales": {"statistics_retail": "online_retail_fen"},
    "courier_years": {"rent": "rent_fen"},
    "cross_border_years": {"sales_usd": "sales_usd_cents", "sales_cny": "sales_cny_fen", "postage": "postage_fen"},
}
COUNTS = {"courier_years": ("parcels",)}
DATASETS = ("enterprises", "locations", "monitoring_inclusions", *MONEY)


def asked(facts: Facts, name: str, uscc: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the same question to us and to OpenFisca: the five awards of one enterprise and year, with all its facts.

    The enterprise has a `name` in the population, and is asked for by a valid code.
    """
    own = (facts[dataset].filter(pl.col("uscc") == name) for dataset in DATASETS)
    rows = {dataset: each.with_columns(uscc=pl.lit(uscc)) for dataset, each in zip(DATASETS, own, strict=True)}
    written = {
        name: [{field: value for field, value in row.items() if value is not None} for row in of.to_dicts()]
        for name, of in rows.items()
    }
    parity = facts["reference_rates"].filter(
        pl.col("series") == "usd_cny_year"
    )  # OpenFisca has it among its parameters
    reference = {"reference_rates": parity.to_dicts()}
    ours = {
        "policy": POLICY, "uscc": uscc, "award_years": [YEAR], "decided_on": "2024-03-01", "awards": list(AWARDS),
        "from_registry": False, "facts": {**written, **reference},
    }  # fmt: skip
    form, place = rows["enterprises"].item(0, "legal_form"), written["locations"]
    values: dict[str, dict[str, Any]] = {"legal_form": {"ETERNITY": form}}
    if place:
        values["jurisdiction"] = {"ETERNITY": place[-1]["jurisdiction"]}
    for track in ("retail", "platform"):
        included = [row["included_on"] for row in written["monitoring_inclusions"] if row["track"] == track]
        values[f"{track}_included_on"] = {"ETERNITY": str(min(included, default=date(9999, 1, 1)))}
    for dataset, names in MONEY.items():
        known = {row["year"]: row for row in written[dataset]}
        for name, field in names.items():
            years = range(FIRST_FIGURES, YEAR + 1)
            values[name] = {str(year): known.get(year, {}).get(field, -100) / 100 for year in years}
        for name in COUNTS.get(dataset, ()):
            values[name] = {str(YEAR): known.get(YEAR, {}).get(name, 0)}
    for name in (
        "online_retail",
        "turnover",
    ):  # its API follows a formula to the year before once, not to the first year
        highest = max(values[name][str(year)] for year in range(FIRST_FIGURES, YEAR))
        values[f"{name}_highest_before"] = {str(YEAR): max(highest, 0)}
    values |= {award.replace("-", "_"): {str(YEAR): None} for award in AWARDS}
    return ours, {"enterprises": {uscc: values}}


@contextmanager
def openfisca(folder: Path) -> Iterator[int]:
    """Serve OpenFisca's web API on a free port."""
    python = environment(folder / "venv")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [str(python), str(HERE / "serve.py"), str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def run(server: DatabaseServer, broker: Broker | None, enterprises: int = ENTERPRISES) -> list[Any]:
    """Measure both; returns figures and (name, ratio) pairs."""
    del broker
    facts = population.facts(POPULATION)
    named = facts["enterprises"].get_column("uscc").to_list()[:: max(POPULATION // enterprises, 1)][:enterprises]
    questions = [asked(facts, each, uscc) for each, uscc in zip(named, codes(len(named)), strict=True)]
    with (
        redirect_stderr(Nowhere()),
        tempfile.TemporaryDirectory() as name,
        world(server.fresh("registry"), server.fresh("eligibility"), Tokens()) as opened,
        openfisca(Path(name)) as their_port,
        served(eligibility_app(opened, opened.facts)) as our_port,
    ):
        ours = Caller(our_port, opened.tokens.headers("commerce-maker"))
        theirs = Caller(their_port, {})
        answers = [
            (ours("POST", "/v1/assessments", ask), theirs("POST", "/calculate", same)) for ask, same in questions
        ]
        granted = sum(each["result"] == "granted" for answer, _ in answers for each in answer["awards"])
        assert granted == sum(_paid(answer) for _, answer in answers) > 0
        seconds = interleaved(len(questions), _asking(ours, "/v1/assessments", [each for each, _ in questions]),
                              _asking(theirs, "/calculate", [each for _, each in questions]))  # fmt: skip
    return [
        Figure("five awards of one enterprise, with their explanation", 1, seconds[0]),
        Figure("the same amounts by OpenFisca's web API", 1, seconds[1]),
        ("an assessment of five awards against OpenFisca's web API, times as long (goal ≤ 1)", seconds[0] / seconds[1]),
        ("awards granted, the same by both", float(granted)),
    ]


def _asking(caller: Caller, path: str, bodies: list[dict[str, Any]]) -> Callable[[int], Any]:
    return lambda number: caller("POST", path, bodies[number])


def _paid(answer: dict[str, Any]) -> int:
    """Return how many awards OpenFisca's answer grants."""
    amounts = next(iter(answer["enterprises"].values()))
    return sum(amounts[award.replace("-", "_")][str(YEAR)] > 0 for award in AWARDS)
