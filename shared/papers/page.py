"""A filled document as a page that prints on A4: the same paragraphs and tables, in the styles of the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import escape

from lxml import etree

from shared.papers import package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADINGS = {"title": "h1", "heading": "h2", "subheading": "h3"}
"""Styles whose paragraphs are headings of the page."""
_ALIGNED = {"both": "justify", "center": "center", "right": "right", "end": "right", "left": "left", "start": "left"}
_SONG = '"SimSun", "Source Han Serif SC", "Noto Serif CJK SC", serif'
#: Fonts that stand in for those of GB/T 9704 where a machine lacks them.
_FALLBACKS = {
    "仿宋": f'"FangSong", "STFangsong", {_SONG}',
    "楷体": f'"KaiTi", "STKaiti", "AR PL UKai CN", {_SONG}',
    "黑体": '"SimHei", "Source Han Sans SC", "Noto Sans CJK SC", sans-serif',
}
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 37mm 26mm 35mm 28mm; }}
body {{ color: #000; margin: 0; }}
main {{ box-sizing: border-box; margin: 0 auto; max-width: 210mm; padding: 12mm 26mm 12mm 28mm; }}
p, h1, h2, h3 {{ font-weight: inherit; margin: 0; overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; margin: .5rem 0; width: 100%; }}
td, th {{ border: 1px solid #000; font-weight: inherit; padding: 1mm 1.5mm; vertical-align: top; }}
tr {{ break-inside: avoid; }}
{styles}
@media print {{ main {{ max-width: none; padding: 0; }} thead {{ display: table-header-group; }} }}
@media screen and (max-width: 48rem) {{
main {{ padding: 1rem; }}
main :is(p, h1, h2, h3) {{ font-size: 1rem; line-height: 1.7; }}
}}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def page(parts: package.Parts, language: str) -> str:
    """Return a filled document's body (`Template.fill`) as HTML in which only its own styles are used."""
    body = package.parse(parts[package.CONTENT]).find(f"{_W}body")
    blocks = list(_blocks(body)) if body is not None else []
    styles = _styles(parts.get("word/styles.xml", b""))
    title = next((text for style, text in _texts(body) if style == "title" and text), "") if body is not None else ""
    return _PAGE.format(language=language, title=escape(title), styles=styles, body="\n".join(blocks))


def _texts(body: etree._Element) -> Iterator[tuple[str, str]]:
    for paragraph in body.iter(f"{_W}p"):
        yield _style_of(paragraph), "".join(text.text or "" for text in paragraph.iter(f"{_W}t"))


def _blocks(parent: etree._Element) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{_W}p":
            yield _paragraph(element)
        elif element.tag == f"{_W}tbl":
            yield _table(element)
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _blocks(element)


def _paragraph(paragraph: etree._Element) -> str:
    css = _paragraph_css(paragraph.find(f"{_W}pPr"))
    style = f' style="{escape(css)}"' if css else ""
    runs = "".join(_run(run) for run in paragraph.iter(f"{_W}r"))
    name = _style_of(paragraph)
    tag = _HEADINGS.get(name, "p")
    return f'<{tag} class="{_class(name)}"{style}>{runs or "&nbsp;"}</{tag}>'


def _run(run: etree._Element) -> str:
    written = ""
    for part in run:
        if part.tag == f"{_W}t":
            written += escape(part.text or "")
        elif part.tag == f"{_W}br":
            written += "<br>"
        elif part.tag == f"{_W}tab":
            written += "&emsp;"
    css = _run_css(run.find(f"{_W}rPr"))
    return f'<span style="{escape(css)}">{written}</span>' if css and written else written


def _table(table: etree._Element) -> str:
    rows = [(_is_head(row), "".join(map(_cell, row.iter(f"{_W}tc")))) for row in table.iter(f"{_W}tr")]
    head = "".join(f"<tr>{cells}</tr>" for is_head, cells in rows if is_head)
    body = "".join(f"<tr>{cells}</tr>" for is_head, cells in rows if not is_head)
    return f"<table>{f'<thead>{head}</thead>' if head else ''}<tbody>{body}</tbody></table>"


def _is_head(row: etree._Element) -> bool:
    return row.find(f"{_W}trPr/{_W}tblHeader") is not None


def _cell(cell: etree._Element) -> str:
    span = _value(cell.find(f"{_W}tcPr/{_W}gridSpan"))
    spanned = f' colspan="{int(span)}"' if span and span.isdigit() else ""
    return f"<td{spanned}>{''.join(_blocks(cell))}</td>"


@lru_cache(maxsize=64)
def _styles(part: bytes) -> str:
    """Return the document's paragraph styles as CSS, each with what it is based on."""
    if not part:
        return ""
    root = package.parse(part)
    defaults = root.find(f"{_W}docDefaults")
    common = {
        **_declarations(_paragraph_css(defaults.find(f"{_W}pPrDefault/{_W}pPr") if defaults is not None else None)),
        **_declarations(_run_css(defaults.find(f"{_W}rPrDefault/{_W}rPr") if defaults is not None else None)),
    }
    found = {
        str(each.get(f"{_W}styleId")): each for each in root.iter(f"{_W}style") if each.get(f"{_W}type") == "paragraph"
    }

    def own(code: str, depth: int = 0) -> dict[str, str]:
        style = found.get(code)
        if style is None or depth > len(found):
            return {}
        return {
            **own(_value(style.find(f"{_W}basedOn")) or "", depth + 1),
            **_declarations(_paragraph_css(style.find(f"{_W}pPr"))),
            **_declarations(_run_css(style.find(f"{_W}rPr"))),
        }

    rules = [("p, h1, h2, h3", common), *((f".{_class(code)}", own(code)) for code in found)]
    return "\n".join(f"{name} {{ {'; '.join(': '.join(each) for each in css.items())} }}" for name, css in rules if css)


def _declarations(css: str) -> dict[str, str]:
    return dict(each.split(": ", 1) for each in css.split("; ") if each)


def _paragraph_css(properties: etree._Element | None) -> str:
    if properties is None:
        return ""
    css: dict[str, str] = {}
    if (aligned := _ALIGNED.get(_value(properties.find(f"{_W}jc")) or "")) is not None:
        css["text-align"] = aligned
    indent, spacing = properties.find(f"{_W}ind"), properties.find(f"{_W}spacing")
    if indent is not None:
        for name, attribute in (("text-indent", "firstLine"), ("margin-left", "left"), ("margin-right", "right")):
            if (size := _size(indent, attribute)) is not None:
                css[name] = size
    if spacing is not None:
        for name, attribute in (("margin-top", "before"), ("margin-bottom", "after")):
            if (size := _points(spacing, attribute)) is not None:
                css[name] = size
        if spacing.get(f"{_W}lineRule") in ("exact", "atLeast") and (size := _points(spacing, "line")) is not None:
            css["line-height"] = size
    if (border := properties.find(f"{_W}pBdr/{_W}bottom")) is not None:
        css["border-bottom"] = f"2px solid #{_hexadecimal(border.get(f'{_W}color'))}"
    return _joined(css)


def _run_css(properties: etree._Element | None) -> str:
    if properties is None:
        return ""
    css: dict[str, str] = {}
    fonts, size = properties.find(f"{_W}rFonts"), _value(properties.find(f"{_W}sz"))
    east_asian = fonts.get(f"{_W}eastAsia") if fonts is not None else None
    if east_asian:
        css["font-family"] = _family(east_asian)
    if size and size.isdigit():
        css["font-size"] = f"{int(size) / 2:g}pt"
    if _is_on(properties.find(f"{_W}b")):
        css["font-weight"] = "bold"
    if _is_on(properties.find(f"{_W}i")):
        css["font-style"] = "italic"
    if _is_on(properties.find(f"{_W}u")):
        css["text-decoration"] = "underline"
    if (color := properties.find(f"{_W}color")) is not None and _value(color) != "auto":
        css["color"] = f"#{_hexadecimal(_value(color))}"
    return _joined(css)


def _joined(css: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in css.items())


def _family(font: str) -> str:
    named = "".join(each for each in font if each.isalnum() or each in " _-")
    fallback = next((fonts for name, fonts in _FALLBACKS.items() if name in font), _SONG)
    return f'"{named}", {fallback}'


def _size(indent: etree._Element, attribute: str) -> str | None:
    """Return an indent, in characters where the document says so."""
    characters = indent.get(f"{_W}{attribute}Chars")
    return f"{int(characters) / 100:g}em" if characters and characters.isdigit() else _points(indent, attribute)


def _points(element: etree._Element, attribute: str) -> str | None:
    value = element.get(f"{_W}{attribute}")
    return f"{int(value) / 20:g}pt" if value and value.isdigit() else None


def _hexadecimal(value: str | None) -> str:
    return value if value and len(value) == 6 and all(each in "0123456789abcdefABCDEF" for each in value) else "000000"


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get(f"{_W}val") not in ("0", "false", "none")


def _value(element: etree._Element | None) -> str | None:
    return None if element is None else element.get(f"{_W}val")


def _style_of(paragraph: etree._Element) -> str:
    return _value(paragraph.find(f"{_W}pPr/{_W}pStyle")) or "Normal"


def _class(style: str) -> str:
    return "".join(each if (each.isalnum() and each.isascii()) or each == "-" else "-" for each in f"s-{style}")
