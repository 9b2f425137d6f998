"""Amounts in capitals say their amount and no other, in the form of financial documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import MAX_FEN
from shared.papers.capitals import capitals

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
TENS = {"拾": 10, "佰": 100, "仟": 1_000}
CASES = {
    0: "零元整",
    1: "壹分",
    10: "壹角",
    16: "壹角陆分",
    100: "壹元整",
    1_000: "壹拾元整",
    140_950: "壹仟肆佰零玖元伍角",
    600_714: "陆仟零柒元壹角肆分",
    168_032: "壹仟陆佰捌拾元叁角贰分",
    1_640_902: "壹万陆仟肆佰零玖元零贰分",
    32_504: "叁佰贰拾伍元零肆分",
    10_700_053: "壹拾万柒仟元伍角叁分",
    6_000_000: "陆万元整",
    10_001_000_000: "壹亿零壹万元整",
    MAX_FEN: "玖拾万零柒佰壹拾玖亿玖仟贰佰伍拾肆万柒仟肆佰零玖元玖角壹分",
}
"""1,409.50, 6,007.14, 1,680.32, 16,409.02, 325.04 and 107,000.53 yuan are examples of the rules (支付结算办法, annex 1)."""


def read(text: str) -> int:
    """Return the fen that capitals say: written without the library that writes them."""
    whole, _, rest = text.removeprefix("人民币").removesuffix("整").rpartition("元")
    fen = digit = 0
    for sign in rest:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[sign], 0
    return _yuan(whole) * 100 + fen


def _yuan(text: str) -> int:
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        before, found, after = text.rpartition(unit)
        if found:
            return (_yuan(before) or 1) * value + _yuan(after)
    total = digit = 0
    for sign in text:
        if sign in DIGITS:
            digit = DIGITS[sign]
        else:
            total, digit = total + digit * TENS[sign], 0
    return total + digit


@pytest.mark.parametrize("fen", CASES)
def test_an_amount_is_written_as_the_rules_for_bank_notes_say(fen: int) -> None:
    assert capitals(fen) == f"人民币{CASES[fen]}"


@given(st.integers(0, MAX_FEN) | st.integers(0, 10**9) | st.integers(0, 9).map(lambda power: 10**power))
def test_capitals_say_the_amount_in_one_form(fen: int) -> None:
    said = capitals(fen)
    assert read(said) == fen
    assert said.endswith("整") == (fen % 100 == 0), "整 follows whole yuan"
    assert "零零" not in said
    assert not said.removesuffix("整").endswith("零")


def test_what_is_negative_has_no_capitals() -> None:
    with pytest.raises(ValueError, match="not negative"):
        capitals(-1)
