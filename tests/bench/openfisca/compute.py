"""Judges the five awards by OpenFisca: `compute.py FOLDER` reads the population's Arrow files and writes `paid.arrow`.

Prints JSON: the seconds from frames in memory to all amounts, the second of two runs, and those of the calculation alone.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from openfisca_core.simulations import SimulationBuilder
from system import Jurisdiction, LegalForm, system

YEARS = range(2020, 2025)
INPUT_YEARS = range(2017, 2025)
AWARDS = ("retail_scale", "platform_scale", "courier_rent", "crossborder_postage", "sustained_growth")
INPUTS = {
    "annual_sales": {"online_retail": "online_retail_fen", "turnover": "platform_turnover_fen"},
    "statistics_sales": {"statistics_retail": "online_retail_fen"},
    "courier_years": {"parcels": "parcels", "operating_days": "operating_days", "rent": "rent_fen"},
    "cross_border_years": {"sales_usd": "sales_usd_cents", "sales_cny": "sales_cny_fen", "postage": "postage_fen"},
}
COUNTS = ("parcels", "operating_days")
UNKNOWN = -1.0


def inputs(facts: dict[str, pl.DataFrame]) -> dict[tuple[str, str], Any]:
    """Return one array per variable and period, an enterprise a place: what OpenFisca wants."""
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
        dates = known[track].fill_null(pl.date(9999, 1, 1)).to_numpy().astype("datetime64[D]")
        found[f"{track}_included_on", "eternity"] = dates
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


def main(folder: Path) -> None:
    """Judge twice; write what is paid and print the second run's seconds."""
    datasets = ("enterprises", "locations", "monitoring_inclusions", *INPUTS)
    facts = {name: pl.read_ipc(folder / f"{name}.arrow") for name in datasets}
    rules = system()
    for _ in range(2):
        started = time.perf_counter()
        given = inputs(facts)
        arranged = time.perf_counter()
        paid = calculated(rules, facts["enterprises"].height, given)
        ended = time.perf_counter()
    rows = [
        pl.DataFrame({"subject": facts["enterprises"]["uscc"], "yuan": yuan})
        .filter(pl.col("yuan") > 0)
        .select(
            award=pl.lit(award.replace("_", "-")), subject="subject", award_year=pl.lit(year, pl.Int32), yuan="yuan"
        )
        for (award, year), yuan in paid.items()
    ]
    pl.concat(rows).write_ipc(folder / "paid.arrow")
    print(json.dumps({"seconds": ended - started, "calculation": ended - arranged}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
