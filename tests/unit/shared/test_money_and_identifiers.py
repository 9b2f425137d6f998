"""Money in yuan and fen, unified social credit codes, identities."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import calendar_date, isoformat
from shared.identifiers import are_uscc, award_id, event_id, is_uscc, new_id
from shared.money import MAX_FEN, NotAnAmountInYuanError, fen_of_yuan, yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [("0", 0), ("1", 100), ("1.5", 150), ("1.05", 105), ("-12.34", -1234), ("5000000", 500_000_000), ("0.01", 1)],
)
def test_yuan_is_read_to_the_fen(text: str, fen: int) -> None:
    assert fen_of_yuan(text) == fen


@pytest.mark.parametrize("text", ["", "1.234", "1e3", "１２", "1,000", "1.", ".5", "+1", " 1", "nan", "--1"])
def test_what_is_no_amount_in_yuan_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmountInYuanError):
        fen_of_yuan(text)


@given(st.integers(min_value=-MAX_FEN, max_value=MAX_FEN))
def test_what_is_written_in_yuan_is_read_back(fen: int) -> None:
    assert fen_of_yuan(yuan(fen).replace(",", "")) == fen


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("91110000600037341L", True),
        ("N2331102MF0000001J", True),  # a rural collective: the standard lets the first two be letters
        ("91110000600037341M", False),  # check digit
        ("N2331102MF0000001K", False),
        ("9111000060003734", False),  # too short
        ("91110000600037341l", False),  # lower case is mended where it enters, never kept
        ("91110000600037341L ", False),
        ("", False),
    ],
)
def test_a_unified_social_credit_code_is_checked(code: str, valid: bool) -> None:
    assert is_uscc(code) is valid


@given(st.lists(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=17, max_size=19), max_size=20))
def test_codes_of_a_column_are_checked_like_single_ones(found: list[str]) -> None:
    bodies = [code[:17] for code in found]
    candidates = [*found, *(body + last for body in bodies[:3] for last in "0123456789ABCDEFGHJKLMNPQRTUWXY")]
    candidates += ["91110000600037341L", "91110000600037341K", "", "9111"]
    assert are_uscc(pl.Series(candidates, dtype=pl.String)).to_list() == [
        is_uscc(code) if code else False for code in candidates
    ]


def test_an_award_keeps_its_identity_and_no_two_share_one() -> None:
    yearly = award_id("lishui-2020-1", "courier-rent", "91110000600037341L", 2023)
    assert yearly == award_id("lishui-2020-1", "courier-rent", "91110000600037341L", 2023)
    others = [
        award_id("lishui-2020-1", "courier-rent", "91110000600037341L", 2022),
        award_id("lishui-2020-1", "courier-rent", "91110000600037341L", None),
        award_id("lishui-2020-1", "retail-scale", "91110000600037341L", 2023),
        event_id("award.decided", yearly, 1),
    ]
    assert yearly.version == 5
    assert len({yearly, *others}) == 5


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - naive by contract
def test_new_ids_follow_time(instant: datetime) -> None:
    made = new_id(instant)
    assert made.version == 7
    assert made.int >> 80 == int(instant.timestamp() * 1000)
    assert made != new_id(instant)


def test_a_day_is_the_day_in_lishui() -> None:
    evening = datetime(2024, 12, 31, 16, 0, tzinfo=UTC)
    assert calendar_date(evening).isoformat() == "2025-01-01"
    assert isoformat(evening) == "2024-12-31T16:00:00.000000Z"
