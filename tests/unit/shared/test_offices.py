"""The offices that papers name: a package's entries, filled in by the city's file, checked at the start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.offices import VARIABLE, city_entries, office_of, office_of_policy
from shared.policies import FIRST_POLICY, PolicyPackageError
from shared.process_settings import require_files
from shared.settings import ServiceSettings

WRONG = {
    "a number without its year": 'document_numbers: {decision-letter: "丽〔2024〕{number}号"}',
    "an unknown placeholder": 'document_numbers: {decision-letter: "丽〔{year}〕{number}{x}号"}',
    "a name in one language": "issuing: 丽水市商务局",
    "an empty telephone": 'telephone: ""',
    "days that are none": "completion_days: 0",
    "an unknown entry": "telefon: 1",
    "a number of a paper that has none": 'document_numbers: {allocation-plan: "丽〔{year}〕{number}号"}',
}


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "offices.yaml"
    monkeypatch.setenv(VARIABLE, str(path))
    for each in (city_entries, office_of_policy):
        each.cache_clear()
    yield path
    for each in (city_entries, office_of_policy):
        each.cache_clear()


def test_the_citys_file_fills_in_what_the_package_leaves_open(city: Path) -> None:
    city.write_text(
        f"{FIRST_POLICY}:\n  court: [法院, court]\n  document_numbers: {{decision-letter: '丽〔{{year}}〕{{number}}号'}}\n",
        "utf-8",
    )
    found = office_of(
        FIRST_POLICY, {"issuing": ["商务局", "bureau"], "document_numbers": {"notice": "{year}-{number}"}}
    )
    assert (found.named("court", "zh-CN"), found.named("issuing", "en")) == ("法院", "bureau")
    assert (found.review_office, found.completion_days) == (None, None)
    assert dict(found.numbers) == {"decision-letter": "丽〔{year}〕{number}号", "notice": "{year}-{number}"}


@pytest.mark.parametrize("entry", WRONG.values(), ids=WRONG)
def test_a_mistake_in_it_is_named(city: Path, entry: str) -> None:
    city.write_text(f"{FIRST_POLICY}:\n  {entry}\n", "utf-8")
    with pytest.raises(PolicyPackageError, match=FIRST_POLICY):
        office_of(FIRST_POLICY, {})


@pytest.mark.parametrize("content", ["[1]", "a: [", "unknown-policy: {telephone: '1'}"])
def test_a_file_that_is_none_is_named(city: Path, content: str) -> None:
    city.write_text(content, "utf-8")
    with pytest.raises(PolicyPackageError, match=VARIABLE):
        city_entries()


def test_a_process_that_makes_papers_does_not_start_with_a_mistake_in_it(city: Path) -> None:
    settings = ServiceSettings.model_construct(offices_file=city)
    with pytest.raises(SystemExit, match=VARIABLE):
        require_files(settings)
    city.write_text(f"{FIRST_POLICY}:\n  completion_days: 0\n", "utf-8")
    with pytest.raises(SystemExit, match=rf"{FIRST_POLICY}: offices: completion_days"):
        require_files(settings)
    city.write_text(f"{FIRST_POLICY}:\n  completion_days: 15\n", "utf-8")
    city_entries.cache_clear()
    require_files(settings)
    assert office_of_policy(FIRST_POLICY).completion_days == 15
