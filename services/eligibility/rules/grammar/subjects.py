"""Subjects: what an award is about, and how facts become its cases (subject, award year, day, payee)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.rules.grammar.arithmetic import last_day
from services.eligibility.rules.grammar.lookups import PAYEE_USCC, SUBJECT, Read
from services.eligibility.rules.grammar.nodes import Node
from services.eligibility.rules.grammar.plans import Inputs
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column, Term, columns_in, fact
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import Text
from shared.i18n import N_

#: The columns that the cases of every award have.
CASE_SCHEMA = pl.Schema(
    {"subject": pl.String, "award_year": pl.Int32, "day": pl.Date, "payee": pl.String, "about_known": pl.Boolean}
)


#: What one award is given for, by what its subject is.
_PER = {
    "enterprise": N_("once for each enterprise, by {dataset}"),
    "one": N_("once for each one of {dataset}; an enterprise with several may get it for each"),
    "unit and level": N_("by {dataset}, event by event"),
    "enterprise in each year": N_("each year, for each enterprise, by {dataset}"),
    "one in each year": N_("each year, for each one of {dataset}; an enterprise with several may get it for each"),
}


class Table:
    """A dataset as rules name it: `Table("annual_sales").online_retail` is the fact `annual_sales.online_retail_fen`."""

    def __init__(self, dataset: str) -> None:
        self.dataset = dataset
        self.key = CATALOGUE[dataset].key

    def __getattr__(self, field_name: str) -> Column:
        try:
            return fact(self.dataset, field_name)
        except KeyError:
            # Rules name money fields without their unit.
            try:
                return fact(self.dataset, f"{field_name}_fen")
            except KeyError as error:
                raise AttributeError(str(error)) from None


@dataclass(frozen=True)
class About(Node):
    """Which cases an award has.

    `shape` is `rows_of_year` (each row of a yearly dataset), `rows_by_years` (each row, in every award year),
    `owners_by_years` (each enterprise named, in every award year) or `events` (each row, on its event's day).
    """

    shape: str
    dataset: str
    #: Columns of the dataset that make the subject, joined with ":".
    subject: tuple[str, ...]
    payee: Column
    once: bool
    #: Whether a year's case sums up events, so that each event's own day counts and not the year's last.
    sums_events: bool = False
    #: The yearly dataset joined to the rows, and the columns that join them.
    yearly: str = ""
    joined_on: str = ""
    #: The dataset that the yearly rows hang on.
    parent: str = ""
    event: Term | None = None
    #: Of several candidates with one subject in one year, the first in this order that qualifies.
    earliest_by: tuple[Term, ...] = ()
    #: Subjects of one unit have a rank within a year, by the order of these codes, and must meet `same_year`.
    unit: str = ""
    rank: tuple[Column, tuple[str, ...]] | None = field(default=None)
    same_year: Node | None = None

    @property
    def is_yearly(self) -> bool:
        """True where a case belongs to a calendar year, False where it is an event on a day."""
        return self.shape != "events"

    @property
    def subject_is_enterprise(self) -> bool:
        """Whether the subject is the payee's own code, so that any enterprise can be a case."""
        return len(self.subject) == 1 and self.subject[0] in CATALOGUE[self.dataset].owners

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the rows come from."""
        return tuple(name for name in (self.dataset, self.yearly, self.parent) if name)

    def cases(
        self, facts: Inputs, years: Sequence[int], context: RuleContext, columns: Sequence[Column]
    ) -> pl.LazyFrame:
        """Return the cases of these award years with `columns`; events of every year."""
        shape = {
            "rows_of_year": self._rows_of_year,
            "rows_by_years": self._rows_by_years,
            "owners_by_years": self._owners_by_years,
            "events": self._events,
        }[self.shape]
        rows = shape(facts, pl.Series("award_year", sorted(years), dtype=pl.Int32))
        event = last_day(pl.col("award_year")) if self.event is None else self.event.plan(context)
        rows = rows.with_columns(day=event)
        if self.event is not None:
            rows = rows.with_columns(award_year=pl.col("day").dt.year())
        names = {column.name for column in columns if column.source is None} - set(CASE_SCHEMA.names())
        return rows.select(
            self._subject(),
            "award_year",
            "day",
            self.payee.plan(context).alias("payee"),
            pl.lit(True).alias("about_known"),
            *sorted(names),
        )

    def _subject(self) -> pl.Expr:
        columns = [pl.col(f"{self.dataset}.{name}") for name in self.subject]
        return (columns[0] if len(columns) == 1 else pl.concat_str(columns, separator=":")).alias("subject")

    def _rows_of_year(self, facts: Inputs, years: pl.Series) -> pl.LazyFrame:
        rows = _named(facts, self.dataset)
        year = pl.col(f"{self.dataset}.year")
        rows = rows.filter(year.is_in(years.cast(pl.Int64).implode())).with_columns(award_year=year.cast(pl.Int32))
        return self._with_parent(rows, facts)

    def _with_parent(self, rows: pl.LazyFrame, facts: Inputs) -> pl.LazyFrame:
        if not self.parent:
            return rows
        left, right = f"{self.dataset}.{self.joined_on}", f"{self.parent}.{self.joined_on}"
        parents = _named(facts, self.parent)
        # Keep the parent's key beside the row's: terms may name either.
        return rows.join(parents.with_columns(pl.col(right).alias("of")), left_on=left, right_on="of", how="left")

    def _rows_by_years(self, facts: Inputs, years: pl.Series) -> pl.LazyFrame:
        rows = _named(facts, self.dataset).join(years.to_frame().lazy(), how="cross")
        if not self.yearly:
            return rows
        key, year = f"{self.yearly}.{self.joined_on}", f"{self.yearly}.year"
        figures = _named(facts, self.yearly).with_columns(of=pl.col(key), of_year=pl.col(year).cast(pl.Int32))
        left = [f"{self.dataset}.{self.joined_on}", "award_year"]
        return rows.join(figures, left_on=left, right_on=["of", "of_year"], how="left")

    def _owners_by_years(self, facts: Inputs, years: pl.Series) -> pl.LazyFrame:
        owner = f"{self.dataset}.{self.subject[0]}"
        owners = _named(facts, self.dataset).select(owner).unique()
        return owners.join(years.to_frame().lazy(), how="cross")

    def _events(self, facts: Inputs, years: pl.Series) -> pl.LazyFrame:
        del years
        return _named(facts, self.dataset)

    def reads(self) -> tuple[Read, ...]:
        """Return the rows of the subject itself, and of its unit where units compete."""
        first = self.parent or self.dataset
        found = [Read(first, self._key_of(first))]
        if self.parent:
            found.append(Read(self.dataset, self.joined_on))
        if self.yearly:
            found.append(Read(self.yearly, self.joined_on, f"{self.dataset}.{self.joined_on}"))
        if self.unit:
            found.append(Read(self.dataset, self.unit, f"{self.dataset}.{self.unit}"))
        return tuple(found)

    def _key_of(self, dataset: str) -> str:
        return self.joined_on if dataset == self.parent else ":".join(self.subject)

    def payee_origins(self) -> tuple[str, ...]:
        """Return where the payee may come from: `subject`, or `dataset.column`; with choices, under any of them."""
        names = (column.name for column in columns_in(self.payee))
        own = (SUBJECT,) if self.subject_is_enterprise else ()
        return (*own, *(name for name in names if name != PAYEE_USCC.name))

    def order(self) -> tuple[Term, ...]:
        """Return the terms by which candidates are compared, ties broken by the dataset's key."""
        keys = tuple(fact(self.dataset, name) for name in CATALOGUE[self.dataset].key)
        return (*self.earliest_by, *keys)

    def document(self) -> Any:
        """Return what the award is about, as canonical data."""
        return {
            "shape": self.shape,
            "dataset": self.dataset,
            "subject": ":".join(self.subject),
            "once": self.once,
            "sums_events": self.sums_events,
            "yearly": self.yearly,
            "parent": self.parent,
            "payee": self.payee.document(),
            "event": None if self.event is None else self.event.document(),
            "earliest_by": [term.document() for term in self.earliest_by],
            "unit": self.unit,
            "rank": None if self.rank is None else [self.rank[0].document(), list(self.rank[1])],
        }

    def rules(self, context: RuleContext) -> list[Text]:
        """Return how one of several cases of a subject is chosen, in words."""
        rules = []
        if self.rank is not None:
            level = self.rank[0].phrase(context)
            rules.append(said(N_("Given to a unit once for each {level}."), level=level))
        if self.earliest_by:
            order = Text.joined([term.phrase(context) for term in self.earliest_by], "，相同的再按", ", then ")
            rules.append(
                said(N_("Of several that qualify for one subject in a year, the first by {order}."), order=order)
            )
        return rules

    def phrase(self) -> Text:
        """Return what the award is about, in words."""
        dataset = CATALOGUE[self.parent or self.dataset]
        by_enterprise = self.subject_is_enterprise
        if self.once:
            each = "enterprise" if by_enterprise else "one" if self.rank is None else "unit and level"
        else:
            each = "enterprise in each year" if by_enterprise else "one in each year"
        return said(_PER[each], dataset=Text(dataset.zh, dataset.en))


def _named(facts: Inputs, dataset: str) -> pl.LazyFrame:
    return facts[dataset].select(pl.all().name.prefix(f"{dataset}."))


def each_year(table: Table, of: Table | None = None, *, once: bool = False) -> About:
    """Make each row of a yearly dataset a case; the payee is named by the row, or by what it hangs on.

    With `once` the award is given in the first of its years in which the conditions are met, and never again.
    """
    key = tuple(name for name in table.key if name != "year")
    owner = table if of is None else of
    return About(
        "rows_of_year",
        table.dataset,
        key,
        owner.uscc,
        once=once,
        parent="" if of is None else of.dataset,
        joined_on="" if of is None else of.key[0],
    )


def each_year_of(owner: Column, *, once: bool = False) -> About:
    """Make each enterprise that a dataset names a case in every award year; measures find what it did in that year."""
    dataset, column = owner.name.split(".")
    return About("owners_by_years", dataset, (column,), owner, once=once)


def events_of_year(owner: Column) -> About:
    """Make each enterprise that a dataset of events names a case in every year that has a day of validity.

    A measure sums up the events, each within validity and by the decision day: the year need not have ended.
    """
    return replace(each_year_of(owner), sums_events=True)


def once_per(table: Table, *, yearly: Table) -> About:
    """Make each row a case, given once: in the first award year whose figures meet the conditions."""
    return About(
        "rows_by_years",
        table.dataset,
        table.key,
        table.uscc,
        once=True,
        yearly=yearly.dataset,
        joined_on=table.key[0],
    )


def once_per_named(subject: Column, *, payee: Column, earliest_by: tuple[Term, ...]) -> About:
    """Make each value of a column a subject, given once: in the first award year in which one of its rows qualifies."""
    dataset, column = subject.name.split(".")
    return About("rows_by_years", dataset, (column,), payee, once=True, earliest_by=earliest_by)


def once_on(event: Term, table: Table, *, subject: tuple[str, ...] = (), earliest_by: tuple[Term, ...] = ()) -> About:
    """Make each event a case, given once per subject: of several in a year to the first in order that qualifies."""
    return About(
        "events", table.dataset, subject or table.key, table.uscc, once=True, event=event, earliest_by=earliest_by
    )


def once_per_unit_and_level(
    event: Column, table: Table, *, unit: Column, level: Column, highest_first: tuple[str, ...], same_year: Node
) -> About:
    """Make each title a case, given to a unit once per level; `same_year` says which levels of one year pay."""
    columns = (unit.name.split(".")[1], level.name.split(".")[1])
    return About(
        "events",
        table.dataset,
        columns,
        table.uscc,
        once=True,
        event=event,
        earliest_by=(event,),
        unit=columns[0],
        rank=(level, highest_first),
        same_year=same_year,
    )
