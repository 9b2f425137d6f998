"""Exported decisions are written in words: each code has its own, in both languages."""

from __future__ import annotations

import re

import pytest

from services.eligibility.decisions.domain import State
from services.eligibility.decisions.export import COLUMNS
from shared.events.award_decided import Reason
from shared.i18n import CHINESE, ENGLISH
from shared.policies import AWARD_TITLES, JURISDICTIONS
from shared.spreadsheets import to_frame


@pytest.mark.parametrize(
    ("member", "codes"),
    [
        ("award", AWARD_TITLES),
        ("state", State),
        ("result", ["granted", "withdrawn"]),
        ("jurisdiction", JURISDICTIONS),
        ("kind", ["cash", "in_kind"]),
        ("reason", Reason),
        ("flags", [["integrity:serious_dishonesty", "unverified_rate:lpr_1y:2020"], ["integrity:tax"]]),
    ],
)
def test_codes_are_words(member: str, codes: list[object]) -> None:
    [column] = (column for column in COLUMNS if column.path == member)
    shown = {
        language: to_frame([{member: code} for code in codes], [column], language).to_series().to_list()
        for language in (CHINESE, ENGLISH)
    }
    assert not any(re.search("[a-z]", word) for word in shown[CHINESE])
    assert not any("_" in word for word in shown[ENGLISH])
    assert len(set(shown[CHINESE])) == len(shown[CHINESE])


def test_flags_are_told_whole() -> None:
    [column] = (column for column in COLUMNS if column.path == "flags")
    rows = [{"flags": flags} for flags in (["integrity:tax", "unverified_rate:usd_cny_year:2020"], [], None)]
    assert to_frame(rows, [column], CHINESE).to_series().to_list() == [
        "失信与处罚：税收违法、利率或汇率未核实：美元对人民币年平均中间价：2020",
        None,
        None,
    ]
