"""Every sentence of the document is claimed once; every award is in the sentence that it cites; the rulebook is current."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.rulebook import DOCS, PAGES, rulebook
from services.eligibility.rules import lishui_2020_1
from services.eligibility.rules.grammar.common import shared_rules
from services.eligibility.rules.library import load_policy

POLICY = load_policy("lishui-2020-1")


def _yaml(name: str) -> Any:
    return yaml.safe_load((Path(lishui_2020_1.__file__).parent / name).read_text(encoding="utf-8"))


def test_every_sentence_of_the_source_is_claimed_exactly_once() -> None:
    sentences = _yaml("source.yaml")["sentences"]
    ids = [".".join(map(str, entry["at"])) for entry in _yaml("coverage.yaml")]
    assert ids == list(sentences) == [line.source.code for line in POLICY.coverage]
    assert len(ids) == len(set(ids)) == 49
    assert all(text.endswith(("。", "：")) and "  " not in text for text in sentences.values())


def test_every_award_is_claimed_by_the_sentence_that_it_cites() -> None:
    for award in POLICY.awards:
        at = (str(award.article.number), award.article.paragraph, award.article.sentence)
        (line,) = (line for line in POLICY.coverage if (line.article, line.paragraph, line.sentence) == at)
        assert award.code in line.awards
        assert line.claimed_as == ("in_kind" if award.kind == "in_kind" else "computed")


def test_there_are_twenty_awards_and_thirty_five_interpretations() -> None:
    assert (len(POLICY.awards), len(POLICY.interpretations)) == (20, 35)
    used = {name for award in POLICY.awards for name in award.interpretation_names()}
    assert set(POLICY.interpretations) - used == {"integrity_screen", "credit_repair", "overlap"}


def test_every_interpretation_says_why_its_default_and_what_speaks_against() -> None:
    for interpretation in POLICY.interpretations.values():
        said = (*interpretation.reason, *interpretation.against, *interpretation.words)
        assert all(text.strip() for text in said), interpretation.name
        assert len(interpretation.values) > 1
        assert set(interpretation.former_values.values()) <= set(interpretation.values)


def test_every_number_is_used() -> None:
    document = POLICY.document.decode()
    measured = {name for award in POLICY.awards for measure in award.measures for name in measure.parameters}
    engine = {"first_award_year", "last_award_year", "validity_years", "integrity_lookback_years"}
    lists = {name for name in POLICY.parameters if name.startswith("enterprise_forms")}
    for name in POLICY.parameters:
        assert (
            name in measured | engine | lists
            or f'"parameter":"{name}"' in document
            or f'"{name}"' in document.replace(f'"{name}":{{', "")
        ), name


@pytest.mark.parametrize("language", list(PAGES))
def test_the_rulebook_tells_every_rule_in_words(language: str) -> None:
    """Those of measures and those that all awards share too; codes are in the lists at the end alone."""
    page = rulebook(POLICY, language)
    awards, _, _ = page.partition("\n## 适用口径\n" if language == "zh-CN" else "\n## Interpretations\n")
    rules = [measure.rule for award in POLICY.awards for measure in award.measures]
    assert [rule for rule in (*rules, *shared_rules(POLICY.parameters)) if rule.within(language) not in awards] == []
    assert [name for name in POLICY.interpretations if f"`{name}`" in awards] == []


@pytest.mark.parametrize("language", list(PAGES))
def test_the_rulebook_is_current(language: str) -> None:
    """Rewrite it with `python -m deploy.rulebook`."""
    assert (DOCS / PAGES[language]).read_text(encoding="utf-8") == rulebook(POLICY, language)
