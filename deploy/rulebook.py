"""The rulebook: a policy's awards, numbers, interpretations and coverage as a page, generated from their definitions.

`python -m deploy.rulebook` writes `docs/rulebook.md` and `docs/rulebook.zh-CN.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import INTEGRITY_CONDITION, condition_on_payment, conditions_on_time
from services.eligibility.rules.grammar.conditions import Combination, Condition
from services.eligibility.rules.grammar.nodes import resolve
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.library import load_policy
from services.eligibility.rules.parameters import NUMBERS, UNIT_WORDS
from services.eligibility.rules.text import Text

DOCS = Path(__file__).parents[1] / "docs"
#: Language → file name.
PAGES = {"en": "rulebook.md", "zh-CN": "rulebook.zh-CN.md"}

_SAID = {
    "generated": Text(
        "本页由政策规则包生成，请勿手改：`python -m deploy.rulebook`",
        "Generated from the policy package, not edited: `python -m deploy.rulebook`",
    ),
    "default": Text(
        "条件按默认口径写出，口径可选处另行注明。", "Conditions are written under the default interpretations."
    ),
    "article": Text("条款", "Article"),
    "about": Text("对象", "About"),
    "conditions": Text("条件", "Conditions"),
    "amount": Text("金额", "Amount"),
    "in kind": Text("实物支持，不发放资金", "in kind, no money"),
    "instalments": Text("兑现", "Paid in"),
    "later": Text("以后年度", "In later years"),
    "measures": Text("计量", "Measures"),
    "interpretations": Text("适用口径", "Interpretations"),
    "interpretation": Text("适用口径", "interpretation"),
    "values": Text("取值（首项为默认）", "Values (the first is the default)"),
    "parameters": Text("参数", "Numbers"),
    "name": Text("名称", "Name"),
    "value": Text("数值", "Value"),
    "from": Text("自", "from"),
    "meaning": Text("含义", "Meaning"),
    "coverage": Text("逐句覆盖", "Coverage, sentence by sentence"),
    "sentence": Text("条.段.句", "Article.paragraph.sentence"),
    "claimed": Text("归属", "Claimed as"),
    "summary": Text("要旨", "Gist"),
    "supplement": Text("附则及通例", "Suppl. and practice"),
}


def rulebook(policy: Policy, language: str) -> str:
    """Return the page of a policy in `zh-CN` or `en`."""
    return "\n".join(_lines(policy, language)) + "\n"


def _lines(policy: Policy, language: str) -> Iterator[str]:
    defaults = Interpretations.official_defaults(policy)
    context = policy.context(defaults, date.max)
    yield f"# {policy.title.within(language)}"
    yield ""
    yield f"{_say('generated', language)}  "
    yield _say("default", language)
    for number, award in enumerate(policy.awards, 1):
        yield ""
        yield f"## {number}. {policy.award_titles[award.code].within(language)} `{award.code}`"
        yield ""
        yield from _award(policy, award, context, language)
    for title, lines in (
        ("interpretations", _interpretations(policy, language)),
        ("parameters", _parameters(policy, language)),
        ("coverage", _coverage(policy, language)),
    ):
        yield ""
        yield f"## {_say(title, language)}"
        yield ""
        yield from lines


def _award(policy: Policy, award: Award, context: RuleContext, language: str) -> Iterator[str]:
    measures = award.measures  # under any interpretations
    award = resolve(award, context.interpretations)
    yield f"- {_say('article', language)}: {award.article.cited}"
    yield f"- {_say('about', language)}: {award.about.phrase().within(language)}"
    yield f"- {_say('conditions', language)}:"
    paid = (condition_on_payment(award.paid_under, once=award.about.once),) if award.paid_before_by_subject else ()
    for condition in (*conditions_on_time(award.about), *award.conditions(), *paid, INTEGRITY_CONDITION):
        yield from _condition(policy, resolve(condition, context.interpretations), context, language, "  ")
    if award.amount is None:
        yield f"- {_say('amount', language)}: {_say('in kind', language)}"
    else:
        interpretations = _named(award.amount.applied(), language)
        yield f"- {_say('amount', language)}: {award.amount.phrase(context).within(language)}{interpretations}"
    if award.instalments is not None:
        yield f"- {_say('instalments', language)}: {award.instalments.phrase(context).within(language)}"
    if award.in_later_years is not None:
        question = policy.interpretations[award.in_later_years.interpretation]
        yield f"- {_say('later', language)}: `{question.name}` ({question.values[question.default].within(language)})"
    for measure in measures:
        columns = ", ".join(words.within(language) for _, words in measure.columns.values())
        interpretations = _named(measure.interpretations, language)
        yield f"- {_say('measures', language)}: {measure.words.within(language)}: {columns}{interpretations}"
        for name in measure.parameters:
            if policy.parameters[name].unit in NUMBERS:
                yield f"  - {policy.parameters[name].phrase().within(language)}"


def _condition(policy: Policy, condition: Condition, context: RuleContext, language: str, indent: str) -> Iterator[str]:
    title = policy.condition_words[condition.name].within(language)
    interpretations = _named(condition.applied(), language)
    if isinstance(condition, Combination):
        joint = Text("全部满足", "all of") if condition.kind == "all" else Text("满足其一", "any of")
        yield f"{indent}- {title} — {joint.within(language)}{interpretations}:"
        for part in condition.conditions:
            yield from _condition(policy, part, context, language, indent + "  ")
    else:
        yield f"{indent}- {title}: {condition.phrase(context).within(language)}{interpretations}"


def _named(interpretations: Iterable[str], language: str) -> str:
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(interpretations))
    return f" [{_say('interpretation', language)}: {names}]" if names else ""


def _interpretations(policy: Policy, language: str) -> Iterator[str]:
    yield f"| {_say('name', language)} | {_say('meaning', language)} | {_say('values', language)} |"
    yield "|---|---|---|"
    for question in policy.interpretations.values():
        values = "; ".join(f"`{value}`: {words.within(language)}" for value, words in question.values.items())
        yield f"| `{question.name}` | {question.words.within(language)} | {values} |"


def _parameters(policy: Policy, language: str) -> Iterator[str]:
    heads = [_say(head, language) for head in ("name", "article", "meaning", "value")]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|"
    for values in policy.parameters.values():
        article = str(values.article) if values.article else _say("supplement", language)
        unit = UNIT_WORDS[values.unit].within(language) if values.unit in UNIT_WORDS else ""
        versions = [
            f"{_value(value)} {unit}".strip() + f" ({_say('from', language)} {day})" for day, value in values.values
        ]
        yield f"| `{values.name}` | {article} | {values.words.within(language)} | {'; '.join(versions)} |"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_value(item) for item in value)
    return f"{value:,}" if isinstance(value, int) and value > 9999 else str(value)


def _coverage(policy: Policy, language: str) -> Iterator[str]:
    yield f"| {_say('sentence', language)} | {_say('claimed', language)} | {_say('summary', language)} |"
    yield "|---|---|---|"
    for line in policy.coverage:
        awards = ", ".join(f"`{code}`" for code in line.awards) if len(line.awards) < len(policy.awards) else "*"
        claimed = f"{line.claimed_as} {awards}".strip()
        yield f"| {line.article}.{line.paragraph}.{line.sentence} | {claimed} | {line.words.within(language)} |"


def _say(name: str, language: str) -> str:
    return _SAID[name].within(language)


def write() -> None:
    """Write the pages of the city's policy."""
    policy = load_policy("lishui-2020-1")
    for language, name in PAGES.items():
        (DOCS / name).write_text(rulebook(policy, language), encoding="utf-8")


if __name__ == "__main__":
    write()
