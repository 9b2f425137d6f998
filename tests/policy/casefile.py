"""Case files: facts as small tables, what is expected per year; read so that a lawyer can check them.

A file has `award`, `given` (tables that every case starts from), optional `decided_on`, and `cases`. A case has a
`name` and what differs: `with` (fields of the first row of a dataset, or of `dataset 2`), `also` (further rows),
`without` (datasets emptied), `readings`, `decided_on`. `expect` maps the award year to yuan, `in kind`, `refused`,
`undetermined`, `{refused: condition}` (that condition fails and no other), `{refused: {condition: short by}}`, or
`{undetermined: facts missing}`. With several subjects, `expect` maps each subject to such a mapping.
A column `x_yuan` holds yuan for `x_fen`; a row with `C{1..51}` in it stands for 51 rows. Every enterprise named is an
enterprise in Liandu unless a table says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("cases")
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
DECIDED_ON = date(2025, 6, 1)


@dataclass(frozen=True)
class PolicyCase:
    """One case of one file."""

    award: str
    name: str
    tables: Mapping[str, list[dict[str, Any]]]
    interpretations: Mapping[str, str]
    decided_on: date
    expect: Mapping[str | None, Mapping[int | None, Any]]


def case_files() -> list[Path]:
    """Return every case file, by name."""
    return sorted(FOLDER.glob("*.yaml"))


def read_cases(path: Path) -> Iterator[PolicyCase]:
    """Yield the cases of a file."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    for said in document["cases"]:
        unknown = set(said) - {"name", "with", "also", "without", "readings", "decided_on", "expect"}
        if unknown:
            raise ValueError(f"{path.name}: {said['name']}: unknown {sorted(unknown)}")
        tables = deepcopy(document["given"])
        for dataset in said.get("without", ()):
            tables[dataset] = []
        for place, fields in said.get("with", {}).items():
            dataset, _, number = place.partition(" ")
            tables.setdefault(dataset, [{}])[int(number or 1) - 1].update(fields)
        for dataset, rows in said.get("also", {}).items():
            tables[dataset] = [*tables.get(dataset, ()), *rows]
        yield PolicyCase(
            award=document["award"],
            name=said["name"],
            tables={dataset: [_in_fen(one) for row in rows for one in _each(row)] for dataset, rows in tables.items()},
            interpretations=said.get("readings", {}),
            decided_on=said.get("decided_on", document.get("decided_on", DECIDED_ON)),
            expect=_by_subject(said["expect"]),
        )


def fen(yuan: int | str) -> int:
    """Return yuan, whole or as text with decimals, in fen."""
    exact = Decimal(str(yuan)) * 100
    if exact != int(exact):
        raise ValueError(f"{yuan} yuan is not whole fen")
    return int(exact)


def _each(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the rows that a row with `{first..last}` stands for; itself where there is none."""
    found = [match for value in row.values() if isinstance(value, str) for match in [_RANGE.search(value)] if match]
    if not found:
        yield row
        return
    for number in range(int(found[0][1]), int(found[0][2]) + 1):
        yield {name: _RANGE.sub(str(number), v) if isinstance(v, str) else v for name, v in row.items()}


def _in_fen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        (f"{name.removesuffix('_yuan')}_fen" if name.endswith("_yuan") else name): (
            fen(value) if name.endswith("_yuan") and value is not None else value
        )
        for name, value in row.items()
    }


def _by_subject(expect: Mapping[Any, Any]) -> Mapping[str | None, Mapping[int | None, Any]]:
    if all(key is None or isinstance(key, int) for key in expect):
        return {None: expect}
    return expect
