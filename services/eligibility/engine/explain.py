"""`explain`: one subject's outcome with every condition, figure and step.

Cases are evaluated by the same steps as all others, here as one plan for each award, which is made once and run on the rows of
each enterprise. The figures behind them, the terms of every condition and amount and the parts of measures, are columns beside
the cases, and an explanation reads its row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial

import polars as pl

from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.cases import plan_cases
from services.eligibility.engine.dependencies import PAIRS, facts_read_by
from services.eligibility.engine.evaluate import flags_in, missing_in, years_evaluated
from services.eligibility.engine.explanation import AppliedInterpretation, Explanation, Parts
from services.eligibility.engine.fetched_rows import IndexedRows
from services.eligibility.engine.increments import GIVEN_BEFORE
from services.eligibility.engine.outcomes import GRANTED, REFUSED, UNDETERMINED
from services.eligibility.engine.read_rows import ReadRows, platform_names
from services.eligibility.engine.resolved_award import ResolvedAward, plans_of, resolved_award
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.amounts import STEP_NAMES, TOO_LARGE
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.combinations import is_required
from services.eligibility.rules.grammar.conditions import References
from services.eligibility.rules.grammar.measures import Measure, numbers_of
from services.eligibility.rules.grammar.other_support import OTHER_SUPPORT
from services.eligibility.rules.grammar.plans import Slots
from services.eligibility.rules.grammar.results import Figure, Step
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import columns_in, fact_words
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import Text
from shared.i18n import N_

#: The year that a case was asked for, and its place among those found.
_ASKED, _POSITION = "year asked for", "position"


class NoCaseError(LookupError):
    """The subject has events, but none in this year."""


def explain(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    award: str,
    subject: str,
    award_year: int | None,
    decided_on: date,
    first_decided_on: date | None = None,
) -> Explanation:
    """Explain one outcome, also of a subject that no row is about.

    `award_year` is None for an event whose day, and so its year, is unknown. `first_decided_on` is as for `evaluate`. Raises
    `KeyError` for an award that the policy does not have, and `NoCaseError` for a year in which the subject had no event.
    """
    case = subject, award_year
    found = explain_cases(facts, policy, interpretations, award, [case], decided_on, first_decided_on)
    if case not in found:
        raise NoCaseError(f"{subject} has no case in {award_year}")
    return found[case]


def explain_cases(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    award: str,
    cases: Sequence[tuple[str, int | None]],
    decided_on: date,
    first_decided_on: date | None = None,
) -> dict[tuple[str, int | None], Explanation]:
    """Explain several outcomes of an award (subject, award year) in one pass, each as `explain` does alone.

    A case that does not exist is left out.
    """
    found = policy.award(award)
    context = policy.context(interpretations, decided_on, first_decided_on)
    subjects = pl.Series("subject", sorted({subject for subject, _ in cases}), dtype=pl.String)
    pairs = pl.DataFrame({"award": [award] * len(subjects), "subject": subjects}, schema=PAIRS)
    facts = facts_read_by(facts, policy, pairs)
    award_years = sorted({year for _, year in cases if year is not None})
    years = years_evaluated(found, policy, award_years)
    made = _plan_of(resolved_award(found, context.interpretations), context, tuple(years), bool(award_years))
    known = made.run(facts, subjects)
    wanted = _wanted(known.select("subject", "award_year").with_row_index(_POSITION), cases)
    explained = _explained(made, known[wanted.get_column(_POSITION)], policy, IndexedRows(facts), platform_names(facts))
    asked = wanted.select("subject", _ASKED).iter_rows()
    return {(subject, year): each for (subject, year), each in zip(asked, explained, strict=True)}


def explain_enterprise(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    uscc: str,
    award_years: Sequence[int],
    decided_on: date,
    awards: Collection[str],
) -> list[Explanation]:
    """Explain those of `awards` that are about one enterprise or paid to it, by award, subject and year."""
    context = policy.context(interpretations, decided_on, None)
    itself = facts["enterprises"].filter(pl.col("uscc") == uscc).get_column("uscc")
    year = pl.col("award_year")
    own = (year.is_in(list(award_years)) | year.is_null()) & ((pl.col("payee") == uscc) | (pl.col("subject") == uscc))
    rows, platforms = IndexedRows(facts), platform_names(facts)
    explanations: list[Explanation] = []
    for award in map(policy.award, sorted(awards)):
        about_itself = award.about.subject_is_enterprise
        if not about_itself and facts[award.about.dataset].is_empty():
            continue  # no row is about it, so it has no case
        years = years_evaluated(award, policy, award_years)
        made = _plan_of(resolved_award(award, context.interpretations), context, tuple(years), about_itself)
        cases = made.run(facts, itself).filter(own)
        explanations += _explained(made, cases, policy, rows, platforms)
    return explanations


@dataclass(frozen=True)
class _Plan:
    """The plan of an award's cases with everything that their explanations read."""

    resolved: ResolvedAward
    context: RuleContext
    slots: Slots
    cases: pl.LazyFrame
    #: What a case lacks, and its flags; a refusal lists neither.
    missing: pl.Expr
    flags: pl.Expr

    def run(self, facts: Facts, extra_subjects: pl.Series) -> pl.DataFrame:
        """Return the cases of these facts, by subject and year; `extra_subjects` as for `evaluate_cases`, if any count."""
        return self.slots.run(self.cases, facts, extra_subjects)

    def with_lists(self, cases: pl.DataFrame) -> pl.DataFrame:
        """Return the cases with the lists that some of them have: most have none, and making one takes a millisecond."""
        results, lists = cases.get_column("result"), {}
        naming = any(measure.names_left_out for measure in self.resolved.measures)
        if (results == UNDETERMINED).any() or (naming and (results == GRANTED).any()):
            lists["missing"] = self.missing
        if any(any(cases.get_column(name).to_list()) for name in self.flags.meta.root_names()):
            lists["flags"] = self.flags
        return cases.with_columns(**lists) if lists else cases


@lru_cache(maxsize=256)
def _plan_of(resolved: ResolvedAward, context: RuleContext, years: tuple[int, ...], with_extra_subjects: bool) -> _Plan:
    """Return the plan of an award's cases in these years, made once for the same parameters, interpretations and days."""
    slots = Slots()
    extra = slots.extra_subjects if with_extra_subjects else None
    planned = plan_cases(resolved, slots, context, years, keep_refused=True, extra_subjects=extra)
    columns = planned.cases.collect_schema().names()
    missing, flags = missing_in(resolved, context, columns), flags_in(resolved, context, columns)
    cases = planned.cases.with_columns(**plans_of(resolved, context).figures)
    for measure in resolved.measures:
        made_of = planned.parts[measure.name].sort(pl.all().exclude("case"), nulls_last=True)
        rows = made_of.group_by("case", maintain_order=True).agg(pl.struct(pl.all()).alias(_parts_of(measure)))
        cases = cases.join(rows, on="case", how="left", maintain_order="left")
    cases = cases.sort(["subject", "award_year"], nulls_last=True, maintain_order=True)
    cases.collect_schema()  # resolves the plan, which is kept within it: each run is a sixth shorter
    return _Plan(resolved, context, slots, cases, missing, flags)


def _parts_of(measure: Measure) -> str:
    """Return the column that holds what the figures of a measure were made of, in a fixed order."""
    return f"{measure.name} made of"


def _wanted(cases: pl.DataFrame, asked: Sequence[tuple[str, int | None]]) -> pl.DataFrame:
    """Return the case of each subject and year asked for, or its event without a day, which may belong to any year."""
    schema = pl.Schema({"subject": pl.String(), _ASKED: cases.schema["award_year"]})
    requested = pl.DataFrame(sorted(set(asked), key=str), schema=schema, orient="row")
    year = pl.col("award_year")
    dated = cases.join(
        requested.drop_nulls(),
        left_on=["subject", "award_year"],
        right_on=["subject", _ASKED],
        maintain_order="left",
    )
    dated = dated.with_columns(year.alias(_ASKED))
    left = requested.join(dated, on=["subject", _ASKED], how="anti", nulls_equal=True)
    undated = cases.filter(year.is_null()).join(left, on="subject", maintain_order="left")
    return pl.concat([dated, undated]).unique(["subject", _ASKED], keep="first", maintain_order=True)


def _explained(
    made: _Plan, cases: pl.DataFrame, policy: Policy, rows: IndexedRows, platforms: Mapping[str, Text]
) -> Iterator[Explanation]:
    """Explain each case, in the order of the frame."""
    resolved, context = made.resolved, made.context
    award = resolved.award
    references = References(
        policy.condition_words,
        partial(policy.basis_of_condition, award),
        policy.hints,
        ReadRows(rows, policy.award(award.code), platforms).of,
    )
    applied = tuple(
        AppliedInterpretation(
            name, value, question.words, question.values[value], policy.criterion_of_reading(name, value)
        )
        for name in resolved.applied
        for question, value in [(policy.interpretations[name], context.interpretation(name))]
    )
    for row in made.with_lists(cases).iter_rows(named=True):
        steps = tuple(
            replace(step, basis=policy.basis_of_step(award, step.name)) for step in _steps(resolved, row, context)
        )
        refused = row["result"] == REFUSED
        yield Explanation(
            policy=policy.code,
            award=award.code,
            title=policy.award_titles[award.code],
            basis=policy.sentence_of(award),
            subject=row["subject"],
            award_year=row["award_year"],
            decided_on=context.decided_on,
            payee_uscc=row["payee"],
            payee_name=row["payee.name"],
            jurisdiction=row[award.place.jurisdiction.name],
            result=row["result"],
            kind=award.kind,
            entitlement_fen=row["amount"] if row["result"] == GRANTED else 0,
            would_be_fen=None if row["result"] == GRANTED or award.amount is None else row["amount"],
            conditions=tuple(
                condition.result(row, name, references, context)
                for name, condition in (*resolved.conditions, *resolved.conditions_compared)
                if is_required(condition)
            ),
            steps=steps,
            parts=tuple(
                Parts(
                    measure.name,
                    measure.words,
                    _rule_of(measure, context),
                    measure.parts,
                    tuple(row[_parts_of(measure)] or ()),
                    platforms,
                )
                for measure in resolved.measures
            ),
            interpretations=applied,
            missing=() if refused else tuple(row.get("missing", ())),
            flags=() if refused else tuple(row.get("flags", ())),
            engine_version=ENGINE_VERSION,
            too_large=_too_large(award, row) if row["result"] == UNDETERMINED else (),
        )


def _steps(resolved: ResolvedAward, row: Row, context: RuleContext) -> tuple[Step, ...]:
    """Return the calculation of the amount; none where the award is given in kind."""
    award, before = resolved.award, row.get(GIVEN_BEFORE) or 0
    if award.amount is None:
        return ()
    if before and award.later_amount is not None:
        steps = award.later_amount.steps(row, "later", context)
        given = Figure(before, "fen")
        less = said(N_("less {amount}, given before"), amount=given.text)
        steps.append(Step("given_before", STEP_NAMES["given_before"], given, less))
    else:
        steps = award.amount.steps(row, "amount", context)
    if resolved.other_support is not None and context.interpretation("overlap") == "higher_only" and row[OTHER_SUPPORT]:
        given = Figure(row[OTHER_SUPPORT], "fen")
        less = said(N_("less {amount}, given by other programmes"), amount=given.text)
        steps.append(Step("other_support", STEP_NAMES["other_support"], given, less))
    result = Figure(row["amount"], "fen")
    name = "result" if row["result"] == GRANTED else "would_be"
    return (*steps, Step(name, STEP_NAMES[name], result, said(_in_the_end(row), amount=result.text)))


def _rule_of(measure: Measure, context: RuleContext) -> Text:
    """Return how the figures of a measure are worked out, and the policy's numbers that they are worked out with."""
    return Text.joined([measure.rule, *numbers_of(measure, context)], "；", "; ")


def _too_large(award: Award, row: Row) -> tuple[Text, ...]:
    """Return the figures that an amount which is too large to be paid comes from."""
    if award.amount is None or not row[f"amount.{TOO_LARGE}"]:
        return ()
    columns = columns_in(award.amount.base)
    return tuple(fact_words(each.lacking) if each.lacking else each.words for each in columns)


def _in_the_end(row: Row) -> str:
    """Return what the last step says of the `amount` of a case."""
    if row["result"] == GRANTED:
        return N_("{amount} is awarded")
    if row["amount"] is None:
        too_large = row[f"amount.{TOO_LARGE}"]
        return N_("larger than any amount that can be paid") if too_large else N_("the amount cannot be calculated")
    if row["result"] == UNDETERMINED:
        return N_("would be {amount} if every condition were met; nothing is awarded while one is undetermined")
    if row["amount"] == 0:
        return N_("the amount is {amount}: nothing is awarded")
    return N_("would be {amount} if every condition were met; nothing is awarded")
