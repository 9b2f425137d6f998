"""The glossary: one word per concept, and the words of the system's Chinese texts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from shared.catalogue.datasets import CATALOGUE
from shared.policies import AWARD_TITLES

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Term:
    """A row of the glossary."""

    chinese: str
    english: str
    meaning: str
    not_used: tuple[str, ...]


def read_terms() -> list[Term]:
    terms = []
    for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| 中文 "):
            chinese, english, meaning, not_used = (cell.strip() for cell in line.strip("|").split("|"))
            terms.append(Term(chinese, english, meaning, tuple(filter(None, not_used.split("、")))))
    return terms


TERMS = read_terms()
WORDS = sorted({word for term in TERMS for word in term.chinese.split("、")}, key=len, reverse=True)
NOT_USED = sorted({word for term in TERMS for word in term.not_used if "（" not in word})
"""Words that are wrong in every sense; those with a note are wrong in one sense only."""


def misused(text: str) -> list[str]:
    """Return the words of `text` that the glossary refuses, but for those inside a longer word that it has."""
    for word in WORDS:
        text = text.replace(word, "")
    return [word for word in NOT_USED if word in text]


def test_a_word_is_refused_unless_it_is_part_of_a_term() -> None:
    assert misused("对奖补暂停支付，解除暂停支付后恢复。") == []
    assert misused("暂停一项奖补，并签发付款指令。") == ["付款指令", "暂停"]


def test_every_row_has_a_term_in_both_languages_and_a_meaning() -> None:
    assert [term for term in TERMS if not (term.chinese and term.english and term.meaning)] == []


def test_no_term_stands_twice() -> None:
    assert [word for word, times in Counter(term.chinese for term in TERMS).items() if times > 1] == []


def test_no_term_is_refused() -> None:
    assert set(WORDS) & set(NOT_USED) == set()


def test_the_glossary_uses_its_own_words() -> None:
    assert {term.chinese: misused(term.meaning) for term in TERMS if misused(term.meaning)} == {}


def test_the_chinese_readme_uses_the_words_of_the_glossary() -> None:
    assert misused((ROOT / "README.zh-CN.md").read_text("utf-8")) == []


def test_declarations_of_datasets_use_the_words_of_the_glossary() -> None:
    names = [
        name
        for dataset in CATALOGUE.values()
        for item in dataset.fields
        for name in (dataset.zh, item.zh, *(zh for zh, _ in item.choices.values()))
    ]
    assert {name: misused(name) for name in names if misused(name)} == {}


def test_datasets_are_named_as_in_their_declarations() -> None:
    page = (ROOT / "docs/api/datasets.zh-CN.md").read_text("utf-8")
    declared = {code: name.strip() for code, name in re.findall(r"^## `(\w+)` (.+)$", page, re.MULTILINE)}
    by_code = {term.english: term.chinese for term in TERMS}
    assert declared
    assert {code: by_code.get(code) for code in declared} == declared


def test_awards_are_named_as_in_the_outline_of_the_policy() -> None:
    by_code = {term.meaning.strip("`"): (term.chinese, term.english) for term in TERMS}
    assert {code: by_code.get(code) for code in AWARD_TITLES} == dict(AWARD_TITLES)
