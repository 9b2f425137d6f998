"""A template: a document whose fields are filled. The same template and the same content give the same bytes for ever."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.errors import FieldError, Invalid
from shared.i18n import N_, translate
from shared.papers import package
from shared.papers.fields import Fields, Mistake, mistakes_in

MOST_BYTES = 2 * 1024 * 1024
"""Of a template as a file."""
_MOST_MISTAKES = 50
_SYNTAX = N_("The signs around a field, a loop or a condition are not complete.")
_PARTS = {"document": N_("body"), "header": N_("header"), "footer": N_("footer")}

_TAG = re.compile(r"<(/?)w:(tbl|tr|p)(?=[ />])")
# Numbers paragraphs and table rows in the source, so that a mistake is found in the document.
_MARK = re.compile(r"\{#(\d+)#\}")
# What XML 1.0 cannot hold.
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

Content = Mapping[str, Any]
"""The values of a paper's fields: texts, lists of texts, lists of rows."""


def _plain(value: object) -> object:
    return _NO_TEXT.sub("", value) if isinstance(value, str) else value


_ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_plain)


def hash_of(content: bytes) -> str:
    """Return the hash that identifies a template."""
    return hashlib.sha256(content).hexdigest()


class Template:
    """A template that can be filled; `of` reads one that was checked before, `check` any."""

    def __init__(self, parts: package.Parts, sources: Mapping[str, str]) -> None:
        """Compile the sources of the parts that have fields."""
        self._parts = parts
        self._filled = {name: _ENVIRONMENT.from_string(_MARK.sub("", source)) for name, source in sources.items()}

    @property
    def styles(self) -> bytes:
        """The part that holds the styles; empty if the document has none."""
        return self._parts.get("word/styles.xml", b"")

    def fill(self, content: Content) -> dict[str, bytes]:
        """Return the parts of the document with `content`."""
        filled = {name: template.render(content).encode() for name, template in self._filled.items()}
        return {name: filled.get(name, part) for name, part in self._parts.items()}

    def document(self, content: Content) -> bytes:
        """Return the document with `content`, as a DOCX file."""
        return package.write(self.fill(content))


@lru_cache(maxsize=64)
def of(content: bytes) -> Template:
    """Return the template in a file; raises Invalid where it is not one."""
    parts = package.read(content)
    return Template(parts, _sources(parts))


def check(content: bytes, fields: Fields) -> None:
    """Raise Invalid unless a file is a template that uses `fields` alone; each mistake is named with its paragraph."""
    if len(content) > MOST_BYTES:
        raise package.NotADocument("The document may have at most {limit} bytes.", limit=MOST_BYTES)
    parts = package.read(content)
    errors = [error for name, source in _sources(parts).items() for error in _errors(name, source, fields)]
    if errors:
        raise Invalid("The template uses what its papers do not have.", errors=errors[:_MOST_MISTAKES])
    of(content)


def _sources(parts: package.Parts) -> dict[str, str]:
    return {name: _source(part.decode("utf-8-sig")) for name, part in parts.items() if package.is_filled(name)}


def _source(xml: str) -> str:
    """Return a part as a Jinja template: tags that a word processor has torn apart put together, paragraphs numbered."""
    marked = "".join(_numbered(xml.replace("\r", "").replace("\n", " ")))
    patched: str = DocxTemplate(None).patch_xml(marked)
    return patched


def _numbered(xml: str) -> Iterator[str]:
    """Yield a part with a mark before each paragraph that a person counts: those outside of tables, and rows of tables."""
    number, depth, end = 0, 0, 0
    for tag in _TAG.finditer(xml):
        closing, name = tag.groups()
        yield xml[end : tag.start()]
        end = tag.start()
        if name == "tbl":
            depth += -1 if closing else 1
        elif not closing and (name, depth) in (("p", 0), ("tr", 1)):
            number += 1
            yield f"\n{{#{number}#}}"
    yield xml[end:]


def _errors(name: str, source: str, fields: Fields) -> Iterator[FieldError]:
    part = name.removeprefix("word/").rstrip(".xml0123456789")
    for mistake in _mistakes(source, fields):
        before = "\n".join(source.split("\n")[: mistake.line])
        marks = _MARK.findall(before)
        number = int(marks[-1]) if marks else 1
        message = N_("{part}, paragraph or table row {paragraph}: {mistake}")
        yield FieldError(
            f"/{part}/{number}",
            "template",
            message,
            part=_PARTS[part],
            paragraph=number,
            mistake={language: _say(mistake, language) for language in ("zh-CN", "en")},
        )


def _say(mistake: Mistake, language: str) -> str:
    return translate(mistake.message, language, mistake.parameters)


def _mistakes(source: str, fields: Fields) -> Iterator[Mistake]:
    try:
        parsed: nodes.Template = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        yield Mistake(error.lineno, _SYNTAX)
        return
    yield from mistakes_in(parsed, fields)
