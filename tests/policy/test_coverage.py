"""Every sentence of the document is claimed once; every award is in the sentence that it cites; the rulebook is current."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from deploy.rulebook import DOCS, PAGES, rulebook
from services.eligibility.rules.library import load_policy

POLICY = load_policy("lishui-2020-1")


def test_every_sentence_is_claimed_exactly_once() -> None:
    counted = yaml.safe_load(Path(__file__).with_name("sentences.yaml").read_text(encoding="utf-8"))
    wanted = [
        (article, paragraph, sentence)
        for article, paragraphs in counted.items()
        for paragraph, sentences in enumerate(paragraphs, 1)
        for sentence in range(1, sentences + 1)
    ]
    assert [(line.article, line.paragraph, line.sentence) for line in POLICY.coverage] == wanted


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
def test_the_rulebook_is_current(language: str) -> None:
    """Rewrite it with `python -m deploy.rulebook`."""
    assert (DOCS / PAGES[language]).read_text(encoding="utf-8") == rulebook(POLICY, language)
