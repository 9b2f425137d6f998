"""The guide says of every award who, what, on which conditions, by which data; as page and as document."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from docx import Document

from services.eligibility.awards.handlers import IN_FORCE
from services.eligibility.engine.dependencies import reads_of
from services.eligibility.engine.description import describe
from services.eligibility.papers.guide import guide
from services.eligibility.papers.kinds import GUIDE
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.library import load_policy
from shared.papers import template
from shared.papers.kinds import Filled

POLICY = load_policy("lishui-2020-1")
TODAY = date(2024, 1, 1)
CONTEXT = POLICY.context(Interpretations.official_defaults(POLICY), TODAY)


def shown(language: str, status: Any = IN_FORCE) -> dict[str, Any]:
    awards = [describe(POLICY, award, CONTEXT, language) | {"status": status} for award in POLICY.awards]
    return guide(POLICY, awards, POLICY.offices.office, language, today=TODAY)


def printed(content: dict[str, Any], language: str) -> tuple[str, list[str]]:
    """Return the guide as a page, and the paragraphs of it as a document."""
    paper = Filled(template.of(GUIDE.shipped(language)), content)
    return paper.page(language), [each.text for each in Document(io.BytesIO(paper.document())).paragraphs]


def test_every_dataset_that_decides_has_a_department_that_keeps_it() -> None:
    read = {each.dataset for award in POLICY.awards for each in reads_of(award)}
    assert sorted(name for name in read if POLICY.offices.keeper_of(name) is None) == []


STOPPED = {
    "status": "suspended",
    "effective_on": "2024-08-01",
    "last_award_year": 2023,
    "document": "丽商务〔2024〕12号",
}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", "自2024年8月1日起暂缓（丽商务〔2024〕12号）。2023 年及以前奖补年度的，仍可拟定。"),
        ("en", "Suspended from 1 August 2024 on (丽商务〔2024〕12号). Award years up to 2023 are still proposed."),
    ],
)
def test_an_award_that_is_stopped_says_so(language: str, words: str) -> None:
    told = shown(language, STOPPED)
    assert {award["status"] for award in told["awards"]} == {words}
    page, paragraphs = printed(told, language)
    assert words in page and words in paragraphs


def test_other_public_money_is_named_where_it_may_lower_the_award_alone() -> None:
    def named_by(context: RuleContext) -> set[str]:
        return {
            award.code
            for award in POLICY.awards
            for basis in describe(POLICY, award, context, "en")["amount_bases"]
            if basis["code"] == "other-public-money"
        }

    assert named_by(CONTEXT) == set(), "a mark takes nothing away"
    lowering = Interpretations.official_defaults(POLICY).with_changes({"overlap": "higher_only"})
    named = named_by(POLICY.context(lowering, TODAY))
    without = {
        *("headquarters-land", "loan-interest", "exhibition-organised", "exhibition-independent", "overseas-warehouse"),
    }
    assert named == {award.code for award in POLICY.awards} - without


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_award_is_told_whole(language: str) -> None:
    told = shown(language)
    assert len(told["awards"]) == 20
    for award, entry in zip(POLICY.awards, told["awards"], strict=True):
        assert POLICY.sentence_of(award).text == entry["article_words"]
        assert all(entry[name] for name in ("title", "article", "who", "rules", "conditions", "amount", "data"))
        assert all(line for lines in entry.values() if isinstance(lines, list) for line in lines)
    page, paragraphs = printed(told, language)
    expected = {
        "zh-CN": ("第（四）条第一款第三句", "年发件量 ÷", "达到 10,000 件/日", "邮政管理部门", "〔未设置：电话〕"),
        "en": (
            "Art. 4 para. 1 sentence 3",
            "parcels of the year ÷",
            "10,000 parcels a day",
            "postal administration",
            "[not set: telephone]",
        ),
    }[language]
    for words in expected:
        assert words in page
        assert any(words in paragraph for paragraph in paragraphs)
