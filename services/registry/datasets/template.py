"""Write a workbook to fill in: the headings of a dataset, cells that keep codes as text, lists to choose from, and notes."""

from __future__ import annotations

import io

import xlsxwriter

from shared.catalogue.domain import TEXTS, Dataset, Kind
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

_NOTES = N_("notes")
_TITLES = (N_("column"), N_("required"), N_("content"), N_("choices"))
_YES, _NO = N_("yes"), N_("no")
_ROWS = 5_000
_MAX_LIST = 255  # characters that a spreadsheet takes in a list


def write(dataset: Dataset, language: str) -> bytes:
    """Return the template of `dataset` with headings in `language` (`zh-CN` or `en`); an import reads it as it is."""
    chinese = language == CHINESE
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold, as_text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(dataset.zh[:31] if chinese else dataset.name[:31])
    notes = book.add_worksheet(translate(_NOTES, language))
    notes.write_row(0, 0, [translate(title, language) for title in _TITLES], bold)
    for place, item in enumerate(dataset.fields):
        heading = item.heading[language]
        sheet.write_string(0, place, heading, bold)
        width = max(12, len(heading) * 2 + 2 if chinese else len(heading) + 2)
        sheet.set_column(
            place, place, width, as_text if item.kind in TEXTS else as_day if item.kind is Kind.DAY else None
        )
        shown = [names[0] if chinese else code for code, names in item.choices.items()]
        if shown and len(",".join(shown)) <= _MAX_LIST:
            sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": shown})
        required = translate(_NO if item.optional else _YES, language)
        choices = ("、" if chinese else ", ").join(shown)
        notes.write_row(place + 1, 0, [heading, required, translate(KINDS[item.kind], language), choices])
    sheet.freeze_panes(1, 0)
    notes.set_column(0, 3, 32)
    book.close()
    return file.getvalue()
