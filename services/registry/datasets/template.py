"""A workbook to fill in: the headings of a dataset, cells that keep codes as text, lists to choose from, and notes."""

from __future__ import annotations

import io

import xlsxwriter

from shared.catalogue.domain import TEXTS, Dataset, Field, Kind

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    Kind.USCC: ("18位统一社会信用代码", "unified social credit code, 18 characters"),
    Kind.CODE: ("代码（文本）", "code, as text"),
    Kind.TEXT: ("文本", "text"),
    Kind.CHOICE: ("选项", "one of a list"),
    Kind.DAY: ("日期，如2020-06-30", "date, such as 2020-06-30"),
    Kind.YEAR: ("年份，如2020", "year, such as 2020"),
    Kind.COUNT: ("整数", "whole number"),
    Kind.MONEY: ("金额，至多两位小数", "amount with at most two decimals"),
    Kind.NUMBER: ("整数", "whole number"),
    Kind.FLAG: ("是或否", "yes or no (是/否)"),
}
"""What a field of each kind holds, for people who fill in a file: (Chinese, English)."""
_ROWS = 5_000
_MAX_LIST = 255  # characters that a spreadsheet takes in a list


def write(dataset: Dataset, language: str) -> bytes:
    """Return the template of `dataset` with headings in `language` (`zh-CN` or `en`); an import reads it as it is."""
    chinese = language == "zh-CN"
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    bold, as_text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(dataset.zh[:31] if chinese else dataset.name[:31])
    notes = book.add_worksheet("说明" if chinese else "notes")
    titles = ("栏目", "是否必填", "填写内容", "可选值") if chinese else ("column", "required", "content", "choices")
    notes.write_row(0, 0, titles, bold)
    for place, item in enumerate(dataset.fields):
        heading = _heading(item, chinese=chinese)
        sheet.write_string(0, place, heading, bold)
        width = max(12, len(heading) * 2 + 2 if chinese else len(heading) + 2)
        sheet.set_column(
            place, place, width, as_text if item.kind in TEXTS else as_day if item.kind is Kind.DAY else None
        )
        shown = [names[0] if chinese else code for code, names in item.choices.items()]
        if shown and len(",".join(shown)) <= _MAX_LIST:
            sheet.data_validation(1, place, _ROWS, place, {"validate": "list", "source": shown})
        required = ("否" if item.optional else "是") if chinese else ("no" if item.optional else "yes")
        content = KINDS[item.kind][0 if chinese else 1]
        notes.write_row(place + 1, 0, [heading, required, content, "、".join(shown) if chinese else ", ".join(shown)])
    sheet.freeze_panes(1, 0)
    notes.set_column(0, 3, 32)
    book.close()
    return file.getvalue()


def _heading(item: Field, *, chinese: bool) -> str:
    if not chinese:
        return item.whole_name or item.name
    if item.whole_name is None:
        return item.zh
    return f"{item.zh}（{'美元' if item.unit == 'usd_cents' else '元'}）"
