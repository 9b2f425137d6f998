# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Measures: named figures that are more than a comparison of facts, from typed frames to a typed frame.

A measure is a function of (cases, facts, context). `cases` has a number `case` and the columns that the measure needs; it
returns one row of figures per case that has any, and the parts that the figures were made of, computed only for an explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from services.eligibility.rules.grammar.lookups import Lookup, Read
from services.eligibility.rules.grammar.plans import Inputs
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import Column
from services.eligibility.rules.parameters import NUMBERS
from services.eligibility.rules.text import NOTHING, Text

#: Suffixes of the two lists that a measure may give beside its figures.
MISSING, FLAGS = "missing", "flags"


@dataclass(frozen=True)
class Measured:
    """`figures`: one row per `case`, with the measure's columns and optionally lists `missing` and `flags`.

    `parts`: any number of rows per `case` for an explanation; bulk runs never build them.
    """

    figures: pl.LazyFrame
    parts: pl.LazyFrame


#: What a measure's figures never exceed: sums of many facts, in 128 bits.
SUMMED = 2**100

#: A column of the parts: the fact that it shows, or the words of one that is worked out.
PartColumn = Column | Text
#: Of each column the kind, its name, and of a count what is counted.
Columns = Mapping[str, tuple[str, Text] | tuple[str, Text, Text]]
Function = Callable[[pl.LazyFrame, Inputs, RuleContext], Measured]


@dataclass(frozen=True, eq=False)
class Measure(Lookup):
    """A named measure with its columns, what it reads, and the interpretations that it depends on."""

    name: str
    function: Function
    columns: Columns
    #: How the figures are worked out, in words.
    rule: Text
    parts: Mapping[str, PartColumn]
    needed: tuple[Column, ...]
    read: tuple[Read, ...]
    interpretations: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    words: Text = NOTHING
    #: True where a granted case also names what was left out.
    names_left_out: bool = False

    def __getattr__(self, column: str) -> Column:
        columns = self.__dict__.get("columns", {})
        if column not in columns:
            raise AttributeError(column)
        kind, words, *counted = columns[column]
        return Column(
            f"{self.name}.{column}", kind, words, self, largest=SUMMED, counted=counted[0] if counted else NOTHING
        )

    def beside(self, cases: pl.LazyFrame, figures: pl.LazyFrame, facts: Inputs) -> pl.LazyFrame:
        """Return the cases with the measure's columns, null for a case without figures."""
        figures = facts.settled(figures)
        listed = [name for name in (MISSING, FLAGS) if name in figures.collect_schema()]
        named = figures.select("case", pl.col(*self.columns, *listed).name.prefix(f"{self.name}."))
        return facts.beside(cases, named, "case")

    def needs(self) -> tuple[Column, ...]:
        """Return the columns of the case that the function reads."""
        return self.needed

    def lacking(self, row: Row) -> Sequence[str]:
        """Return what the function named as missing, else the columns that it needs and the case lacks."""
        needed = [column.lacking for column in self.needed if column.lacking and row.get(column.name) is None]
        return row.get(f"{self.name}.{MISSING}") or needed

    def reads(self) -> tuple[Read, ...]:
        """Return the rows that the function reads."""
        return self.read


def numbers_of(measure: Measure, context: RuleContext) -> list[Text]:
    """Return the policy's numbers that a measure works with, by name; not lists of codes, nor what every award shares."""
    parameters = (context.parameters[name] for name in measure.parameters)
    return [each.phrase() for each in parameters if each.article and each.unit in NUMBERS]


def measure(
    name: str,
    columns: Columns,
    *,
    words: Text,
    rule: Text,
    parts: Mapping[str, PartColumn],
    needs: tuple[Column, ...] = (),
    reads: tuple[Read, ...] = (),
    interpretations: tuple[str, ...] = (),
    parameters: tuple[str, ...] = (),
    names_left_out: bool = False,
) -> Callable[[Function], Measure]:
    """Return a decorator that declares a function as a measure."""

    def declared(function: Function) -> Measure:
        return Measure(
            name, function, columns, rule, parts, needs, reads, interpretations, parameters, words, names_left_out
        )

    return declared
