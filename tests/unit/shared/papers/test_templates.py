"""Templates: what they may say, where a mistake is, and that a filled one is the same for ever."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from services.eligibility.papers.kinds import KINDS as ELIGIBILITY
from services.payout.papers.kinds import KINDS as PAYOUT
from shared.errors import Invalid
from shared.offices import NUMBERED
from shared.papers import package, page, shipped, template
from shared.papers.fields import Field, Fields
from shared.papers.kinds import PaperKind

FIELDS: Fields = {
    "title": Field(("标题", "title")),
    "lines": Field(("行", "lines"), many=True),
    "rows": Field(
        ("表", "rows"),
        many=True,
        within={
            "name": Field(("名", "name")),
            "parts": Field(("部分", "parts"), many=True, within={"size": Field(("大小", "size"))}),
        },
    ),
}
CONTENT = {"title": "标题", "lines": ["一", "二"], "rows": [{"name": "甲", "parts": [{"size": "1"}, {"size": "2"}]}]}
KINDS = [*ELIGIBILITY.values(), *PAYOUT.values()]

WRONG = {
    "[text] {{ titel }}": ("/document/1", "There is no field titel here. Fields: title, lines, rows."),
    "[text] a\n[text] {{ lines }}": ("/document/2", "lines is a list. Use it in a loop."),
    "[text] {% for each in title %}{{ each }}{% endfor %}": ("/document/1", "title is no list."),
    "{% for row in rows %}\n[text] {{ row.nam }}\n{% endfor %}": (
        "/document/2",
        "There is no field row.nam here. Fields: name, parts.",
    ),
    "[text] {{ title.upper() }}": (
        "/document/1",
        "Only fields, loops over lists (for) and conditions (if) may be used.",
    ),
    "[text] {{ title | safe }}": (
        "/document/1",
        "Only fields, loops over lists (for) and conditions (if) may be used.",
    ),
    "[text] {% set x = 1 %}": ("/document/1", "Only fields, loops over lists (for) and conditions (if) may be used."),
    "[text] {{ title.__class__ }}": ("/document/1", "There is no field title.__class__ here. Fields: -."),
    "[text] {% include title %}": (
        "/document/1",
        "Only fields, loops over lists (for) and conditions (if) may be used.",
    ),
    "[text] a\n[text] {% if title %}x": (
        "/document/2",
        "The signs around a field, a loop or a condition are not complete.",
    ),
    "[text] {{ title": ("/document/1", "The signs around a field, a loop or a condition are not complete."),
}


def filled(lines: str, content: Mapping[str, Any] = CONTENT) -> str:
    """Return what a template's page says, a line for each paragraph."""
    made = template.of(shipped.document(lines)).fill(content)
    body = page.page(made, "zh-CN").split("<main>")[1]
    return re.sub(r"(<[^>]+>|\n)+", "\n", body).strip()


@pytest.mark.parametrize("lines", WRONG)
def test_a_mistake_is_named_with_its_paragraph(lines: str) -> None:
    with pytest.raises(Invalid) as refused:
        template.check(shipped.document(lines), FIELDS)
    error = refused.value.errors[0]
    mistake = error.parameters["mistake"]
    assert isinstance(mistake, dict)
    assert (error.pointer, mistake["en"]) == WRONG[lines]


def test_loops_conditions_and_tables_are_filled() -> None:
    lines = (
        "[title] {{ title }}\n{% for line in lines %}\n[text] {{ loop.index }} {{ line }}\n{% endfor %}\n"
        "{% if rows and not nothing %}\n[table 1 2]\n[head] 名 | 大小\n{% for row in rows %}\n"
        "[row] {{ row.name }} | {% for part in row.parts %}{{ part.size }}{% if not loop.last %}、{% endif %}{% endfor %}\n"
        "{% endfor %}\n[end]\n{% endif %}"
    )
    known = {**FIELDS, "nothing": Field(("", ""))}
    template.check(shipped.document(lines), known)
    assert filled(lines, {**CONTENT, "nothing": ""}).split("\n") == ["标题", "1 一", "2 二", "名", "大小", "甲", "1、2"]


@given(st.text(max_size=40))
def test_any_text_is_a_text_and_never_markup(text: str) -> None:
    made = template.of(shipped.document("[text] {{ title }}")).document({"title": text})
    shown = Document(io.BytesIO(made)).paragraphs[0].text
    plain = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
    assert shown.split() == plain.split()


def test_the_same_content_gives_the_same_bytes() -> None:
    source = "[title] {{ title }}"
    first, again = (template.of(shipped.document(source)).document(CONTENT) for _ in range(2))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as file:
        assert {(each.date_time, each.compress_type) for each in file.infolist()} == {((1980, 1, 1, 0, 0, 0), 0)}


def test_a_template_that_a_word_processor_has_torn_apart_is_put_together() -> None:
    torn = shipped.document("[text] {{ title }}")
    parts = package.read(torn)
    body = parts[package.CONTENT].replace(
        b"{{ title }}", b'{</w:t></w:r><w:r><w:t xml:space="preserve">{ ti</w:t></w:r><w:r><w:t>tle }}'
    )
    content = package.write({**parts, package.CONTENT: body})
    template.check(content, FIELDS)
    assert "标题" in page.page(template.of(content).fill(CONTENT), "zh-CN")


def _with(name: str, content: bytes) -> bytes:
    return package.write({**package.read(shipped.document("[text] a")), name: content})


REFUSED = {
    "no archive": b"not a zip",
    "no document": package.write({package.TYPES: b"<x/>"}),
    "macros": _with("word/vbaProject.xml", b"<vbaProject/>"),
    "a link elsewhere": _with(
        "word/_rels/document.xml.rels", b'<R><Relationship TargetMode="External" Target="http://x"/></R>'
    ),
    "an entity": _with("word/styles.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    "no XML": _with("word/styles.xml", b"<x"),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_no_harmless_document_is_refused(content: bytes) -> None:
    with pytest.raises(package.NotADocument):
        template.check(content, FIELDS)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(package.CONTENT, b" " * (package.MOST_BYTES + 1))
    with pytest.raises(package.NotADocument):
        template.check(bomb.getvalue(), FIELDS)


def test_a_document_of_an_office_can_be_a_template() -> None:
    written = Document()
    written.add_heading("{{ title }}", 1)
    table = written.add_table(1, 1)
    table.rows[0].cells[0].text = "{{ title }}"
    content = io.BytesIO()
    written.save(content)
    template.check(content.getvalue(), FIELDS)
    assert page.page(template.of(content.getvalue()).fill(CONTENT), "zh-CN").count("标题</") == 2


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_shipped_template_uses_the_fields_of_its_kind(kind: PaperKind, language: str) -> None:
    template.check(kind.shipped(language), kind.fields)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_both_languages_say_the_same_fields(kind: PaperKind) -> None:
    def fields(language: str) -> list[str]:
        body = package.read(kind.shipped(language))[package.CONTENT].decode()
        return sorted(re.findall(r"\{\{ (\S+) \}\}", body))

    assert fields("zh-CN") == fields("en")


def test_the_papers_that_have_a_number_are_those_that_a_city_may_number() -> None:
    """The others are not kept, so a number would change each time."""
    numbered = {
        kind.code
        for kind in KINDS
        if "{{ document_number }}" in (files(kind.package) / f"templates/{kind.code}.zh-CN.txt").read_text("utf-8")
    }
    assert numbered == set(NUMBERED)
