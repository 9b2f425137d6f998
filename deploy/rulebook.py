"""The rulebook: a policy's awards, numbers, interpretations and coverage as a page, generated from their definitions.

`python -m deploy.rulebook` writes `docs/rulebook.md` and `docs/rulebook.zh-CN.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from services.eligibility.engine.description import describe, in_one_line
from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.rules.basis import article_cited
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import shared_rules
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.library import load_policy
from services.eligibility.rules.parameters import ParameterValues
from services.eligibility.rules.text import Text
from shared.i18n import CHINESE

DOCS = Path(__file__).parents[1] / "docs"
#: Language → file name.
PAGES = {"en": "rulebook.md", "zh-CN": "rulebook.zh-CN.md"}

_SAID = {
    "generated": Text(
        "本页由政策规则包生成，请勿手改：`python -m deploy.rulebook`",
        "Generated from the policy package, not edited: `python -m deploy.rulebook`",
    ),
    "default": Text(
        "条件和金额按默认口径写出。括号中的“适用口径”可以改选，各种选法和理由见文末“适用口径”；"
        "“实施口径”是文件未作规定的做法，理由和采纳情况见文末“实施口径”。"
        "先读文末“各项奖补通用的规则”：其中写明何时不予奖补、何时无法判定、所在地以哪一日为准。",
        "Conditions and amounts are written under the default interpretations. An interpretation in brackets has other"
        " values, with their reasons, under “Interpretations”; a criterion is a rule of practice that the document does not"
        " state, and its reason is under “Criteria”. “What holds for every award” says when an award is refused, when it is"
        " undetermined, and as of which day a place counts: read it first.",
    ),
    "article": Text("条款", "Article"),
    "who": Text("奖补对象", "Given to"),
    "shared": Text("各项奖补通用的规则", "What holds for every award"),
    "about": Text("认定方式", "Decided"),
    "conditions": Text("条件", "Conditions"),
    "amount": Text("金额", "Amount"),
    "instalments": Text("兑现", "Paid in"),
    "measures": Text("先行计算", "Worked out first"),
    "figures": Text("得出：", "gives: "),
    "interpretations": Text("适用口径", "Interpretations"),
    "interpretation": Text("适用口径", "interpretation"),
    "for": Text("默认口径的理由", "Why the first"),
    "against": Text("另一种意见", "What speaks for another"),
    "all": Text("全部奖补项目", "all awards"),
    "values": Text("取值（首项为默认）", "Values (the first is the default)"),
    "parameters": Text("参数", "Numbers"),
    "name": Text("名称", "Name"),
    "value": Text("数值", "Value"),
    "from": Text("自", "from"),
    "meaning": Text("含义", "Meaning"),
    "coverage": Text("逐句覆盖", "Coverage, sentence by sentence"),
    "sentence": Text("条款", "Sentence"),
    "claimed": Text("适用方式", "Applied as"),
    "text": Text("原文", "Its own words"),
    "criteria": Text("实施口径（文件未作规定的）", "Criteria: rules of practice that the document does not state"),
    "criterion": Text("实施口径", "criterion"),
    "reason": Text("理由", "Reason"),
    "adopted": Text("采纳文件", "Adopted by"),
    "not adopted": Text("尚无文件采纳", "not adopted yet"),
    "idle": Text("默认口径下不适用", "asks for nothing by default"),
    "criterion named": Text("实施口径“{}”", "criterion “{}”"),
    "data": Text("所依据的数据（主管部门）", "Data that decide (kept by)"),
    "supplement": Text("附则及通例", "Suppl. and practice"),
}

_CLAIMS = {
    "computed": Text("据数据认定", "computed"),
    "in_kind": Text("实物支持", "in kind"),
    "referral": Text("由其他部门规定", "referral"),
    "encouragement": Text("倡导性条款", "encouragement"),
    "procurement": Text("政府采购", "procurement"),
    "supervision": Text("监管职责", "supervision"),
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
        ("shared", (f"- {rule.within(language)}" for rule in shared_rules(policy.parameters))),
        ("interpretations", _interpretations(policy, language)),
        ("parameters", _parameters(policy, language)),
        ("criteria", _criteria(policy, language)),
        ("coverage", _coverage(policy, language)),
    ):
        yield ""
        yield f"## {_say(title, language)}"
        yield ""
        yield from lines


def _award(policy: Policy, award: Award, context: RuleContext, language: str) -> Iterator[str]:
    described = describe(policy, award, context, language)
    colon = _mark(": ", language)
    yield f"> {described['article']}{colon}{described['basis']['text']}"
    yield ""
    yield f"- {_say('who', language)}{colon}{described['who']}"
    yield f"- {_say('about', language)}{colon}{described['about']}"
    for rule in described["rules"]:
        yield f"  - {rule}"
    yield f"- {_say('conditions', language)}{colon}".rstrip()
    for condition in described["conditions"]:
        yield from _condition(policy, condition, described["basis"], language, "  ")
    yield f"- {_say('amount', language)}{colon}{described['amount']}"
    for basis in described["amount_bases"]:
        yield f"  - {_basis(basis, language)}"
    if described["instalments"]:
        yield f"- {_say('instalments', language)}{colon}{described['instalments']}"
    for measure in described["measures"]:
        figures = _bracketed(_say("figures", language) + _list(measure["figures"], language), language)
        yield (
            f"- {_say('measures', language)}{colon}{measure['title']}{figures}"
            f"{_named(policy, measure['readings'], language)}"
        )
        yield f"  - {measure['rule']}"
        for number in measure["numbers"]:
            yield f"  - {number}"
    for reading in described["readings"]:
        basis = f"{_mark(' — ', language)}{_basis(reading['basis'], language)}" if reading["basis"] else ""
        answer = f"{reading['title']}{colon}{reading['value_title']}"
        yield f"- {_say('interpretation', language)}{colon}{answer}{basis}"
    kept = [each["title"] + _bracketed(each["keeper"], language) for each in described["data"]]
    yield f"- {_say('data', language)}{colon}{_list(kept, language)}"


def _condition(
    policy: Policy, condition: Mapping[str, Any], granting: Mapping[str, Any], language: str, indent: str
) -> Iterator[str]:
    """Tell a condition with what it rests on, where that is not the sentence quoted above."""
    basis = "" if condition["basis"] == granting else f"{_mark(' — ', language)}{_basis(condition['basis'], language)}"
    rule = in_one_line(condition, _mark(": ", language))
    yield f"{indent}- {rule}{_named(policy, condition['readings'], language)}{basis}"
    for part in condition["within"]:
        yield from _condition(policy, part, condition["basis"], language, indent + "  ")


def _basis(basis: Mapping[str, Any], language: str) -> str:
    if basis["kind"] == "article":
        return f"{basis['title']}{_mark(': ', language)}{basis['text']}"
    return _say("criterion named", language).format(basis["title"])


def _mark(mark: str, language: str) -> str:
    """Return a punctuation mark as the language writes it."""
    return {": ": "：", "; ": "；", " — ": "——"}[mark] if language == CHINESE else mark


def _bracketed(text: str, language: str) -> str:
    return f"（{text}）" if language == CHINESE else f" ({text})"


def _list(items: Iterable[str], language: str) -> str:
    return ("、" if language == CHINESE else ", ").join(items)


def _named(policy: Policy, interpretations: Iterable[str], language: str) -> str:
    names = _list([_quoted(policy, name, language) for name in dict.fromkeys(interpretations)], language)
    return _bracketed(f"{_say('interpretation', language)}{_mark(': ', language)}{names}", language) if names else ""


def _quoted(policy: Policy, interpretation: str, language: str) -> str:
    title = policy.interpretations[interpretation].words.within(language)
    return f"“{title.translate(str.maketrans('“”', '‘’'))}”"


def _interpretations(policy: Policy, language: str) -> Iterator[str]:
    heads = [_say(head, language) for head in ("name", "meaning", "values", "for", "against")]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|---|"
    for question in policy.interpretations.values():
        values = _mark("; ", language).join(
            f"`{value}`{_mark(': ', language)}{words.within(language)}" for value, words in question.values.items()
        )
        reasons = f"{question.reason.within(language)} | {question.against.within(language)}"
        yield f"| `{question.name}` | {question.words.within(language)} | {values} | {reasons} |"


def _parameters(policy: Policy, language: str) -> Iterator[str]:
    heads = [_say(head, language) for head in ("name", "article", "meaning", "value")]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|"
    for values in policy.parameters.values():
        article = (
            article_cited(str(values.article)).within(language) if values.article else _say("supplement", language)
        )
        versions = [
            _value(replace(values, values=(version,)), language)
            + _bracketed(f"{_say('from', language)} {wording.day(version[0]).within(language)}", language)
            for version in values.values
        ]
        values_by_day = _mark("; ", language).join(versions)
        yield f"| `{values.name}` | {article} | {values.words.within(language)} | {values_by_day} |"


def _value(values: ParameterValues, language: str) -> str:
    """Return a value with its unit; codes as the field with the fewest codes that has all of them calls them."""
    value = values.values[0][1]
    if values.unit != "codes" or not isinstance(value, tuple):
        return values.value_phrase().within(language)
    fields = (field.choices for dataset in CATALOGUE.values() for field in dataset.fields)
    words = min((choices for choices in fields if set(value) <= set(choices)), key=len)
    return _list([Text(*words[str(code)]).within(language) for code in value], language)


def _coverage(policy: Policy, language: str) -> Iterator[str]:
    yield f"| {_say('sentence', language)} | {_say('claimed', language)} | {_say('text', language)} |"
    yield "|---|---|---|"
    for line in policy.coverage:
        awards = (
            _list([policy.award_titles[code].within(language) for code in line.awards], language)
            if len(line.awards) < len(policy.awards)
            else _say("all", language)
        )
        claimed = f"{_CLAIMS[line.claimed_as].within(language)}{_mark(': ', language)}{awards}".rstrip(": ：")
        gist = "" if language == CHINESE else f" ({line.words.en})"
        yield f"| {line.source.cited.within(language)} | {claimed} | {line.source.text}{gist} |"


def _criteria(policy: Policy, language: str) -> Iterator[str]:
    yield f"| {_say('criterion', language)} | {_say('reason', language)} | {_say('adopted', language)} |"
    yield "|---|---|---|"
    for criterion in policy.criteria:
        adopted = criterion.document or _say("not adopted", language)
        defaults = {policy.interpretations[name].default for name in criterion.readings}
        if defaults & set(criterion.idle):
            adopted += _mark("; ", language) + _say("idle", language)
        yield f"| {criterion.title.within(language)} | {criterion.reason.within(language)} | {adopted} |"


def _say(name: str, language: str) -> str:
    return _SAID[name].within(language)


def write() -> None:
    """Write the pages of the city's policy."""
    policy = load_policy("lishui-2020-1")
    for language, name in PAGES.items():
        (DOCS / name).write_text(rulebook(policy, language), encoding="utf-8")


if __name__ == "__main__":
    write()
