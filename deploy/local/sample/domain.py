"""The rows of the sample, and the enterprises that they are about."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from stdnum.cn import uscc as uscc_standard

SEED = 20200102
SALES_YEARS = range(2018, 2025)
AWARD_YEARS = range(2020, 2025)
PLACES = ("city", "liandu", "development_zone")
ENTERPRISES = 2_000

Row = dict[str, object]


@dataclass
class Sample:
    """Rows by dataset, fields by name; money in fen, as the registry keeps it. `dice` makes the same throws every time."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311 - nothing secret is drawn

    def add(self, dataset: str, **row: object) -> None:
        """Add a row."""
        self.rows.setdefault(dataset, []).append(row)

    def yuan(self, least: int, most: int) -> int:
        """Return a random amount of whole yuan, in fen."""
        return self.dice.randint(least, most) * 100

    def day(self, first_year: int, last_year: int) -> date:
        """Return a random day of these years."""
        return date(self.dice.randint(first_year, last_year), self.dice.randint(1, 12), self.dice.randint(1, 28))


def code_of(number: int) -> str:
    """Return the unified social credit code of the sample's enterprise `number`, from 1."""
    stem = f"91331100MA2{number:06d}"
    return stem + str(uscc_standard.calc_check_digit(stem))


def codes_of(first: int, count: int) -> list[str]:
    """Return the codes of `count` enterprises from number `first` on."""
    return [code_of(number) for number in range(first, first + count)]
