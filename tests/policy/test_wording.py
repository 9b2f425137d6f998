"""Explanations are words for people: no code of any enumeration, no unexplained figure, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from services.eligibility.engine.description import in_one_line
from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.grammar.terms import fact_words
from services.eligibility.rules.library import load_policy
from shared.catalogue.datasets import CATALOGUE
from tests.policy.populations import ENTERPRISES, population
from tests.policy.tables import facts, frame

POLICY = load_policy("lishui-2020-1")
DAY = date(2025, 6, 1)
#: Codes that are no words themselves: with an underscore, or in no text by chance.
CODES = {
    *(code for dataset in CATALOGUE.values() for field in dataset.fields for code in field.choices),
    *(field.name for dataset in CATALOGUE.values() for field in dataset.fields),
    *CATALOGUE,
    *(award.code for award in POLICY.awards),
    *POLICY.interpretations,
    *POLICY.parameters,
    *POLICY.condition_words,
}
IN_CHINESE = re.compile(r"[A-Za-z]*_[A-Za-z_]+|[a-z]{2,}-[a-z-]+|[a-z]{4,}")
IN_ENGLISH = re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, (code for code in CODES if "_" in code)))) + r")\b")


def texts(node: Any) -> Iterator[str]:
    """Give everything of an explanation that a person reads."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("sentence", "title", "text", "would_take", "value_title") and isinstance(value, str):
                yield value
            elif name == "titles":
                yield from (
                    text for each in value.values() if each for text in ([each] if isinstance(each, str) else each)
                )
            elif name != "parts":
                yield from texts(value)
    elif isinstance(node, list):
        for each in node:
            yield from texts(each)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("seed", range(3))
def test_no_code_is_read_by_a_person(seed: int, language: str) -> None:
    tables = population(Random(seed), unknown=6)
    known = Facts.of({name: frame(name, rows) for name, rows in tables.items()})
    interpretations = Interpretations.official_defaults(POLICY)
    names = sorted({*known["enterprises"]["uscc"], *known["enterprises"]["name"]}, key=len, reverse=True)
    codes = [award.code for award in POLICY.awards]
    for uscc in ENTERPRISES[:4]:
        for each in explain_enterprise(known, POLICY, interpretations, uscc, [2021, 2023], DAY, codes):
            for text in texts(each.as_dict(language)):
                plain = re.sub("|".join(map(re.escape, names)), "", text)
                found = (IN_CHINESE if language == "zh-CN" else IN_ENGLISH).findall(plain)
                assert not found, text
                assert "None" not in text and "{" not in text, text


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        ("locations.jurisdiction", ("企业所在地区", "jurisdiction of the enterprise (locations of enterprises)")),
        (
            "statistics_sales.online_retail_fen",
            ("年度网络零售额（统计系统）", "yearly online retail in the statistics system"),
        ),
        ("cold_stores.in_use_on", ("冷链仓储的投入使用日期", "date of first use (cold stores)")),
    ],
    ids=["field", "dataset", "both"],
)
def test_a_fact_is_named_once(fact: str, words: tuple[str, str]) -> None:
    assert fact_words(fact) == words


def test_a_test_that_says_its_title_stands_alone() -> None:
    assert (
        in_one_line({"title": "使用面积", "test": "使用面积达到 10,000 平方米"}, "：") == "使用面积达到 10,000 平方米"
    )
    assert in_one_line({"title": "在适用地区内", "test": "须全部符合"}, "：") == "在适用地区内：须全部符合"


#: A hub that opened in 2022, which had been paid before, in the years 2021 and 2022.
HUB: Any = {
    "logistics_hubs": [{"hub_id": "H", "uscc": ENTERPRISES[0], "opened_on": date(2022, 7, 1)}],
    "hub_years": [{"hub_id": "H", "year": year, "parcels": 10, "client_enterprises": 20} for year in (2021, 2022)],
    "prior_awards": [{"uscc": ENTERPRISES[0], "award": "logistics-hub", "subject": "H"}],
}


@pytest.mark.parametrize(
    ("year", "name", "zh", "en"),
    [
        (2022, "not-paid-before", "此前已就同一事项支付", "already paid for the same matter"),
        (
            2021,
            "daily-parcels",
            "年发件量 10 件；启用年度自启用日起的日历天数为 0，无从比较",
            "parcels of the year 10, with nothing to compare it with: calendar days of the year (in the first, from the"
            " opening on) 0",
        ),
    ],
    ids=["denied", "nothing-to-divide-by"],
)
def test_what_is_found_reads_as_it_is_said(year: int, name: str, zh: str, en: str) -> None:
    interpretations = Interpretations.official_defaults(POLICY)
    (found,) = explain_enterprise(facts(HUB), POLICY, interpretations, ENTERPRISES[0], [year], DAY, ["logistics-hub"])
    said = {
        language: {each["name"]: each["sentence"] for each in found.as_dict(language)["conditions"]}
        for language in ("zh-CN", "en")
    }
    assert (said["zh-CN"][name], said["en"][name]) == (zh, en)
