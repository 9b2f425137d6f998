# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Lookups: what awards ask about a case beyond its own row, each in a word: form, place, monitoring, platforms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.policy.text import Text

from .periods import flagged, looked_up, positions_in_force
from .reads import PAYEE, Read
from .setting import Setting
from .terms import Column


class Lookup(ABC):
    """Something that puts columns beside the cases, keeping their rows and order."""

    @abstractmethod
    def attach(self, cases: pl.DataFrame, facts: Facts, setting: Setting) -> pl.DataFrame:
        """The cases with the columns added."""

    @abstractmethod
    def reads(self) -> tuple[Read, ...]:
        """The rows that are looked at."""

    def needs(self) -> tuple[Column, ...]:
        """Columns of the case that are looked up by."""
        return ()


@dataclass(frozen=True)
class LegalForm(Lookup):
    """The payee's legal form."""

    def attach(self, cases: pl.DataFrame, facts: Facts, setting: Setting) -> pl.DataFrame:
        enterprises = facts["enterprises"].lazy().select(payee="uscc", **{"payee.legal_form": "legal_form"})
        # A key of enterprises is unique, so a left join keeps one row per case.
        return cases.lazy().join(enterprises, on="payee", how="left", maintain_order="left").collect()

    def reads(self) -> tuple[Read, ...]:
        return (Read("enterprises", "uscc", PAYEE),)


@dataclass(frozen=True)
class PayeePlace(Lookup):
    """Where the payee is on the day of the case."""

    def attach(self, cases: pl.DataFrame, facts: Facts, setting: Setting) -> pl.DataFrame:
        where = facts["locations"]
        positions = positions_in_force(cases, "payee", where, "uscc", since="since", until="until")
        return looked_up(cases, positions, where.get_column("jurisdiction"), "payee.jurisdiction")

    def reads(self) -> tuple[Read, ...]:
        return (Read("locations", "uscc", PAYEE),)


@dataclass(frozen=True)
class Monitoring(Lookup):
    """Whether an enterprise is in provincial monitoring on the day of the case, on one of the tracks (none: any)."""

    of: Column
    tracks: tuple[str, ...]

    @property
    def column(self) -> str:
        """The name of the column added."""
        return f"monitored.{'+'.join(self.tracks) or 'any'}.{self.of.name}"

    def attach(self, cases: pl.DataFrame, facts: Facts, setting: Setting) -> pl.DataFrame:
        inclusions = facts["monitoring_inclusions"]
        if self.tracks:
            inclusions = inclusions.filter(pl.col("track").is_in(list(self.tracks)))
        positions = positions_in_force(cases, self.of.name, inclusions, "uscc", since="included_on", until="removed_on")
        return flagged(cases, positions, self.column)

    def needs(self) -> tuple[Column, ...]:
        return (self.of,)

    def reads(self) -> tuple[Read, ...]:
        return (Read("monitoring_inclusions", "uscc", self.of.name),)


@dataclass(frozen=True)
class Recognition(Lookup):
    """Whether a platform is on the list of recognised platforms on the day of the case."""

    of: Column

    def attach(self, cases: pl.DataFrame, facts: Facts, setting: Setting) -> pl.DataFrame:
        platforms = facts["recognised_platforms"]
        positions = positions_in_force(cases, self.of.name, platforms, "platform", since="since", until="until")
        return flagged(cases, positions, f"recognised.{self.of.name}")

    def needs(self) -> tuple[Column, ...]:
        return (self.of,)

    def reads(self) -> tuple[Read, ...]:
        return (Read("recognised_platforms", "platform", self.of.name),)


@dataclass(frozen=True)
class YearsEarlier(Lookup):
    """A yearly figure of the payee, some years before the award year; nothing on record is unknown."""

    figure: Column
    years: int

    @property
    def column(self) -> str:
        """The name of the column added."""
        return f"{self.figure.name}.{self.years}_years_earlier"

    def attach(self, cases: pl.DataFrame, facts: Facts, setting: Setting) -> pl.DataFrame:
        dataset, name = self.figure.name.split(".")
        figures = facts[dataset].lazy().select("year", payee="uscc", figure=name)
        numbered = cases.lazy().select("payee", "award_year").with_row_index("case")
        # Year by year: five joins on one key are far cheaper than one on two.
        by_year = [
            numbered.filter(pl.col("award_year") == year)
            .join(figures.filter(pl.col("year") == year - self.years), on="payee", how="inner")
            .select("case", "figure")
            for year in cases.get_column("award_year").unique().drop_nulls()
        ]
        column = pl.repeat(None, cases.height, dtype=pl.Int64, eager=True)
        for found in pl.collect_all(by_year):
            column = column.scatter(found.get_column("case"), found.get_column("figure"))
        return cases.with_columns(column.alias(self.column))

    def reads(self) -> tuple[Read, ...]:
        return (Read(self.figure.name.split(".")[0], "uscc", PAYEE),)


#: The enterprise that is paid.
PAYEE_USCC = Column("payee", "id", Text("受奖单位", "payee"))
#: The payee's legal form and place, as every award may ask for them.
PAYEE_FORM = Column(
    "payee.legal_form",
    "code",
    Text("受奖单位组织形式", "legal form of the payee"),
    LegalForm(),
    "enterprises.legal_form",
)
PAYEE_JURISDICTION = Column(
    "payee.jurisdiction",
    "code",
    Text("受奖单位所在地区", "jurisdiction of the payee"),
    PayeePlace(),
    "locations.jurisdiction",
    on_day=True,
)


def monitored(*tracks: str, of: Column = PAYEE_USCC) -> Column:
    """Whether the enterprise is in provincial monitoring on the case's day, on one of the tracks (none: any)."""
    lookup = Monitoring(of, tracks)
    zh = "、".join(tracks) or "任一类别"
    words = Text(f"已纳入省电商统计监测（{zh}）", f"in provincial monitoring ({' or '.join(tracks) or 'any track'})")
    return Column(lookup.column, "flag", words, lookup, on_day=True)


def recognised(of: Column) -> Column:
    """Whether the platform is a recognised one on the case's day."""
    words = Text("该平台当日为认定平台", "the platform is a recognised one on that day")
    return Column(f"recognised.{of.name}", "flag", words, Recognition(of), on_day=True)


def years_earlier(figure: Column, years: int) -> Column:
    """The payee's yearly figure so many years before the award year."""
    lookup = YearsEarlier(figure, years)
    zh, en = (figure.words.zh, figure.words.en)
    words = Text(f"Y−{years}年{zh}", f"{en} of Y−{years}") if years else Text(f"Y年{zh}", f"{en} of Y")
    return Column(lookup.column, figure.kind, words, lookup, figure.lacking)
