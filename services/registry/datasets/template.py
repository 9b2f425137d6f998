"""Write a workbook to fill in: the headings of a dataset, cells that keep codes as text, lists to choose from, and notes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import xlsxwriter

from shared.catalogue.domain import TEXTS, Dataset, Field, Kind
from shared.i18n import CHINESE, N_, translate

KINDS = {
    Kind.USCC: N_("unified social credit code, 18 characters"),
    Kind.CODE: N_("code, as text"),
    Kind.ACCOUNT: N_("account number, 8 to 32 digits, as text"),
    Kind.TEXT: N_("text"),
    Kind.CHOICE: N_("one of a list"),
    Kind.DAY: N_("date, such as 2020-06-30"),
    Kind.YEAR: N_("year, such as 2020"),
    Kind.COUNT: N_("whole number"),
    Kind.MONEY: N_("amount with at most two decimals"),
    Kind.NUMBER: N_("whole number"),
    Kind.DECIMAL: N_("number with at most two decimals"),
    Kind.FLAG: N_("yes or no (是/否)"),
}
"""Content of a field of each kind, for people who fill in a file."""

EXAMPLES: Mapping[Kind, str] = {
    Kind.USCC: "91110000600037341L",
    Kind.CODE: "202000000001",
    Kind.ACCOUNT: "6222000011112222",
    Kind.TEXT: "样例",
    Kind.DAY: "2020-06-30",
    Kind.YEAR: "2020",
    Kind.COUNT: "120",
    Kind.MONEY: "1234.50",
    Kind.NUMBER: "435",
    Kind.DECIMAL: "85.25",
}
"""A value of a field of each kind as a person writes it; those of choices and flags are in their lists."""

_NOTES = N_("notes")
_TITLES = (N_("column"), N_("required"), N_("content"), N_("example"), N_("choices"))
_YES, _NO = N_("yes"), N_("no")
_FLAGS = {"zh-CN": ["是", "否"], "en": ["true", "false"]}
_EMPTY = N_("Leave it empty if it is unknown; write 0 if there is none.")
_ROWS = 5_000
_MAX_LIST = 255  # characters that a spreadsheet takes in a list
_FIRST_DAY, _LAST_DAY = date(1900, 3, 1), date(9999, 12, 31)
_LAST_YEAR = 9_999


def write(dataset: Dataset, language: str) -> bytes:
    """Return the template of `dataset` with headings in `language` (`zh-CN` or `en`); an import reads it as it is.

    Every column has a note on its heading, and cells that a spreadsheet checks as they are filled in.
    """
    chinese = language == CHINESE
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold, as_text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    as_day, as_amount = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.00"})
    sheet = book.add_worksheet(dataset.zh[:31] if chinese else dataset.name[:31])
    notes = book.add_worksheet(translate(_NOTES, language))
    notes.write_row(0, 0, [translate(title, language) for title in _TITLES], bold)
    for place, item in enumerate(dataset.fields):
        heading, shown = item.heading[language], _choices(item, language)
        content, example = translate(KINDS[item.kind], language), EXAMPLES.get(item.kind, next(iter(shown), ""))
        required = translate(_NO if item.optional else _YES, language)
        sheet.write_string(0, place, heading, bold)
        sheet.write_comment(0, place, _note(item, content, example, language))
        width = max(12, len(heading) * 2 + 2 if chinese else len(heading) + 2)
        style = as_text if item.kind in TEXTS else {Kind.DAY: as_day, Kind.MONEY: as_amount}.get(item.kind)
        sheet.set_column(place, place, width, style)
        if rule := _validation(item, shown):
            prompt = {"input_title": heading[:32], "input_message": content[:255]}
            sheet.data_validation(1, place, _ROWS, place, rule | prompt)
        notes.write_row(place + 1, 0, [heading, required, content, example, ("、" if chinese else ", ").join(shown)])
    sheet.freeze_panes(1, 0)
    notes.set_column(0, len(_TITLES) - 1, 32)
    book.close()
    return file.getvalue()


def _choices(item: Field, language: str) -> list[str]:
    if item.kind is Kind.FLAG:
        return _FLAGS[language]
    return [names[0] if language == CHINESE else code for code, names in item.choices.items()]


def _note(item: Field, content: str, example: str, language: str) -> str:
    """Return what a column's note says: first the name that rules have for it, if that says more than the heading."""
    zh, en = item.fact_name or ("", "")
    name = zh if language == CHINESE else en
    lines = [] if name in item.heading[language] else [name]
    lines += [content, f"{translate(_TITLES[3], language)}: {example}"]
    return "\n".join([*lines, translate(_EMPTY, language)] if item.optional else lines)


def _validation(item: Field, shown: list[str]) -> dict[str, Any] | None:
    """Return what a spreadsheet checks of a cell; codes and texts are checked by the import alone."""
    if shown:
        return {"validate": "list", "source": shown} if len(",".join(shown)) <= _MAX_LIST else None
    if item.kind is Kind.DAY:
        return {"validate": "date", "criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY}
    if item.kind is Kind.USCC:
        return {"validate": "length", "criteria": "==", "value": 18}
    if item.kind is Kind.YEAR:
        return {"validate": "integer", "criteria": "between", "minimum": item.minimum or 1, "maximum": _LAST_YEAR}
    if item.minimum is None or item.kind not in (Kind.COUNT, Kind.MONEY, Kind.NUMBER, Kind.DECIMAL):
        return None
    kind = "decimal" if item.kind in (Kind.MONEY, Kind.DECIMAL) else "integer"
    return {"validate": kind, "criteria": ">=", "value": max(item.minimum, -(10**9))}
