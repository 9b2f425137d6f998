"""Values and sentences in words, in both languages: numbers with thousands separators, yuan, percent, days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_decimal

from services.eligibility.rules.text import LANGUAGES, Text
from shared.i18n import N_, translate

#: The most decimals that a quotient is written with.
MOST_DECIMALS = 6


def said(message: str, **parameters: Text | int) -> Text:
    """Return a message of the catalogue in both languages, its placeholders filled with phrases or numbers."""
    given = {
        name: dict(zip(LANGUAGES, each, strict=True)) if isinstance(each, Text) else each
        for name, each in parameters.items()
    }
    return Text(*(translate(message, language, given) for language in LANGUAGES))


def unknown() -> Text:
    """Return the word for a value that is not known."""
    return said(N_("unknown"))


def listed(phrases: Sequence[Text]) -> Text:
    """Return phrases as a list."""
    return Text.joined(list(phrases), "、", ", ")


@lru_cache(4096)
def number(value: int | Fraction | Decimal, decimals: int = 2) -> Text:
    """Return a number with thousands separators, and at most so many decimals."""
    if value == (whole := int(value)):
        return Text(f"{whole:,}", f"{whole:,}")  # most are, and Babel takes ten times as long for them
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(value)
    written = format_decimal(exact, "#,##0." + "#" * decimals if decimals else "#,##0", locale="en_GB")
    return Text(written, written)


def yuan(fen: int | Fraction) -> Text:
    """Return an amount in yuan, with fen only where there are any: 60,000 元. A threshold may have parts of a fen."""
    if fen != (whole := int(fen)):
        exact = number(Fraction(fen) / 100, MOST_DECIMALS)
        return Text(f"{exact.zh} 元", f"{exact.en} yuan")
    fen = whole
    decimals = f"{abs(fen) % 100:02}" if fen % 100 else ""
    written = f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}{'.' if decimals else ''}{decimals}"
    return Text(f"{written} 元", f"{written} yuan")


def dollars(cents: int | Fraction) -> Text:
    """Return an amount in US dollars."""
    written = number(Fraction(cents) / 100)
    return Text(f"{written.zh} 美元", f"{written.en} US dollars")


def percent(value: Fraction, decimals: int = 2) -> Text:
    """Return a share as a percentage."""
    return Text(*(f"{each}%" for each in number(value * 100, decimals)))


@lru_cache(4096)
def day(value: date) -> Text:
    """Return a day: 2021年3月5日, 5 March 2021."""
    return Text(format_date(value, "long", locale="zh_CN"), format_date(value, "long", locale="en_GB"))


def with_unit(value: Text, unit: Text) -> Text:
    """Return a number followed by its unit."""
    return Text(f"{value.zh} {unit.zh}".rstrip(), f"{value.en} {unit.en}".rstrip())


def named(words: Text, value: Text) -> Text:
    """Return a value after its name."""
    return Text(f"{words.zh} {value.zh}", f"{words.en} {value.en}")


def bracketed(words: Text, value: Text) -> Text:
    """Return a name with its value in brackets."""
    return Text(f"{words.zh}（{value.zh}）", f"{words.en} ({value.en})")


def floored(value: Fraction, decimals: int) -> Fraction:
    """Return the value cut to so many decimals, downwards."""
    return Fraction(value * 10**decimals // 1, 10**decimals)
