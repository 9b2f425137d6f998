"""Short ways to declare fields, so that a dataset reads like its line in the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shared.catalogue.domain import MAX_INTEGER, Field, Kind
from shared.policies import JURISDICTIONS

USCC_ZH = "统一社会信用代码"


def uscc(name: str = "uscc", zh: str = USCC_ZH, en: str = "unified social credit code") -> Field:
    """Declare a field that names an enterprise."""
    aliases: tuple[str, ...] = ("信用代码", "社会信用代码", "企业统一社会信用代码") if name == "uscc" else ()
    if zh == USCC_ZH:
        return Field(name, Kind.USCC, zh, en, max_length=18, aliases=aliases)
    # A table about parks says "operator" over the column where another says "operator's code" or just "code".
    aliases = (zh, *((USCC_ZH,) if name == "uscc" else ()), *aliases)
    return Field(name, Kind.USCC, f"{zh}{USCC_ZH}", en, max_length=18, aliases=aliases, fact_name=(zh, en))


def code(
    name: str, zh: str, en: str, *, optional: bool = False, pattern: str | None = None, aliases: Sequence[str] = ()
) -> Field:
    """Declare an identifier or a code: text, never a number, at most 100 characters."""
    return Field(name, Kind.CODE, zh, en, optional, pattern=pattern, max_length=100, aliases=tuple(aliases))


def text(name: str, zh: str, en: str, *, optional: bool = False, aliases: Sequence[str] = ()) -> Field:
    """Declare text of at most 500 characters."""
    return Field(name, Kind.TEXT, zh, en, optional, aliases=tuple(aliases))


def choice(name: str, zh: str, en: str, choices: Mapping[str, tuple[str, str]], *, optional: bool = False) -> Field:
    """Declare one of a fixed list of codes."""
    return Field(name, Kind.CHOICE, zh, en, optional, choices=choices, max_length=100)


def jurisdiction(zh: str = "所在地区", en: str = "jurisdiction", *, optional: bool = False) -> Field:
    """Declare the place of an enterprise or of a project."""
    return replace(choice("jurisdiction", zh, en, JURISDICTIONS, optional=optional), of_policies=True)


def day(name: str, zh: str, en: str, *, optional: bool = False) -> Field:
    """Declare a calendar date."""
    return Field(name, Kind.DAY, zh, en, optional)


def since(zh: str = "起始日期") -> Field:
    """Declare the first day of a period."""
    return day("since", zh, "first day")


def until(
    name: str = "until", zh: str = "失效日期（当日起不适用）", former: str = "终止日期", *, optional: bool = True
) -> Field:
    """Declare the first day that no longer counts, as its heading says; under another heading it is the last day that does.

    `former` is the heading of files that do not say so.
    """
    return Field(
        name,
        Kind.DAY,
        zh,
        "first day that no longer counts",
        optional,
        aliases=(former, f"{former}（不含）"),
        last_day_headings=("截止日期（含当日）",),
    )


def year(name: str = "year", zh: str = "年度", en: str = "calendar year") -> Field:
    """Declare a calendar year."""
    return Field(
        name, Kind.YEAR, zh, en, unit="year", minimum=1, maximum=9999, aliases=("年份",) if zh == "年度" else ()
    )


def money(
    name: str, zh: str, en: str, *, optional: bool = False, unit: str = "fen", aliases: Sequence[str] = ()
) -> Field:
    """Declare an amount in fen (or another hundredth), never negative."""
    return Field(name, Kind.MONEY, zh, en, optional, unit=unit, minimum=0, maximum=MAX_INTEGER, aliases=tuple(aliases))


def count(
    name: str, zh: str, en: str, *, optional: bool = False, unit: str = "pieces", aliases: Sequence[str] = ()
) -> Field:
    """Declare a whole number that is never negative."""
    return Field(name, Kind.COUNT, zh, en, optional, unit=unit, minimum=0, maximum=MAX_INTEGER, aliases=tuple(aliases))


def area(name: str, zh: str, en: str, *, optional: bool = False) -> Field:
    """Declare an area in square metres with at most two decimals."""
    return Field(name, Kind.DECIMAL, zh, en, optional, unit="m2", minimum=0, maximum=MAX_INTEGER)


def operating_days() -> Field:
    """Declare the days of a year on which something operated, 1 to 366."""
    return Field("operating_days", Kind.COUNT, "运营天数", "operating days", True, "days", 1, 366)


def flag(name: str, zh: str, en: str) -> Field:
    """Declare a yes or no."""
    return Field(name, Kind.FLAG, zh, en)
