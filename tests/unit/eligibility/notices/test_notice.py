"""How long a notice lasts, and what it shows of whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.eligibility.notices.domain import shown_name, shown_uscc, term
from shared.working_days import last_arranged_year


@pytest.mark.parametrize(
    ("opened_on", "working_days", "last_day"),
    [
        ("2020-01-20", 5, "2020-02-04"),  # the Spring Festival that was prolonged to 2 February
        ("2023-04-20", 5, "2023-04-26"),  # Sunday 23 April was a working day
        ("2024-02-05", 5, "2024-02-18"),  # Sunday 18 February was one too; the days before it off since the 10th
        ("2024-09-27", 5, "2024-10-10"),  # Sunday 29 September worked, 1-7 October off
        ("2025-01-24", 2, "2025-01-27"),  # a Friday: Sunday 26 January worked
        ("2026-03-02", 5, "2026-03-09"),  # an ordinary week: the day of opening is not counted
        ("2026-03-07", 1, "2026-03-09"),  # opened on a Saturday
        ("2026-03-02", 0, "2026-03-02"),
    ],
)
def test_a_term_follows_the_official_calendar(opened_on: str, working_days: int, last_day: str) -> None:
    found = term(date.fromisoformat(opened_on), working_days)
    assert found.last_day == date.fromisoformat(last_day)
    assert found.closable_on == found.last_day + timedelta(days=1 if working_days else 0)
    assert found.assumed_from is None


def test_a_term_beyond_the_official_calendar_says_what_is_assumed() -> None:
    year = last_arranged_year()
    found = term(date(year, 12, 31), 1)
    assert found.assumed_from == date(year + 1, 1, 1)
    assert found.last_day >= date(year + 1, 1, 2), "New Year's Day is a day off by statute"
    assert term(date(year + 1, 3, 1), 5).assumed_from == date(year + 1, 3, 1)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 60), st.integers(0, 30))
def test_a_longer_or_later_notice_never_ends_sooner(opened_on: date, days: int, later: int) -> None:
    found = term(opened_on, days)
    assert (found.last_day - opened_on).days >= days
    assert term(opened_on, days + 1).last_day > found.last_day
    assert term(opened_on + timedelta(days=later), days).last_day >= found.last_day


@pytest.mark.parametrize(
    ("name", "legal_form", "shown"),
    [
        ("丽水甲有限公司", "enterprise", "丽水甲有限公司"),
        ("丽水市图书馆", "public_institution", "丽水市图书馆"),
        ("丽水张三丰服装店", "individual", "丽＊＊＊＊＊＊店"),
        ("丽水张三丰服装店", None, "丽＊＊＊＊＊＊店"),
        ("张三丰", "individual", "张＊丰"),
        ("丽水张三茶叶专业合作社", "cooperative", "丽水张三茶叶专业合作社"),
        ("丽水市电子商务协会", "social_organisation", "丽水市电子商务协会"),
        ("某村股份经济合作社", "other", "某村股份经济合作社"),
        ("张三", None, "张＊"),
        ("甲", "individual", "＊"),
    ],
)
def test_only_natural_persons_are_masked(name: str, legal_form: str | None, shown: str) -> None:
    assert shown_name(name, legal_form) == shown


@given(st.text("丽水张三丰店"), st.sampled_from(["individual", None]))
def test_a_masked_name_keeps_its_length_and_two_characters_at_most(name: str, legal_form: str | None) -> None:
    shown = shown_name(name, legal_form)
    assert len(shown) == len(name)
    assert sum(character != "＊" for character in shown) <= max(min(2, len(name) - 1), 0)


def test_a_code_is_masked_for_natural_persons_alone() -> None:
    assert shown_uscc("91331100MA20000018", "enterprise") == "91331100MA20000018"
    assert shown_uscc("93331100MA20000018", "cooperative") == "93331100MA20000018"
    assert shown_uscc("92331100MA20000018", "individual") == "92************0018"
