"""Units as titles, notes and headings give them: of money, of counts and of areas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MEASURES: Mapping[str, tuple[str, ...]] = {
    "件": ("件", "单", "个", "家", "户", "人"),
    "天": ("天", "日"),
    "月": ("月", "个月"),
    "平方米": ("平方米", "平米", "m2"),
}
"""What the unit of a count or an area is called, by its measure."""
CURRENCIES: Mapping[str, str] = {"人民币": "元", "rmb": "元", "cny": "元", "¥": "元", "usd": "美元"}
"""Currencies that stand for their unit."""
_OTHERS: Mapping[str, tuple[str, ...]] = {"平方米": ("亩", "公顷", "平方公里", "平方千米", "km2")}
"""Units of the same measure that are not read."""

_MAX_TITLE = 2_000
_MULTIPLES = "[亿千百十万]"
MONEY = rf"(?:人民币)?({_MULTIPLES}*美?元)"
_BASES = "|".join(
    sorted((word for words in (*MEASURES.values(), *_OTHERS.values()) for word in words), key=len, reverse=True)
)
_ITEM = rf"(?:人民币)?(?P<unit>{_MULTIPLES}*(?:美?元|{_BASES})|[亿千百万]+)"
_PLAIN_ITEM = _ITEM.replace("?P<unit>", "?:")
_LIST = rf"(?:{_PLAIN_ITEM})(?:[、,/;和及或\s]+(?:{_PLAIN_ITEM}))*"
_END = rf"(?:(?<={_MULTIPLES}元)|(?<={_MULTIPLES}美元)|(?![一-鿿]))"
_NAMED = re.compile(
    rf"单\s*位\s*(?:[:(为是]|均为|统一为|\s)*({_LIST}){_END}|以\s*({_LIST})\s*(?:为(?:计量)?单位|计|填[报写列])|"
    rf"\(\s*(?:单位:?)?\s*({_LIST})\s*(?:[,;][^()]*)?\)|^\s*({_LIST})\s*$"
)
"""Words outside of headings that give the units of a table. A unit ends with its word: 单位：个体工商户 gives none."""
_BRACKETS = str.maketrans("[]{}【】〔〕〖〗", "()()()()()")


def folded(text: str) -> str:
    """Return text of one width, without invisible characters, with one kind of brackets."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(letter for letter in text if letter.isspace() or unicodedata.category(letter)[0] != "C")
    return text.translate(_BRACKETS).lower()


def units_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each unit that a title or a note gives, and its words there."""
    for match in _NAMED.finditer(folded(text)):
        for item in re.finditer(_ITEM, next(filter(None, match.groups()))):
            yield item["unit"], " ".join(match[0].split())


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit that a title or a note gives: where, and in which words."""

    unit: str
    at: str
    words: str


def units_named(text: str, at: str) -> list[NamedUnit]:
    """Return the units that a title or a note at `at` gives."""
    return [NamedUnit(unit, at, words) for unit, words in units_in(text[:_MAX_TITLE])]


def currency_of(unit: str) -> str | None:
    """Return the currency of a unit of money: 元 or 美元, "" where it is not said (万), None for other units."""
    if unit.endswith("元"):
        return "美元" if unit.endswith("美元") else "元"
    return None if unit.lstrip("亿千百十万") else ""


def is_other(unit: str, measure: str) -> bool:
    """Return whether numbers in `unit` would be read wrongly in a column of `measure`: 万件, 亩."""
    base = unit.lstrip("亿千百十万")
    return base in _OTHERS.get(measure, ()) or (base != unit and (not base or base in MEASURES[measure]))
