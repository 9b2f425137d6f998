"""An award in words: who may have it, on which conditions, how much, and which data decide it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.eligibility.engine.dependencies import reads_of
from services.eligibility.engine.resolved_award import resolved_award
from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.combinations import Combination, is_required
from services.eligibility.rules.grammar.common import every_condition
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.measures import numbers_of
from services.eligibility.rules.grammar.nodes import resolve
from services.eligibility.rules.grammar.other_support import OTHER_SUPPORT
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Parameter
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import Text
from shared.i18n import N_, translate

_NOT_NEEDED = N_("{measure}, not needed under these interpretations")


def describe(policy: Policy, award: Award, context: RuleContext, language: str) -> dict[str, Any]:
    """Return an award as the interpretations of `context` read it, in `zh-CN` or `en`.

    A condition has a title, the test in words, what it rests on, the interpretations that chose it, and the conditions within.
    What an interpretation does not require is left out.
    """
    resolved = resolve(award, context.interpretations)
    measures = award.measures  # under any interpretations
    needed = {measure.name for measure in resolved.measures}
    conditions = [resolve(each, context.interpretations) for each in every_condition(award)]
    amount = resolved.amount
    return {
        "code": award.code,
        "title": policy.award_titles[award.code].within(language),
        "article": policy.sentence_of(award).cited.within(language),
        "basis": policy.sentence_of(award).as_dict(language),
        "kind": award.kind,
        "who": policy.recipients[award.code].within(language),
        "about": award.about.phrase().within(language),
        "once": award.about.once,
        "rules": [rule.within(language) for rule in (*award.about.rules(context), *_paid_as(policy, award))],
        "conditions": [_condition(policy, award, each, context, language) for each in conditions if is_required(each)],
        "amount": translate(N_("in kind: no money is paid"), language)
        if amount is None
        else amount.phrase(context).within(language),
        "amount_bases": _criteria_of_steps(policy, award, context, language),
        "instalments": resolved.instalments and _instalments(resolved.instalments, context).within(language),
        "measures": [
            {
                "title": (measure.words if measure.name in needed else said(_NOT_NEEDED, measure=measure.words)).within(
                    language
                ),
                "rule": measure.rule.within(language),
                "figures": [words.within(language) for _, words, *_ in measure.columns.values()],
                "numbers": [each.within(language) for each in numbers_of(measure, context)],
                "readings": list(measure.interpretations),
            }
            for measure in measures
        ],
        "readings": [_reading(policy, name, context, language) for name in _names(award, policy, context)],
        "data": _data(policy, award, language),
    }


def _condition(
    policy: Policy, award: Award, condition: Condition, context: RuleContext, language: str
) -> dict[str, Any]:
    within = condition.conditions if isinstance(condition, Combination) else ()
    joined = (
        Text("须全部符合", "all of these") if condition.comparison == "all" else Text("符合其一即可", "one of these")
    )
    return {
        "name": condition.name,
        "title": policy.condition_words[condition.name].within(language),
        "test": (joined if within else condition.phrase(context)).within(language),
        "basis": policy.basis_of_condition(award, condition.name).as_dict(language),
        "readings": list(condition.applied()),
        "within": [_condition(policy, award, part, context, language) for part in within if is_required(part)],
    }


def in_one_line(condition: Mapping[str, str], colon: str) -> str:
    """Return a described condition as title and test; the test alone where it says the title itself."""
    title, test = condition["title"], condition["test"]
    return test if title in test else f"{title}{colon}{test}"


def _criteria_of_steps(policy: Policy, award: Award, context: RuleContext, language: str) -> list[dict[str, Any]]:
    """Return the criteria that steps of the amount rest on; one on other public money, where it lowers the award."""
    lowers = award.other_support and context.interpretation("overlap") == "higher_only"
    never = set() if lowers else {OTHER_SUPPORT}
    return [
        each.as_dict(language)
        for each in policy.criteria
        if set(each.steps) - never
        and each.concerns(award.code)
        and not any(context.interpretation(name) in each.idle for name in each.readings)
    ]


def _paid_as(policy: Policy, award: Award) -> list[Text]:
    """Return that payments under other awards count, where they do."""
    if not award.also_paid_as:
        return []
    others = wording.listed([policy.award_titles[code] for code in award.also_paid_as])
    return [said(N_("What was paid as “{awards}” counts as paid for the same matter."), awards=others)]


def _instalments(count: Parameter, context: RuleContext) -> Text:
    number = context.parameters[count.name].value_phrase()
    return said(
        N_(
            "{instalments}, equal parts: the first due in the year of the first decision, each other a year later; the last"
            " has what cannot be divided"
        ),
        instalments=number,
    )


def _names(award: Award, policy: Policy, context: RuleContext) -> Iterable[str]:
    """Return the interpretations that the award depends on, those of every award among them, in the policy's order."""
    named = award.interpretation_names() | set(resolved_award(award, context.interpretations).applied)
    return (name for name in policy.interpretations if name in named)


def _reading(policy: Policy, name: str, context: RuleContext, language: str) -> dict[str, Any]:
    question, value = policy.interpretations[name], context.interpretation(name)
    criterion = policy.criterion_of_reading(name, value)
    return {
        "name": name,
        "title": question.words.within(language),
        "value": value,
        "value_title": question.values[value].within(language),
        "basis": criterion and criterion.as_dict(language),
    }


def _data(policy: Policy, award: Award, language: str) -> list[dict[str, Any]]:
    """Return the datasets that decide the award, each with the department that keeps it, if the package names it."""
    found = []
    for dataset in dict.fromkeys(read.dataset for read in reads_of(award)):
        keeper = policy.offices.keeper_of(dataset)
        title = Text(CATALOGUE[dataset].zh, CATALOGUE[dataset].en).within(language)
        found.append({"dataset": dataset, "title": title, "keeper": keeper and keeper.within(language)})
    return found
