"""The glossary: one word per concept, and the words of the system's Chinese texts."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from shared.i18n import chinese_texts
from shared.policies import AWARD_TITLES
from tests.support.glossary import NOT_USED, ROOT, TERMS, WORDS, misused

CHINESE = re.compile("[一-鿿]")
QUOTED = {"coverage.yaml", "source.yaml"}
"""Files of a policy package with the document's own sentences."""
SEALED = {"支付令编号"}
"""A heading of the treasury's file, whose checksum is stored with the batch: files of earlier versions stay as they are."""
READS_FILES_OF_OTHERS = ("shared/files", "services/payout/batches/columns.py")
"""Knows the headings and notes that others write around their tables."""
FOLDERS = ("services", "shared", "deploy/local")


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


def files(*endings: str) -> list[Path]:
    found = (file for folder in FOLDERS for ending in endings for file in (ROOT / folder).rglob(f"*{ending}"))
    return sorted(file for file in found if file.name not in QUOTED)


def texts_in(node: object) -> Iterator[str]:
    """Give every Chinese text of a YAML document."""
    if isinstance(node, str) and CHINESE.search(node):
        yield node
    elif isinstance(node, dict):
        for name, part in node.items():
            yield from texts_in(name)
            yield from texts_in(part)
    elif isinstance(node, list):
        for part in node:
            yield from texts_in(part)


def test_the_catalogue_uses_the_words_of_the_glossary() -> None:
    assert {english: misused(text) for english, text in chinese_texts().items() if misused(text)} == {}


def test_the_chinese_readme_uses_the_words_of_the_glossary() -> None:
    """Other Chinese pages are generated from the declarations and packages that are checked below."""
    assert misused((ROOT / "README.zh-CN.md").read_text("utf-8")) == []


def texts_in_code(file: Path) -> Iterator[str]:
    """Give every Chinese text of a module, but for docstrings, and headings and names that files of others may have."""
    tree = ast.parse(file.read_text("utf-8"))
    accepted = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg in ("aliases", "former_choices")
        for inner in ast.walk(node)
    }
    docstrings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in accepted | docstrings:
            yield from texts_in(node.value)


def test_chinese_words_in_the_code_are_those_of_the_glossary() -> None:
    """Those that stand in pairs with English, as the names of datasets and of codes do, and those of pages."""
    wrong = {
        f"{file.relative_to(ROOT)}: {text}": misused(text)
        for file in files(".py")
        if not any(file.is_relative_to(ROOT / each) for each in READS_FILES_OF_OTHERS)
        for text in texts_in_code(file)
        if text not in SEALED and misused(text)
    }
    for file in files(".html", ".js", ".sql"):
        lines = [line for line in file.read_text("utf-8").splitlines() if CHINESE.search(line)]
        if found := misused("\n".join(lines)):
            wrong[str(file.relative_to(ROOT))] = found
    assert wrong == {}


def test_the_words_of_policy_packages_are_those_of_the_glossary() -> None:
    """Titles, conditions, parameters, interpretations and what speaks for each value."""
    packages = files(".yaml")
    assert {"words.yaml", "parameters.yaml", "interpretations.yaml", "outline.yaml"} <= {file.name for file in packages}
    wrong = {
        f"{file.relative_to(ROOT)}: {text}": misused(text)
        for file in packages
        for text in texts_in(yaml.safe_load(file.read_text("utf-8")))
        if misused(text)
    }
    assert wrong == {}


def test_datasets_are_named_as_in_their_declarations() -> None:
    page = (ROOT / "docs/api/datasets.zh-CN.md").read_text("utf-8")
    declared = {code: name.strip() for code, name in re.findall(r"^## `(\w+)` (.+)$", page, re.MULTILINE)}
    by_code = {term.english: term.chinese for term in TERMS}
    assert declared
    assert {code: by_code.get(code) for code in declared} == declared


def test_awards_are_named_as_in_the_outline_of_the_policy() -> None:
    by_code = {term.meaning.strip("`"): (term.chinese, term.english) for term in TERMS}
    assert {code: by_code.get(code) for code in AWARD_TITLES} == dict(AWARD_TITLES)
