"""The rulebook: a policy's awards, numbers, readings and coverage as a page, written from the definitions themselves.

`python -m services.eligibility.rules.rulebook` writes `docs/rulebook.md` and `docs/rulebook.zh-CN.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.combinations import Combination
from services.eligibility.rules.grammar.common import condition_on_integrity, condition_on_payment, conditions_on_time
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.library import load_policy
from services.eligibility.rules.parameters import NUMBERS, UNIT_WORDS
from services.eligibility.rules.text import Text

DOCS = Path(__file__).parents[3] / "docs"
#: Language → file name.
PAGES = {"en": "rulebook.md", "zh-CN": "rulebook.zh-CN.md"}

_SAID = {
    "generated": Text(
        "本页由政策包生成，请勿手改：`python -m services.eligibility.rules.rulebook`",
        "Generated from the policy package, not edited: `python -m services.eligibility.rules.rulebook`",
    ),
    "default": Text("条件按默认读法写出，读法可选处另行注明。", "Conditions are written under the default readings."),
    "article": Text("条款", "Article"),
    "about": Text("对象", "About"),
    "conditions": Text("条件", "Conditions"),
    "amount": Text("金额", "Amount"),
    "in kind": Text("实物支持，不发放资金", "in kind, no money"),
    "instalments": Text("兑现", "Paid in"),
    "later": Text("以后年度", "In later years"),
    "measures": Text("计量", "Measures"),
    "readings": Text("读法", "Readings"),
    "reading": Text("读法", "reading"),
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


def rulebook(book: Policy, language: str) -> str:
    """The page of a policy in `zh-CN` or `en`."""
    return "\n".join(_lines(book, language)) + "\n"


def _lines(book: Policy, language: str) -> Iterator[str]:
    setting = book.setting(Interpretations.official_defaults(book), date.max)
    yield f"# {book.title.within(language)}"
    yield ""
    yield f"{_say('generated', language)}  "
    yield _say("default", language)
    for number, award in enumerate(book.awards, 1):
        yield ""
        yield f"## {number}. {book.award_titles[award.code].within(language)} `{award.code}`"
        yield ""
        yield from _award(book, award, setting, language)
    for title, lines in (
        ("readings", _readings(book, language)),
        ("parameters", _parameters(book, language)),
        ("coverage", _coverage(book, language)),
    ):
        yield ""
        yield f"## {_say(title, language)}"
        yield ""
        yield from lines


def _award(book: Policy, award: Award, setting: RuleContext, language: str) -> Iterator[str]:
    yield f"- {_say('article', language)}: {award.article.cited}"
    yield f"- {_say('about', language)}: {award.about.phrase().within(language)}"
    yield f"- {_say('conditions', language)}:"
    paid = (condition_on_payment(award.paid_under, once=award.about.once),) if award.paid_before_by_subject else ()
    for condition in (*conditions_on_time(award.about), *award.conditions(), *paid, condition_on_integrity()):
        yield from _condition(book, condition, setting, language, "  ")
    if award.amount is None:
        yield f"- {_say('amount', language)}: {_say('in kind', language)}"
    else:
        readings = _named(award.amount.reading_names(setting), language)
        yield f"- {_say('amount', language)}: {award.amount.phrase(setting).within(language)}{readings}"
    if award.instalments is not None:
        yield f"- {_say('instalments', language)}: {award.instalments.phrase(setting).within(language)}"
    if award.in_later_years is not None:
        reading = book.readings[award.in_later_years.reading]
        yield f"- {_say('later', language)}: `{reading.name}` ({reading.values[reading.default].within(language)})"
    for measure in award.measures():
        columns = ", ".join(words.within(language) for _, words in measure.columns.values())
        readings = _named(measure.readings, language)
        yield f"- {_say('measures', language)}: {measure.words.within(language)}: {columns}{readings}"
        for name in measure.parameters:
            if book.parameters[name].unit in NUMBERS:
                yield f"  - {book.parameters[name].phrase().within(language)}"


def _condition(book: Policy, condition: Condition, setting: RuleContext, language: str, indent: str) -> Iterator[str]:
    expressed = condition.expressed(setting)
    title = book.condition_words[condition.name].within(language)
    readings = _named(condition.reading_names(setting), language)
    if isinstance(expressed, Combination):
        joint = Text("全部满足", "all of") if expressed.kind == "all" else Text("满足其一", "any of")
        yield f"{indent}- {title} — {joint.within(language)}{readings}:"
        for part in expressed.conditions:
            yield from _condition(book, part, setting, language, indent + "  ")
    else:
        yield f"{indent}- {title}: {expressed.phrase(setting).within(language)}{readings}"


def _named(readings: Iterable[str], language: str) -> str:
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(readings))
    return f" [{_say('reading', language)}: {names}]" if names else ""


def _readings(book: Policy, language: str) -> Iterator[str]:
    yield f"| {_say('name', language)} | {_say('meaning', language)} | {_say('values', language)} |"
    yield "|---|---|---|"
    for reading in book.readings.values():
        values = "; ".join(f"`{value}`: {words.within(language)}" for value, words in reading.values.items())
        yield f"| `{reading.name}` | {reading.words.within(language)} | {values} |"


def _parameters(book: Policy, language: str) -> Iterator[str]:
    heads = [_say(head, language) for head in ("name", "article", "meaning", "value")]
    yield f"| {' | '.join(heads)} |"
    yield "|---|---|---|---|"
    for values in book.parameters.values():
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


def _coverage(book: Policy, language: str) -> Iterator[str]:
    yield f"| {_say('sentence', language)} | {_say('claimed', language)} | {_say('summary', language)} |"
    yield "|---|---|---|"
    for line in book.coverage:
        awards = ", ".join(f"`{code}`" for code in line.awards) if len(line.awards) < len(book.awards) else "*"
        claimed = f"{line.claimed_as} {awards}".strip()
        yield f"| {line.article}.{line.paragraph}.{line.sentence} | {claimed} | {line.words.within(language)} |"


def _say(name: str, language: str) -> str:
    return _SAID[name].within(language)


def write() -> None:
    """Write the pages of the city's policy."""
    book = load_policy("lishui-2020-1")
    for language, name in PAGES.items():
        (DOCS / name).write_text(rulebook(book, language), encoding="utf-8")


if __name__ == "__main__":
    write()
