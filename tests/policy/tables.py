"""Facts for tests from small tables: only the columns that matter, the rest filled with what is plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts, unit_of
from shared.catalogue.domain import Field, Kind

#: What a field holds where a table does not say; optional fields are unknown.
PLAIN: Mapping[str, Any] = {
    "id": "",
    "code": "",
    "text": "-",
    "flag": True,
    "day": date(2019, 1, 1),
    "year": 2020,
    "fen": 0,
    "usd_cents": 0,
    "count": 0,
    "days": 365,
    "months": 12,
    "square_metres": 0,
    "value": 0,
}
PLAIN_FIELDS: Mapping[str, Any] = {
    "enterprises.legal_form": "enterprise",
    "locations.jurisdiction": "liandu",
    "locations.since": date(2015, 1, 1),
    "monitoring_inclusions.included_on": date(2015, 1, 1),
    "recognised_platforms.since": date(2020, 1, 2),
    "recognised_platforms.name": "京东",
    "reference_rates.status": "verified",
}


def frame(dataset: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows of a dataset as a frame with the catalogue's columns."""
    said = CATALOGUE[dataset]
    for row in rows:
        unknown = set(row) - set(said.schema)
        if unknown:
            raise KeyError(f"{dataset} has no {sorted(unknown)}")
    filled = [[_exact(field, row.get(field.name, _plain(dataset, field))) for field in said.fields] for row in rows]
    return pl.DataFrame(filled, schema=said.schema, orient="row", infer_schema_length=None)


def _exact(field: Field, value: Any) -> Any:
    return Decimal(value) if field.kind is Kind.DECIMAL and value is not None else value


def _plain(dataset: str, field: Field) -> Any:
    if f"{dataset}.{field.name}" in PLAIN_FIELDS:
        return PLAIN_FIELDS[f"{dataset}.{field.name}"]
    return None if field.optional else PLAIN[unit_of(field)]


def facts(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> Facts:
    """Return facts from tables. Every enterprise named exists, and is in the urban area, unless a table says otherwise."""
    named: dict[str, None] = {}
    for dataset, rows in tables.items():
        for owner in CATALOGUE[dataset].owners:
            named |= {row[owner]: None for row in rows if owner in row}
    tables = dict(tables)
    for dataset in ("enterprises", "locations"):
        present = {row["uscc"] for row in tables.get(dataset, ())}
        own = [
            {"uscc": uscc, **({"name": uscc} if dataset == "enterprises" else {})}
            for uscc in named
            if uscc not in present
        ]
        tables[dataset] = [*tables.get(dataset, ()), *own]
    return Facts.of({dataset: frame(dataset, rows) for dataset, rows in tables.items()})
