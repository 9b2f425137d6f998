"""Datasets as people read them: their names, labels with units, values in words, and the page of a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import Dataset, Field, Kind
from shared.i18n import CHINESE, word
from shared.money import yuan

Names = tuple[str, str]
"""A name in Chinese and in English."""

TITLES: Mapping[str, Names] = {dataset.name: (dataset.zh, dataset.en) for dataset in CATALOGUE.values()}
_UNITS: Mapping[str, Names] = {
    "fen": ("元", "yuan"),
    "usd_cents": ("美元", "US dollars"),
    "m2": ("平方米", "m²"),
    "months": ("个月", "months"),
    "basis_points": ("基点", "basis points"),
}


def label_of(item: Field) -> Names:
    """Return what a field is called, with the unit of its numbers."""
    chinese, english = item.zh, item.en
    unit = _UNITS.get(item.unit or "")
    if unit is not None:
        return f"{chinese}（{unit[0]}）", f"{english} ({unit[1]})"
    return chinese, english


def choices_of(item: Field) -> Mapping[str, Names]:
    """Return the codes that a field may hold, with their names; empty where it holds anything else."""
    return item.choices or item.known


CHOICES: Mapping[str, Names] = {
    code: names for dataset in CATALOGUE.values() for item in dataset.fields for code, names in choices_of(item).items()
}
"""What codes that any field may hold are called, for a policy's numbers, which are lists of such codes, too."""


def choices_in_words(codes: Sequence[str], language: str) -> list[str]:
    """Return a list of codes as the smallest list of choices that has them all calls them: others may have one of them, too."""
    lists = [choices_of(item) for dataset in CATALOGUE.values() for item in dataset.fields]
    names = min((found for found in lists if set(codes) <= set(found)), key=len, default=CHOICES)
    return [word(code, language, names) or "" for code in codes]


def shown(item: Field, value: object, language: str) -> str:
    """Return a value in words, numbers in the unit of the label; empty for what is unknown."""
    if value is None:
        return ""
    if item.kind is Kind.MONEY and isinstance(value, int):
        return yuan(value)
    if isinstance(value, bool):
        return word(value, language) or ""
    if isinstance(value, int) and item.kind is not Kind.YEAR:
        return f"{value:,}"
    names = choices_of(item).get(str(value))
    return names[language != CHINESE] if names else str(value)


def written(item: Field, value: object) -> str:
    """Return a value as a form holds it."""
    if value is None:
        return ""
    if item.kind is Kind.MONEY and isinstance(value, int):
        return yuan(value).replace(",", "")
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def is_number(item: Field) -> bool:
    """Whether a field's values are set in a column of numbers."""
    return item.kind in (Kind.MONEY, Kind.COUNT, Kind.NUMBER, Kind.DECIMAL)


def key_of(dataset: Dataset, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key of a record."""
    return {name: record[name] for name in dataset.key}


def row_page(dataset: str, key: Mapping[str, Any]) -> str:
    """Return the address of the page of a row."""
    return f"/datasets/{dataset}/history?{urlencode(key)}"
