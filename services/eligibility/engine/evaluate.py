"""`evaluate`: outcomes of awards over all their subjects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from services.eligibility.engine.cases import EvaluatedCases, evaluate_cases
from services.eligibility.engine.dependencies import facts_read_by
from services.eligibility.engine.outcomes import (
    GRANTED,
    INSTALMENT,
    OUTCOME_SCHEMA,
    REFUSED,
    RESULTS,
    SORTED_BY,
    UNDETERMINED,
)
from services.eligibility.engine.resolved_award import ResolvedAward, plans_of
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.measures import FLAGS, MISSING
from services.eligibility.rules.grammar.other_support import OTHER_SUPPORT
from services.eligibility.rules.grammar.rule_context import RuleContext

#: The outcomes that are kept: what was granted, and what is undetermined.
KEPT = (GRANTED, UNDETERMINED)


def evaluate(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    award_years: Sequence[int],
    decided_on: date,
    awards: Sequence[str] | None = None,
    *,
    results: Collection[str] = RESULTS,
    all_enterprises: bool = False,
    subjects: pl.DataFrame | None = None,
    first_decided_on: date | None = None,
) -> pl.DataFrame:
    """Return outcomes with `OUTCOME_SCHEMA`, sorted by award, subject and award year.

    Awards given once are evaluated over all years of the policy; `award_years` filters what is returned.
    A case whose event has no known day has no award year and is returned for every `award_years`.
    `results` limits what is returned: without `refused`, failed cases are dropped early and never held in memory.
    Cases come from rows about the award. With `all_enterprises`, every enterprise gets an outcome of awards about
    enterprises for each award year, also where no row is about it (`about_known` is false then).
    `subjects` (columns award, subject) limits the work to these, with the same outcomes as for all.
    `first_decided_on` is the decision day of the first version, if these restate one.
    Raises `KeyError` for an award that the policy does not have.
    """
    evaluated = evaluate_awards(
        facts, policy, interpretations, award_years, decided_on, awards,
        results=results, all_enterprises=all_enterprises, subjects=subjects, first_decided_on=first_decided_on,
    )  # fmt: skip
    return outcomes_of(evaluated)


def outcomes_of(evaluated: Iterable[EvaluatedCases]) -> pl.DataFrame:
    """Return evaluated cases as outcomes, as `evaluate` does."""
    return pl.concat([pl.DataFrame(schema=OUTCOME_SCHEMA), *map(_outcomes, evaluated)]).sort(SORTED_BY, nulls_last=True)


def evaluate_awards(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    award_years: Sequence[int],
    decided_on: date,
    awards: Sequence[str] | None = None,
    *,
    results: Collection[str] = RESULTS,
    all_enterprises: bool = False,
    subjects: pl.DataFrame | None = None,
    first_decided_on: date | None = None,
) -> Iterator[EvaluatedCases]:
    """Yield the cases that `evaluate` makes outcomes of, award by award, with their conditions."""
    context = policy.context(interpretations, decided_on, first_decided_on)
    chosen = [policy.award(code) for code in (awards if awards is not None else [each.code for each in policy.awards])]
    if subjects is not None:
        codes = [award.code for award in chosen]
        facts = facts_read_by(facts, policy, subjects.filter(pl.col("award").is_in(codes)))
    for award in chosen:
        extra_subjects = None
        if all_enterprises and award.about.subject_is_enterprise:
            extra_subjects = facts["enterprises"].get_column("uscc")
        if extra_subjects is None and facts[award.about.dataset].is_empty():
            continue  # no row is about it, so it has no case
        years = years_evaluated(award, policy, award_years)
        evaluated = evaluate_cases(
            award, facts, context, years, keep_refused=REFUSED in results, extra_subjects=extra_subjects
        )
        found = _filtered(evaluated, award_years, results, known_only=not all_enterprises)
        if subjects is not None:
            own = subjects.filter(pl.col("award") == award.code)
            found = replace(found, cases=found.cases.join(own, on="subject", how="semi"))
        yield found


def years_evaluated(award: Award, policy: Policy, award_years: Sequence[int]) -> list[int]:
    """Return the years whose cases are needed: all of the policy's where earlier years matter, else `award_years`."""
    if award.about.once or award.in_later_years is not None:
        return sorted({*policy.award_years, *award_years})
    return sorted(set(award_years))


def _filtered(
    evaluated: EvaluatedCases, award_years: Sequence[int], results: Collection[str], *, known_only: bool
) -> EvaluatedCases:
    year = pl.col("award_year")
    matches = (year.is_in(list(award_years)) | year.is_null()) & pl.col("result").is_in(list(results))
    return replace(evaluated, cases=evaluated.cases.filter(matches & pl.col("about_known") if known_only else matches))


def _outcomes(evaluated: EvaluatedCases) -> pl.DataFrame:
    """Return evaluated cases as outcomes, those with lists first."""
    # Lists are expensive, and few cases have any: a refusal lists nothing missing and no flags.
    has_lists = (pl.col("result") != REFUSED) & _has_lists(evaluated)
    with_lists, without_lists = evaluated.cases.filter(has_lists), evaluated.cases.filter(~has_lists)
    parts = [pl.DataFrame(schema=OUTCOME_SCHEMA)]
    if with_lists.height:
        listed = replace(evaluated, cases=with_lists)
        parts.append(_columns(listed, _missing_of(listed), _flags_of(listed)))
    if without_lists.height:
        parts.append(_columns(replace(evaluated, cases=without_lists), _no_text(), _no_text()))
    return pl.concat(parts)


def _has_lists(evaluated: EvaluatedCases) -> pl.Expr:
    """Return whether a case that is not refused may list something missing, or flags."""
    measures = evaluated.resolved.measures
    columns = [f"{measure.name}.{MISSING}" for measure in measures if measure.names_left_out]
    columns += [f"{measure.name}.{FLAGS}" for measure in measures]
    columns += ["payee.sanctions"] if _flags_sanctions(evaluated.context) else []
    filled = [pl.col(name).list.len() > 0 for name in columns if name in evaluated.cases.columns]
    filled += [pl.col(OTHER_SUPPORT) > 0] if _flags_support(evaluated.resolved, evaluated.context) else []
    return pl.any_horizontal(pl.col("result") == UNDETERMINED, *filled).fill_null(value=False)


def _columns(evaluated: EvaluatedCases, missing: pl.Expr, flags: pl.Expr) -> pl.DataFrame:
    award = evaluated.resolved.award
    entitlement = pl.when(pl.col("result") == GRANTED).then("amount").otherwise(pl.lit(0, dtype=pl.Int64))
    return (
        evaluated.cases.with_columns(entitlement_fen=entitlement)
        .select(
            pl.lit(award.code).alias("award"),
            "subject",
            "award_year",
            pl.col("payee").alias("payee_uscc"),
            pl.col("payee.name").alias("payee_name"),
            pl.col(award.place.jurisdiction.name).alias("jurisdiction"),
            "result",
            pl.lit(award.kind).alias("kind"),
            "entitlement_fen",
            _instalments(award, evaluated.context).alias("instalments"),
            missing.alias("missing"),
            flags.alias("flags"),
            "about_known",
        )
        .cast(OUTCOME_SCHEMA)
    )


def _instalments(award: Award, context: RuleContext) -> pl.Expr:
    """Return equal parts in whole fen, with the remainder in the last; none without money."""
    count = 1 if award.instalments is None else context.parameter(award.instalments.name)
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
    return pl.when(pl.col("entitlement_fen") > 0).then(pl.concat_arr(*rows).arr.to_list()).otherwise(none)


def _missing_of(evaluated: EvaluatedCases) -> pl.Expr:
    """Return what `missing_in` does, without the work for cases that lack nothing."""
    naming = any(measure.names_left_out for measure in evaluated.resolved.measures)
    if not naming and not (evaluated.cases.get_column("result") == UNDETERMINED).any():
        return _no_text()
    return missing_in(evaluated.resolved, evaluated.context, evaluated.cases.columns)


def missing_in(resolved: ResolvedAward, context: RuleContext, columns: Collection[str]) -> pl.Expr:
    """Return the facts that an undetermined case lacks or that are too large together, and those that a granted one left out.

    None for refused cases. `columns`: those of the cases.
    """
    undetermined = pl.col("result") == UNDETERMINED
    lacking = plans_of(resolved, context).lacking
    names = [pl.when(undetermined & where).then(pl.lit(fact)) for fact, where in lacking]
    lists = [pl.concat_list(names)] if names else []
    for measure in resolved.measures:
        column = f"{measure.name}.{MISSING}"
        if column in columns:
            named = undetermined | (pl.col("result") == GRANTED) if measure.names_left_out else undetermined
            lists.append(pl.when(named).then(pl.col(column)).otherwise(_no_text()))
    if not lists:
        return _no_text()
    filled = [found.fill_null(_no_text()) for found in lists]
    return pl.concat_list(filled).list.drop_nulls().list.unique().list.sort()


def _flags_of(evaluated: EvaluatedCases) -> pl.Expr:
    """Return what `flags_in` does, without the work for lists that no case has."""
    filled = [name for name in evaluated.cases.columns if _any(evaluated.cases, name)]
    return flags_in(evaluated.resolved, evaluated.context, filled)


def flags_in(resolved: ResolvedAward, context: RuleContext, columns: Collection[str]) -> pl.Expr:
    """Return the flags of a case: the payee's sanctions and other programmes' money, where they flag, and unverified rates.

    `columns`: those of the cases.
    """
    lists = []
    if _flags_sanctions(context) and "payee.sanctions" in columns:
        flagged = pl.col("payee.sanctions").list.eval(pl.lit("integrity:") + pl.element())
        lists.append(flagged.fill_null(_no_text()))
    for measure in resolved.measures:
        column = f"{measure.name}.{FLAGS}"
        if column in columns:
            lists.append(pl.col(column).fill_null(_no_text()))
    if _flags_support(resolved, context):
        lists.append(pl.when(pl.col(OTHER_SUPPORT) > 0).then(pl.lit([OTHER_SUPPORT])).otherwise(_no_text()))
    if not lists:
        return _no_text()
    return pl.concat_list(lists).list.unique().list.sort()


def _flags_sanctions(context: RuleContext) -> bool:
    return context.interpretation("integrity_screen") == "flag"


def _flags_support(resolved: ResolvedAward, context: RuleContext) -> bool:
    return resolved.other_support is not None and context.interpretation("overlap") == "flag"


def _no_text() -> pl.Expr:
    return pl.lit([], dtype=pl.List(pl.String))


def _any(cases: pl.DataFrame, column: str) -> bool:
    return cases.get_column(column).null_count() < cases.height
