"""Judges the five awards by OpenFisca: `compute.py FOLDER` reads the population's Arrow files and writes `paid.arrow`.

OpenFisca takes one array per variable and year; that its frames become such arrays is its user's work. Its users, and its
survey manager, do this with pandas; it is also done with Polars, which is the fastest way that we know and not theirs.
Prints JSON: the seconds from frames in memory to all amounts either way, the second of two runs, and those of the calculation.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
from openfisca_core.simulations import SimulationBuilder
from system import Jurisdiction, LegalForm, system

YEARS = range(2020, 2025)
INPUT_YEARS = range(2017, 2025)
AWARDS = ("retail_scale", "platform_scale", "courier_rent", "crossborder_postage", "sustained_growth")
INPUTS = {
    "annual_sales": {"online_retail": "online_retail_fen", "turnover": "platform_turnover_fen"},
    "statistics_sales": {"statistics_retail": "online_retail_fen"},
    "courier_years": {"parcels": "parcels", "rent": "rent_fen"},
    "cross_border_years": {"sales_usd": "sales_usd_cents", "sales_cny": "sales_cny_fen", "postage": "postage_fen"},
}
COUNTS = ("parcels",)
UNKNOWN = -1.0
NEVER = np.datetime64("9999-01-01", "D")


def by_pandas(facts: dict[str, pd.DataFrame]) -> dict[tuple[str, str], Any]:
    """Return one array per variable and period, an enterprise a place: each year's rows merged with all enterprises."""
    everyone = facts["enterprises"][["uscc", "legal_form"]]
    tracks = facts["monitoring_inclusions"]
    known = everyone.merge(facts["locations"][["uscc", "jurisdiction"]], on="uscc", how="left")
    for track in ("retail", "platform"):
        included = tracks.loc[tracks["track"] == track, ["uscc", "included_on"]]
        known = known.merge(included.rename(columns={"included_on": track}), on="uscc", how="left")
    found = {}
    for name, names in (("legal_form", LegalForm), ("jurisdiction", Jurisdiction)):
        places = {member.name: place for place, member in enumerate(names)}
        found[name, "eternity"] = names.encode(known[name].map(places).fillna(0).to_numpy("int16"))
    for track in ("retail", "platform"):
        days = known[track].to_numpy().astype("datetime64[D]")
        found[f"{track}_included_on", "eternity"] = np.where(np.isnat(days), NEVER, days)
    for dataset, variables in INPUTS.items():
        for year, of_year in facts[dataset].groupby("year"):
            rows = everyone[["uscc"]].merge(of_year, on="uscc", how="left")
            for name, column in variables.items():
                if name in COUNTS:
                    found[name, str(year)] = rows[column].fillna(0).to_numpy("int32")
                else:
                    found[name, str(year)] = (rows[column] / 100).fillna(UNKNOWN).to_numpy("float32")
    return found


def by_polars(facts: dict[str, pl.DataFrame]) -> dict[tuple[str, str], Any]:
    """Return the same arrays: each dataset joined once, its figures put into their places."""
    everyone = facts["enterprises"].select("uscc", "legal_form")
    tracks = facts["monitoring_inclusions"]
    known = everyone.join(
        facts["locations"].select("uscc", "jurisdiction"), on="uscc", how="left", maintain_order="left"
    )
    for track in ("retail", "platform"):
        included = tracks.filter(pl.col("track") == track).select("uscc", pl.col("included_on").alias(track))
        known = known.join(included, on="uscc", how="left", maintain_order="left")
    found = {
        ("legal_form", "eternity"): codes(known["legal_form"], LegalForm),
        ("jurisdiction", "eternity"): codes(known["jurisdiction"], Jurisdiction),
    }
    for track in ("retail", "platform"):
        days = known[track].to_numpy().astype("datetime64[D]")
        found[f"{track}_included_on", "eternity"] = np.where(np.isnat(days), NEVER, days)
    place = everyone.select("uscc", place=pl.int_range(pl.len(), dtype=pl.UInt32))
    for dataset, variables in INPUTS.items():
        rows = facts[dataset].join(place, on="uscc")
        for (year,), of_year in rows.partition_by("year", as_dict=True).items():
            places = of_year["place"].to_numpy()
            for name, column in variables.items():
                given = of_year[column]
                if name not in COUNTS:
                    given = (given / 100).fill_null(UNKNOWN)
                array = np.full(
                    everyone.height, 0 if name in COUNTS else UNKNOWN, "int32" if name in COUNTS else "float32"
                )
                array[places] = given.to_numpy()
                found[name, str(year)] = array
    return found


def codes(values: pl.Series, names: Any) -> Any:
    """Return the places of `values` among the members of an OpenFisca Enum; what is unknown is at the first."""
    members = [member.name for member in names]
    places = values.replace_strict(members, range(len(members)), default=0, return_dtype=pl.UInt8)
    return names.encode(places.to_numpy().astype("int16"))


def calculated(rules: Any, count: int, given: dict[tuple[str, str], Any]) -> dict[tuple[str, int], Any]:
    """Return each award's yuan by year."""
    simulation = SimulationBuilder().build_default_simulation(rules, count)
    simulation.max_spiral_loops = len(INPUT_YEARS)  # a year may ask for the year before, and so on
    for (name, period), array in given.items():
        simulation.set_input(name, period, array)
    return {(award, year): simulation.calculate(award, str(year)) for award in AWARDS for year in YEARS}


def timed(
    rules: Any, count: int, arrange: Any, facts: dict[str, Any]
) -> tuple[dict[tuple[str, int], Any], float, float]:
    """Judge twice; returns the awards, the second run's seconds and those of its calculation alone."""
    for _ in range(2):
        started = time.perf_counter()
        given = arrange(facts)
        arranged = time.perf_counter()
        paid = calculated(rules, count, given)
        ended = time.perf_counter()
    return paid, ended - started, ended - arranged


def main(folder: Path) -> None:
    """Judge either way, write what is paid and print the seconds."""
    datasets = ("enterprises", "locations", "monitoring_inclusions", *INPUTS)
    facts = {name: pl.read_ipc(folder / f"{name}.arrow") for name in datasets}
    rules, count = system(), facts["enterprises"].height
    by_users, seconds, calculation = timed(rules, count, by_pandas, {name: facts[name].to_pandas() for name in facts})
    paid, seconds_by_polars, calculation_by_polars = timed(rules, count, by_polars, facts)
    assert all((by_users[key] == paid[key]).all() for key in paid)
    rows = [
        pl.DataFrame({"subject": facts["enterprises"]["uscc"], "yuan": yuan})
        .filter(pl.col("yuan") > 0)
        .select(
            award=pl.lit(award.replace("_", "-")), subject="subject", award_year=pl.lit(year, pl.Int32), yuan="yuan"
        )
        for (award, year), yuan in paid.items()
    ]
    pl.concat(rows).write_ipc(folder / "paid.arrow")
    calculation = min(calculation, calculation_by_polars)
    print(json.dumps({"pandas": seconds, "polars": seconds_by_polars, "calculation": calculation}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
