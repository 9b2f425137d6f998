"""Explanations are words for people: no code of any enumeration, no unexplained figure, in either language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
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
from tests.policy.casefile import FOLDER, read_cases
from tests.policy.populations import ENTERPRISES, population
from tests.policy.tables import facts, frame

POLICY = load_policy("lishui-2020-1")
GOLDENS = Path(__file__).with_name("goldens")
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


#: How many of a unit are one of what is said.
PER_ONE = {"fen": 100, "usd_cents": 100, "basis_points": 100, "millionths": 1_000_000}


def figures_in(node: Any) -> Iterator[tuple[Decimal, str]]:
    """Give every number of an explanation, as it is to be said, and its words."""
    if isinstance(node, dict):
        if {"value", "unit", "text"} <= node.keys():
            value = node["value"]
            if node["unit"] not in ("flag", "code", "day", "text") and isinstance(value, int | str):
                yield Decimal(value) / PER_ONE.get(node["unit"], 1), node["text"]
        for each in node.values():
            yield from figures_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from figures_in(each)


@pytest.mark.parametrize("seed", range(3))
def test_a_figure_says_its_value(seed: int) -> None:
    """Also one of a threshold that is a share of something, and so a fraction or whole by chance."""
    tables = population(Random(seed), unknown=2)
    known = Facts.of({name: frame(name, rows) for name, rows in tables.items()})
    codes, interpretations = [award.code for award in POLICY.awards], Interpretations.official_defaults(POLICY)
    documents = [json.loads(path.read_text("utf-8")) for path in sorted(GOLDENS.glob("en/*.json"))]
    for uscc in ENTERPRISES:
        made = explain_enterprise(known, POLICY, interpretations, uscc, [2021, 2022, 2023], DAY, codes)
        documents += [each.as_dict("en") for each in made]
    found = [figure for document in documents for figure in figures_in(document)]
    assert len(found) > 1_000
    for value, words in found:
        numbers = [Decimal(each.replace(",", "")) for each in re.findall(r"-?\d[\d,]*(?:\.\d+)?", words)]
        shares = [value * 100] if "%" in words else []
        assert any(abs(each - said) <= Decimal("0.01") for each in (value, *shares) for said in numbers), (value, words)


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
            "年发件量 10 件；自启用日起的当年日历天数为 0，无从比较",
            "parcels of the year 10, with nothing to compare it with: calendar days of the year from the opening on 0",
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


@pytest.mark.parametrize(
    ("award", "case", "year", "name", "zh", "en", "lacking"),
    [
        (
            *("courier-rent", "a single day of business is not a year's", 2021, "daily-parcels"),
            "年发件量 10,000 件 ÷ 全年日历天数 365 天 = 27 件/日，低于 10,000 件/日",
            "parcels of the year 10,000 ÷ calendar days of the year 365 days = 27 parcels a day, which is below 10,000"
            " parcels a day",
            ("9,973 件/日（年发件量 3,640,000 件）", "9,973 parcels a day (parcels of the year 3,640,000)"),
        ),
        (
            *("provider-growth", "exactly ten per cent", 2021, "client-growth"),
            "当年零售额 110 元 ÷ 上年零售额 100 元 − 1 = 10%，未超过 10%",
            "online retail of the year 110 yuan ÷ online retail of the year before 100 yuan − 1 = 10%, which does not"
            " exceed 10%",
            ("当年零售额 0.01 元", "online retail of the year 0.01 yuan"),
        ),
        (
            *("provider-growth", "100 to 130 and 900 to 918 is too little in aggregate", 2021, "client-growth"),
            "当年零售额 1,048 元 ÷ 上年零售额 1,000 元 − 1 = 4.8%，未超过 10%",
            "online retail of the year 1,048 yuan ÷ online retail of the year before 1,000 yuan − 1 = 4.8%, which does"
            " not exceed 10%",
            (
                "5.2 个百分点（当年零售额 52.01 元）",
                "5.2 percentage points (online retail of the year 52.01 yuan)",
            ),
        ),
        (
            *("sustained-growth", "given once", 2022, "once"),
            "只奖补一次，奖补最先符合条件的年度（2021 年），不奖补 2022 年",
            "given once only, for the first year in which the conditions were met (2021), not for 2022",
            None,
        ),
        (
            *("courier-rent", "a farmers' cooperative", 2021, "legal-form"),
            "受奖单位组织形式为农民专业合作社，须为企业",
            "legal form of the payee is farmers' cooperative, but must be enterprise",
            None,
        ),
        (
            *("cold-chain", "the store is in a county", 2020, "project-place"),
            "冷库所在地区为庆元县，不在规定范围内（市直、莲都区、丽水经济技术开发区）",
            "jurisdiction of the store is Qingyuan, none of those allowed (city proper, Liandu, Lishui economic and"
            " technological development zone)",
            None,
        ),
    ],
    ids=["so-many-a-day", "exactly-the-limit", "percentage", "once", "one-allowed", "several-allowed"],
)
def test_a_refused_condition_reads_once(
    award: str, case: str, year: int, name: str, zh: str, en: str, lacking: tuple[str, str] | None
) -> None:
    """What a quotient lacks is said in the unit that it is compared in, and in that of what would have to grow."""
    given = next(each for each in read_cases(FOLDER / f"{award}.yaml") if each.name == case)
    uscc = next(iter(given.expect)) or "A"
    interpretations = Interpretations.official_defaults(POLICY).with_changes(given.interpretations)
    found = explain_enterprise(
        facts(given.tables), POLICY, interpretations, uscc.partition(":")[0], [year], given.decided_on, [award]
    )
    for place, language in enumerate(("zh-CN", "en")):
        conditions = [one for each in found for one in each.as_dict(language)["conditions"]]
        condition = next(each for each in _leaves(conditions) if each["name"] == name and each["result"] == "failed")
        assert condition["sentence"] == (zh, en)[place]
        assert condition.get("short_by", {}).get("text") == (lacking and lacking[place])


def _leaves(conditions: list[Any]) -> Iterator[Any]:
    for each in conditions:
        yield from _leaves(each.get("within", [])) if each.get("within") else (each,)
