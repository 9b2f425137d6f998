# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Lookups: what awards ask about a case beyond its own row (form, place, monitoring, platforms), and which rows they read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.grammar.arithmetic import first_day
from services.eligibility.rules.grammar.nodes import choice
from services.eligibility.rules.grammar.periods import covered, flagged, looked_up, positions_in_force, positions_of
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import Column
from services.eligibility.rules.grammar.years import laid_out
from services.eligibility.rules.text import NOTHING, Text

#: Where the value that a read looks for comes from, besides `dataset.column` of rows already read.
SUBJECT, PAYEE = "subject", "payee"


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of `dataset` whose `column` is among the values of `of`.

    `of` is `subject`, `payee`, or `dataset.column` of a read listed earlier. An empty `column` reads the whole
    dataset. `column` may join several with ":", as subjects do. `only` keeps rows with one of these values. With
    `before_colon` only the part of `column` before ":" is compared, so that a unit finds all its levels.
    """

    dataset: str
    column: str = ""
    of: str = SUBJECT
    only: tuple[str, tuple[str, ...]] | None = None
    before_colon: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are joined with ":" to the value looked for."""
        return tuple(self.column.split(":"))

    @property
    def origin(self) -> Read:
        """The column that the values come from, of a read of values of rows."""
        dataset, column = self.of.split(".")
        return Read(dataset, column)

    def by(self, column: str) -> Read:
        """Return the rows that this may read, looked for by another column."""
        return Read(self.dataset, column, only=self.only)

    def value(self) -> pl.Expr:
        """Return the value that a row of the dataset is looked for by."""
        columns = [pl.col(name) for name in self.columns]
        joined = columns[0] if len(columns) == 1 else pl.concat_str(columns, separator=":")
        return joined.str.split(":").list.first() if self.before_colon else joined

    def among(self, rows: pl.DataFrame) -> pl.LazyFrame:
        """Return the rows of the dataset that may be read."""
        return rows.lazy() if self.only is None else rows.lazy().filter(pl.col(self.only[0]).is_in(list(self.only[1])))


class Lookup(ABC):
    """Something that puts columns beside the cases, keeping their rows and order: an attachment or a measure."""

    #: The interpretations that it depends on.
    interpretations: tuple[str, ...] = ()
    #: What it is called, where an explanation names it.
    words: Text = NOTHING

    def lacking(self, row: Row) -> Sequence[str]:
        """Return the facts for want of which a case's figures are unknown, as far as the lookup names them itself."""
        return ()

    @abstractmethod
    def reads(self) -> tuple[Read, ...]:
        """Return the rows that are looked at."""

    def needs(self) -> tuple[Column, ...]:
        """Return the columns of the case that are looked up by."""
        return ()


def with_needed(columns: Iterable[Column]) -> Iterator[Column]:
    """Yield each column after those that its lookup needs."""
    for column in columns:
        if column.source is not None:
            yield from with_needed(column.source.needs())
        yield column


class Attachment(Lookup):
    """A lookup that finds its columns in facts as they are."""

    @abstractmethod
    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        """Return the cases with the columns added."""


@dataclass(frozen=True)
class PayeeEntry(Attachment):
    """The payee's legal form and name, as registered."""

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        enterprises = facts["enterprises"]
        positions = positions_of(cases, "payee", enterprises, "uscc")
        return looked_up(cases, positions, enterprises, **{"payee.legal_form": "legal_form", "payee.name": "name"})

    def reads(self) -> tuple[Read, ...]:
        return (Read("enterprises", "uscc", PAYEE),)


@dataclass(frozen=True)
class Location(Attachment):
    """Where an enterprise is on the day of the case."""

    of: Column

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        where = facts["locations"]
        positions = positions_in_force(cases, self.of.name, where, "uscc", since="since", until="until")
        return looked_up(cases, positions, where, **{f"{self.of.name}.jurisdiction": "jurisdiction"})

    def needs(self) -> tuple[Column, ...]:
        return (self.of,)

    def reads(self) -> tuple[Read, ...]:
        return (Read("locations", "uscc", self.of.name),)


@dataclass(frozen=True)
class Monitoring(Attachment):
    """Whether an enterprise is in provincial monitoring on one of the tracks (none: any).

    `on` is `day` (the day of the case), or of a yearly case a value of `monitored_on`.
    """

    of: Column
    tracks: tuple[str, ...]
    on: str

    @property
    def column(self) -> str:
        """The name of the column that is added."""
        return f"monitored.{'+'.join(self.tracks) or 'any'}.{self.of.name}.{self.on}"

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        inclusions = facts["monitoring_inclusions"]
        if self.tracks:
            inclusions = inclusions.filter(pl.col("track").is_in(list(self.tracks)))
        monitored = in_monitoring(cases, self.of.name, inclusions, self.on, context)
        return cases.with_columns(pl.when(pl.col("day").is_not_null()).then(monitored).alias(self.column))

    def needs(self) -> tuple[Column, ...]:
        return (self.of,)

    def reads(self) -> tuple[Read, ...]:
        return (Read("monitoring_inclusions", "uscc", self.of.name),)


def in_monitoring(
    cases: pl.DataFrame,
    enterprise: str,
    inclusions: pl.DataFrame,
    on: str,
    context: RuleContext,
    *,
    day: str = "day",
    year: str = "award_year",
) -> pl.Series:
    """Return for each case whether one of `inclusions` covers its enterprise.

    `on`: `day` or `year_end` on the case's `day`, `any_day` on some day of its `year` until then, `decision_day` on that of
    the first version's decision.
    """
    last = pl.lit(context.first_decided_on) if on == "decision_day" else pl.col(day)
    first = first_day(pl.col(year)) if on == "any_day" else last
    days = {"since": "included_on", "until": "removed_on"}
    return covered(cases, enterprise, inclusions, "uscc", **days, first=first, last=last)


@dataclass(frozen=True)
class Recognition(Attachment):
    """Whether a platform is on the list of recognised platforms on the day of the case."""

    of: Column

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        platforms = facts["recognised_platforms"]
        positions = positions_in_force(cases, self.of.name, platforms, "platform", since="since", until="until")
        return flagged(cases, positions, f"recognised.{self.of.name}")

    def needs(self) -> tuple[Column, ...]:
        return (self.of,)

    def reads(self) -> tuple[Read, ...]:
        return (Read("recognised_platforms", "platform", self.of.name),)


@dataclass(frozen=True)
class YearlyFigures(Attachment):
    """A yearly figure of the payee in the award year and the years before it; nothing on record is unknown."""

    figure: Column
    years: int

    def column(self, years_earlier: int) -> str:
        """Return the name of the column for a year before the award year."""
        return f"{self.figure.name}.{years_earlier}_years_earlier"

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        if cases.is_empty():
            return cases.with_columns(pl.lit(None, dtype=pl.Int64).alias(self.column(k)) for k in range(self.years))
        dataset, name = self.figure.name.split(".")
        years = cases.get_column("award_year").cast(pl.Int64)
        last = years.max()
        first = years.min()
        assert isinstance(first, int) and isinstance(last, int)
        all_years = range(first - self.years + 1, last + 1)
        places, by_year = laid_out(cases.get_column("payee"), facts[dataset], name, all_years)
        values, height = pl.concat(by_year), by_year[0].len()
        own = places.cast(pl.Int64) + (years - all_years.start) * height
        return cases.with_columns(values.gather(own - k * height).alias(self.column(k)) for k in range(self.years))

    def reads(self) -> tuple[Read, ...]:
        return (Read(self.figure.name.split(".")[0], "uscc", PAYEE),)


#: The enterprise that is paid.
PAYEE_USCC = Column("payee", "id", Text("受奖单位", "payee"))
#: The payee's legal form, name and place, as every award may ask for them.
PAYEE_ENTRY = PayeeEntry()
PAYEE_FORM = Column(
    "payee.legal_form",
    "code",
    Text("受奖单位组织形式", "legal form of the payee"),
    PAYEE_ENTRY,
    "enterprises.legal_form",
)


def located(of: Column) -> Column:
    """Return the jurisdiction of an enterprise on the case's day."""
    words = Text(f"{of.words.zh}所在地区", f"jurisdiction of the {of.words.en}")
    return Column(f"{of.name}.jurisdiction", "code", words, Location(of), "locations.jurisdiction", on_day=True)


PAYEE_JURISDICTION = located(PAYEE_USCC)
#: When an enterprise has to be in monitoring for a year's award, by `monitored_on`.
MONITORED_ON: dict[str, Text] = {
    "year_end": Text("奖补年度12月31日", "on 31 December of the award year"),
    "any_day": Text("奖补年度内任一日", "on a day of the award year"),
    "decision_day": Text("决定日", "on the decision day"),
}


def monitored(*tracks: str, of: Column = PAYEE_USCC) -> Column:
    """Return whether the enterprise is in provincial monitoring for the award year, on one of the tracks (none: any)."""
    return choice("monitored_on", {on: _monitored(of, tracks, on, words) for on, words in MONITORED_ON.items()})


def monitored_on_day(when: Text, of: Column = PAYEE_USCC) -> Column:
    """Return whether the enterprise is in provincial monitoring on the case's day, called `when`, on any track."""
    return _monitored(of, (), "day", when)


def _monitored(of: Column, tracks: tuple[str, ...], on: str, when: Text) -> Column:
    lookup = Monitoring(of, tracks, on)
    names = CATALOGUE["monitoring_inclusions"].field("track").choices
    zh = "或".join(names[track][0] for track in tracks) or "任一类别"
    en = " or ".join(names[track][1] for track in tracks) or "any track"
    words = Text(f"{when.zh}已纳入省电商统计监测（{zh}）", f"in provincial monitoring {when.en} ({en})")
    return Column(lookup.column, "flag", words, lookup, on_day=True)


def recognised(of: Column, when: Text) -> Column:
    """Return whether the platform is a recognised one on the case's day, called `when`."""
    words = Text(f"{when.zh}该平台为认定平台", f"the platform is a recognised one {when.en}")
    return Column(f"recognised.{of.name}", "flag", words, Recognition(of), on_day=True)


def yearly_figures(figure: Column, years: int) -> tuple[Column, ...]:
    """Return the payee's yearly figure in the award year and the years before it, a column for each of `years`."""
    lookup = YearlyFigures(figure, years)
    zh, en = figure.words
    return tuple(
        Column(
            lookup.column(k),
            figure.kind,
            Text(f"奖补年度之前第{k}年的{zh}", f"{en} of the year {k} before the award year")
            if k
            else Text(f"奖补年度{zh}", f"{en} of the award year"),
            lookup,
            figure.lacking,
            earlier=(k, figure.words),
        )
        for k in range(years)
    )
