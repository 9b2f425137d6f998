"""`evaluate`: outcomes of awards over all their subjects."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from services.eligibility.engine.closure import closure
from services.eligibility.engine.judging import Judged, judge_all
from services.eligibility.engine.outcomes import (
    GRANTED,
    INSTALMENT,
    OUTCOME_SCHEMA,
    REFUSED,
    RESULTS,
    SORTED_BY,
    UNDETERMINED,
)
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.measures import FLAGS, MISSING, Measure
from services.eligibility.rules.grammar.rule_context import RuleContext

#: The outcomes that are kept: what was granted, and what stays open.
KEPT = (GRANTED, UNDETERMINED)


def evaluate(
    facts: Facts,
    book: Policy,
    readings: Interpretations,
    award_years: Sequence[int],
    decided_on: date,
    awards: Sequence[str] | None = None,
    *,
    results: Collection[str] = RESULTS,
    everyone: bool = False,
    subjects: pl.DataFrame | None = None,
    first_decided_on: date | None = None,
) -> pl.DataFrame:
    """Outcomes with `OUTCOME_SCHEMA`, sorted by award, subject and award year.

    Awards given once are judged over all years of the policy, whatever `award_years`; it filters what is returned.
    A case whose event has no known day has no award year and is returned for every `award_years`.
    `results` limits what comes back: without `refused`, failed cases are dropped early and never held in memory.
    Cases come from rows about the award. With `everyone`, every enterprise gets an outcome of awards about
    enterprises for each award year, also where no row is about it (`about_known` is false then).
    `subjects` (columns award, subject) limits the work to these, with the same outcomes as for all.
    `first_decided_on` is the decision day of the version that these restate, if there is one.
    Raises `KeyError` for an award that the book does not have.
    """
    setting = book.setting(readings, decided_on, first_decided_on)
    chosen = [book.award(code) for code in (awards if awards is not None else [award.code for award in book.awards])]
    if subjects is not None:
        codes = [award.code for award in chosen]
        facts = closure(facts, book, subjects.filter(pl.col("award").is_in(codes)))
    frames = [pl.DataFrame(schema=OUTCOME_SCHEMA)]
    for award in chosen:
        everybody = facts["enterprises"].get_column("uscc") if everyone and award.about.subject_is_enterprise else None
        if everybody is None and facts[award.about.dataset].is_empty():
            continue  # no row is about it, so it has no case
        years = years_judged(award, book, award_years)
        judged = judge_all(award, facts, setting, years, keep_refused=REFUSED in results, also=everybody)
        frames.append(outcomes_of(award, _wanted(judged, award_years, results, known_only=not everyone), setting))
    outcomes = pl.concat(frames)
    if subjects is not None:
        outcomes = outcomes.join(subjects, on=["award", "subject"], how="semi")
    return outcomes.sort(SORTED_BY, nulls_last=True)


def years_judged(award: Award, book: Policy, award_years: Sequence[int]) -> list[int]:
    """The years whose cases are needed: all of the policy's where earlier years matter, else those asked for."""
    if award.about.once or award.in_later_years is not None:
        return sorted({*book.award_years, *award_years})
    return sorted(set(award_years))


def _wanted(judged: Judged, award_years: Sequence[int], results: Collection[str], *, known_only: bool) -> Judged:
    year = pl.col("award_year")
    wanted = (year.is_in(list(award_years)) | year.is_null()) & pl.col("verdict").is_in(list(results))
    cases = judged.cases.filter(wanted & pl.col("about_known") if known_only else wanted)
    return replace(judged, cases=cases)


def outcomes_of(award: Award, judged: Judged, setting: RuleContext) -> pl.DataFrame:
    """Judged cases as outcomes with `OUTCOME_SCHEMA`, those with lists first."""
    # Lists are dear, and few cases have any: a refusal names nothing missing and carries no marks.
    has_lists = (pl.col("verdict") != REFUSED) & _has_lists(judged, setting)
    few, others = replace(judged, cases=judged.cases.filter(has_lists)), judged.cases.filter(~has_lists)
    parts = [pl.DataFrame(schema=OUTCOME_SCHEMA)]
    if few.cases.height:
        parts.append(_columns(award, few.cases, setting, missing_of(award, few, setting), flags_of(few, setting)))
    if others.height:
        parts.append(_columns(award, others, setting, _no_text(), _no_text()))
    return pl.concat(parts)


def _has_lists(judged: Judged, setting: RuleContext) -> pl.Expr:
    """Whether a case that is not refused may name something missing, or bear a mark."""
    columns = [f"{lookup.name}.{MISSING}" for lookup in _measures(judged) if lookup.names_left_out]
    columns += [f"{lookup.name}.{FLAGS}" for lookup in _measures(judged)]
    columns += ["payee.sanctions"] if setting.reading("integrity_screen") == "flag" else []
    filled = [pl.col(name).list.len() > 0 for name in columns if name in judged.cases.columns]
    return pl.any_horizontal(pl.col("verdict") == UNDETERMINED, *filled).fill_null(value=False)


def _measures(judged: Judged) -> list[Measure]:
    return [lookup for lookup in judged.lookups if isinstance(lookup, Measure)]


def _columns(award: Award, cases: pl.DataFrame, setting: RuleContext, missing: pl.Expr, flags: pl.Expr) -> pl.DataFrame:
    granted = pl.col("verdict") == GRANTED
    entitlement = pl.when(granted).then("amount").otherwise(pl.lit(0, dtype=pl.Int64))
    return (
        cases.with_columns(entitlement_fen=entitlement)
        .select(
            pl.lit(award.code).alias("award"),
            "subject",
            "award_year",
            pl.col("payee").alias("payee_uscc"),
            pl.col("payee.name").alias("payee_name"),
            pl.col(award.place.column(setting).name).alias("jurisdiction"),
            pl.col("verdict").alias("result"),
            pl.lit(award.kind).alias("kind"),
            "entitlement_fen",
            _instalments(award, setting).alias("instalments"),
            missing.alias("missing"),
            flags.alias("flags"),
            "about_known",
        )
        .cast(OUTCOME_SCHEMA)
    )


def _instalments(award: Award, setting: RuleContext) -> pl.Expr:
    """Equal parts in whole fen, what does not divide in the last; none without money."""
    count = 1 if award.instalments is None else award.instalments.value({}, setting)
    part = pl.col("entitlement_fen") // count
    rows = []
    for number in range(1, count + 1):
        amount = part if number < count else pl.col("entitlement_fen") - part * (count - 1)
        row = pl.struct(
            pl.lit(number, dtype=pl.Int32).alias("number"),
            pl.lit(number - 1, dtype=pl.Int32).alias("due_offset_years"),
            amount.alias("amount_fen"),
        )
        rows.append(row)
    none = pl.lit([], dtype=pl.List(INSTALMENT))
    return pl.when(pl.col("entitlement_fen") > 0).then(pl.concat_list(rows)).otherwise(none)


def missing_of(award: Award, judged: Judged, setting: RuleContext) -> pl.Expr:
    """Facts that an open case lacks, or that are too large together; those that a granted one left out by name.

    None for refused cases.
    """
    cases, undetermined = judged.cases, pl.col("verdict") == UNDETERMINED
    naming = any(lookup.names_left_out for lookup in _measures(judged))
    if not naming and not (cases.get_column("verdict") == UNDETERMINED).any():
        return _no_text()
    names: list[pl.Expr] = []
    leaves = [pair for _, condition in judged.conditions for pair in condition.undetermined_leaves(setting)]
    if award.amount is not None:
        amount = award.amount.chosen(setting)
        leaves += [(leaf.plan(setting).is_null(), leaf) for leaf in amount.leaves(setting)]
        leaves += [(amount.too_large(setting), leaf) for leaf in amount.base.leaves(setting)]
    for where, leaf in leaves:
        if leaf.lacking:
            known_day = pl.col("day").is_not_null() if leaf.on_day else pl.lit(True)
            names.append(pl.when(undetermined & where & known_day).then(pl.lit(leaf.lacking)))
    lists = [pl.concat_list(names)] if names else []
    for lookup in _measures(judged):
        column = f"{lookup.name}.{MISSING}"
        if column in cases.columns:
            named = undetermined | (pl.col("verdict") == GRANTED) if lookup.names_left_out else undetermined
            lists.append(pl.when(named).then(pl.col(column)).otherwise(_no_text()))
    if not lists:
        return _no_text()
    filled = [found.fill_null(_no_text()) for found in lists]
    return pl.concat_list(filled).list.drop_nulls().list.unique().list.sort()


def flags_of(judged: Judged, setting: RuleContext) -> pl.Expr:
    """Marks on open and granted cases alone: sanctions under `flag`, unverified rates that a measure leaned on."""
    cases, lists = judged.cases, list[pl.Expr]()
    if setting.reading("integrity_screen") == "flag" and _any(cases, "payee.sanctions"):
        marked = pl.col("payee.sanctions").list.eval(pl.lit("integrity:") + pl.element())
        lists.append(marked.fill_null(_no_text()))
    for lookup in _measures(judged):
        column = f"{lookup.name}.{FLAGS}"
        if column in cases.columns and _any(cases, column):
            lists.append(pl.col(column).fill_null(_no_text()))
    if not lists:
        return _no_text()
    return pl.concat_list(lists).list.unique().list.sort()


def _no_text() -> pl.Expr:
    return pl.lit([], dtype=pl.List(pl.String))


def _any(cases: pl.DataFrame, column: str) -> bool:
    return cases.get_column(column).null_count() < cases.height
