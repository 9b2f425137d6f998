"""`explain`: one subject's outcome with every condition, figure and step.

The case is built by the same plan as all others; then each condition is judged again on that one row in plain
Python, from the same definition. Tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.closure import PAIRS, closure
from services.eligibility.engine.evaluate import flags_of, missing_of, years_judged
from services.eligibility.engine.explanation import AppliedReading, Explanation, Parts
from services.eligibility.engine.increments import GIVEN_BEFORE
from services.eligibility.engine.judging import Judged, judge_all
from services.eligibility.engine.outcomes import GRANTED, REFUSED, UNDETERMINED
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.amounts import STEP_NAMES, Step
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import SUPPLEMENTARY, condition_on_integrity
from services.eligibility.rules.grammar.conditions import Condition, Words
from services.eligibility.rules.grammar.judgement import Figure, Judgement, all_of
from services.eligibility.rules.grammar.measures import Measure
from services.eligibility.rules.grammar.plans import collect
from services.eligibility.rules.grammar.rule_context import RuleContext

SUPPLEMENT = "Suppl."


class NoCaseError(LookupError):
    """The subject has events, and none in the year asked about."""


def explain(
    facts: Facts,
    book: Policy,
    readings: Interpretations,
    award: str,
    subject: str,
    award_year: int | None,
    decided_on: date,
    first_decided_on: date | None = None,
) -> Explanation:
    """Explain one outcome, whether facts tell of the subject or not.

    `award_year` is None for an event whose day, and with it the year, is unknown. `first_decided_on` is as for
    `evaluate`. Raises `KeyError` for an award
    that the book does not have, and `NoCaseError` for a year in which the subject's event did not fall.
    """
    found = book.award(award)
    setting = book.setting(readings, decided_on, first_decided_on)
    facts = closure(facts, book, pl.DataFrame([(award, subject)], schema=PAIRS, orient="row"))
    asked = [] if award_year is None else [award_year]
    years = years_judged(found, book, asked)
    also = pl.Series("subject", [subject], dtype=pl.String) if asked else None
    judged = judge_all(found, facts, setting, years, keep_refused=True, also=also)
    one = replace(judged, cases=_only(judged.cases, subject, award_year))
    return _explained(found, one, setting, book)


def explain_enterprise(
    facts: Facts,
    book: Policy,
    readings: Interpretations,
    uscc: str,
    award_years: Sequence[int],
    decided_on: date,
    awards: Collection[str],
) -> list[Explanation]:
    """Explain those of `awards` that are about one enterprise or paid to it, by award, subject and year, each judged once."""
    setting = book.setting(readings, decided_on, None)
    itself = facts["enterprises"].filter(pl.col("uscc") == uscc).get_column("uscc")
    year, told = pl.col("award_year"), []
    asked = year.is_in(list(award_years)) | year.is_null(), (pl.col("payee") == uscc) | (pl.col("subject") == uscc)
    for award in map(book.award, sorted(awards)):
        also = itself if award.about.subject_is_enterprise else None
        if also is None and facts[award.about.dataset].is_empty():
            continue  # no row is about it, so it has no case
        years = years_judged(award, book, award_years)
        judged = judge_all(award, facts, setting, years, keep_refused=True, also=also)
        mine = collect(judged.cases.lazy().filter(asked).sort("subject", "award_year", nulls_last=True), judged.cases)
        told += [_explained(award, replace(judged, cases=case), setting, book) for case in mine.iter_slices(1)]
    return told


def _explained(found: Award, judged: Judged, setting: RuleContext, book: Policy) -> Explanation:
    """Explain the one case of `judged`."""
    cases = judged.cases
    row = cases.row(0, named=True)
    conditions = tuple(_judged(found, condition, row, setting, book) for _, condition in judged.conditions)
    steps, result = _concluded(found, row, setting, conditions)
    # A refusal names nothing missing and carries no marks.
    missing, flags = (), ()
    if row["verdict"] != REFUSED:
        lists = cases.select(missing=missing_of(found, judged, setting), flags=flags_of(judged, setting))
        missing, flags = lists.row(0)
    parts = [
        Parts(lookup.name, lookup.words, _rows(judged.parts[lookup.name], row["case"]))
        for lookup in judged.lookups
        if isinstance(lookup, Measure)
    ]
    return Explanation(
        policy=book.code,
        award=found.code,
        title=book.award_titles[found.code],
        article=found.article.cited,
        subject=row["subject"],
        award_year=row["award_year"],
        decided_on=setting.decided_on,
        payee_uscc=row["payee"],
        payee_name=row["payee.name"],
        jurisdiction=row[found.place.column(setting).name],
        result=result,
        kind=found.kind,
        entitlement_fen=steps[-1].figure.value if steps and result == GRANTED else 0,
        conditions=conditions,
        steps=steps,
        parts=tuple(parts),
        readings=_applied(found, judged, setting, book),
        missing=tuple(missing),
        flags=tuple(flags),
        engine_version=ENGINE_VERSION,
    )


def _rows(parts: pl.LazyFrame, case: int) -> tuple[Mapping[str, Any], ...]:
    """What a figure of one case was made of, in a fixed order."""
    own = collect(parts.filter(pl.col("case") == case).drop("case").sort(pl.all(), nulls_last=True))
    return tuple(own.iter_rows(named=True))


def _only(cases: pl.DataFrame, subject: str, award_year: int | None) -> pl.DataFrame:
    """The one case of the subject and year, or its event without a day, which may belong to any year."""
    own = cases.filter(pl.col("subject") == subject)
    year = pl.col("award_year")
    asked = own.filter(year == award_year) if award_year is not None else own.clear()
    found = asked if asked.height else own.filter(year.is_null())
    if found.is_empty():
        raise NoCaseError(f"{subject} has no case in {award_year}")
    return found.head(1)


def _judged(
    award: Award, condition: Condition, row: Mapping[str, Any], setting: RuleContext, book: Policy
) -> Judgement:
    article = SUPPLEMENT if condition.name in SUPPLEMENTARY else award.article.cited
    return condition.judge(row, setting, Words(article, book.condition_words))


def _concluded(
    award: Award, row: Mapping[str, Any], setting: RuleContext, conditions: tuple[Judgement, ...]
) -> tuple[tuple[Step, ...], str]:
    """The amount's working and the result; a zero amount is not issued, an unknown one is undetermined."""
    met = all_of([condition.met for condition in conditions])
    result = GRANTED if met else UNDETERMINED if met is None else REFUSED
    if award.amount is None:
        return (), result
    amount = award.amount.chosen(setting)
    before = row.get(GIVEN_BEFORE) or 0
    if before and award.in_later_years is not None:
        amount = award.in_later_years.later.chosen(setting)
    steps = amount.steps(row, setting)
    value = amount.value(row, setting)
    if before and value is not None:
        value = max(0, value - before)
        steps.append(Step("given_before", STEP_NAMES["given_before"], Figure(before, "fen")))
    steps.append(Step("result", STEP_NAMES["result"], Figure(value, "fen")))
    if met and value is None:
        result = UNDETERMINED
    elif met and value == 0:
        result = REFUSED
    return tuple(steps), result


def _applied(award: Award, judged: Judged, setting: RuleContext, book: Policy) -> tuple[AppliedReading, ...]:
    """Every reading that bore on the case, each once."""
    names = [name for _, condition in judged.conditions for name in condition.reading_names(setting)]
    names += [] if award.amount is None else award.amount.reading_names(setting)
    names += [name for lookup in judged.lookups if isinstance(lookup, Measure) for name in lookup.readings]
    names += list(award.about.payee.reading_names(setting))
    names += [] if award.in_later_years is None else [award.in_later_years.reading]
    names += [condition_on_integrity().reading]
    applied = []
    for name in dict.fromkeys(names):
        reading = book.readings[name]
        value = setting.reading(name)
        applied.append(AppliedReading(name, value, reading.words, reading.values[value]))
    return tuple(applied)
