"""Templates that are shipped: lines of text with the name of a style each, made into documents that officers can edit.

A file has one paragraph a line, `[style] text`, tables, and the lines of a loop or a condition between them:

    [title] {{ title }}
    {% for line in changes %}
    [text] {{ line }}
    {% endfor %}
    [table 12 58 30]
    [head] No. | Award | Amount
    {% for row in rows %}
    [row] {{ row.number }} | {{ row.award }} | > {{ row.amount }}
    {% endfor %}
    [end]

`>` sets a cell to the right. `base/` has the page (A4, margins, 22 lines of 28 characters) and the styles, after GB/T 9704—2012.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from xml.sax.saxutils import escape

from shared.papers import package

_BASE = files(__package__).joinpath("base")
_PARTS = {
    package.TYPES: "content_types.xml",
    "_rels/.rels": "rels.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/styles.xml": "styles.xml",
    "word/settings.xml": "settings.xml",
    "word/fontTable.xml": "fonts.xml",
    "word/footer1.xml": "footer_odd.xml",
    "word/footer2.xml": "footer_even.xml",
}
_LINE = re.compile(r"\[(\w+)([\d ]*)\] ?(.*)")
_CONTROL = re.compile(r"\{% (.*) %\}")
_TEXT_WIDTH = 8_902
"""157 mm in twentieths of a point: 28 characters of 16 points, each 0.2 points closer."""


class TemplateLineError(ValueError):
    """A line of a shipped template that is none of the forms."""


@cache
def document(source: str) -> bytes:
    """Return the document of a shipped template's text."""
    body = "".join(_body(source))
    written = _read("document.xml").replace("<!-- body -->", body)
    parts = {name: _read(file).encode() for name, file in _PARTS.items()}
    return package.write({**parts, package.CONTENT: written.encode()})


def _read(name: str) -> str:
    return _BASE.joinpath(name).read_text("utf-8")


def _body(source: str) -> Iterator[str]:
    widths: list[int] = []
    for number, line in enumerate(source.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        control, styled = _CONTROL.fullmatch(line.strip()), _LINE.fullmatch(line)
        if control:
            yield (
                _row([f"{{%tr {control[1]} %}}"], widths, "cell")
                if widths
                else _paragraph("text", f"{{%p {control[1]} %}}")
            )
        elif styled is None:
            raise TemplateLineError(f"line {number}: neither [style] text nor a loop or condition")
        elif styled[1] == "table":
            shares = [int(share) for share in styled[2].split()]
            widths = [share * _TEXT_WIDTH // sum(shares) for share in shares]
            yield _table_start(widths)
        elif styled[1] == "end":
            widths = []
            yield "</w:tbl>"
        elif styled[1] in ("head", "row"):
            yield _row(styled[3].split(" | "), widths, "heading-cell" if styled[1] == "head" else "cell")
        else:
            yield _paragraph(styled[1], styled[3])


def _paragraph(style: str, text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{_run(text)}</w:p>'


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _table_start(widths: list[int]) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    total = sum(widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="grid"/><w:tblW w:w="{total}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


def _cell(style: str, text: str) -> str:
    return _paragraph("amount-cell", text[1:].lstrip()) if text.startswith(">") else _paragraph(style, text)


def _row(cells: list[str], widths: list[int], style: str) -> str:
    header = "<w:tblHeader/>" if style == "heading-cell" else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_cell(style, cell.strip())}</w:tc>'
        for cell, width in zip(cells, widths, strict=False)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{written}</w:tr>"
