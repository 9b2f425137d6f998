"""Explanations are words for people: no code of any enumeration, no unexplained figure, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

import pytest

from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from shared.catalogue.datasets import CATALOGUE
from tests.policy.populations import ENTERPRISES, population
from tests.policy.tables import frame

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
