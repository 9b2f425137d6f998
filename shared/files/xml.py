"""What the reading process does with XML: hold it against its schema, and give the values of the elements that were asked for.

Nothing outside of the file is read: no DTD, no entities, no network.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from lxml import etree

from shared.files.allowance import SECONDS_PER_VALUE, Allowance
from shared.files.domain import quoted, refused
from shared.files.text import html_as_workbook
from shared.i18n import N_

_NAMED_BYTES = 16 << 20
"""Up to which size the line of what breaks the schema is looked for; that takes a multiple of the file's size in memory."""
_ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([^']+)'")
_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass(frozen=True, slots=True)
class XmlPart:
    """Elements to read: the `path` to them below the root, and the path of each value below them (`Amt`, `Amt@Ccy`).

    A step in another namespace is written `{namespace}name`. Several values of one path are joined by spaces.
    """

    path: tuple[str, ...]
    values: Mapping[str, str]


_TABLES = ("{urn:schemas-microsoft-com:office:spreadsheet}Workbook", "{http://www.w3.org/1999/xhtml}html", "html")
"""The first elements of tables that programs save as XML."""


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """A kind of document: its namespace, the file with its schema, and what to read. A part may lie in another one."""

    name: str
    namespace: str
    schema: str
    parts: tuple[XmlPart, ...]


@dataclass(frozen=True, slots=True)
class XmlElement:
    """An element that was read: the number of its part, its place (`Stmt[1]/Ntry[3]`), and its values, None for those missing."""

    part: int
    at: str
    values: Mapping[str, str | None]


def read_elements(
    file: IO[bytes], documents: Sequence[XmlDocument], allowance: Allowance
) -> Iterator[tuple[str, XmlElement]]:
    """Yield the elements of a document that is one of `documents`, inner ones first, with its name; raises FileRefused."""
    document = _recognised(file, documents)
    allowance.hold(file.seek(0, io.SEEK_END))
    file.seek(0)
    schema = etree.XMLSchema(etree.parse(document.schema, etree.XMLParser(**_SAFE)))
    try:
        for element in _elements(file, document, schema):
            allowance.earn((1 + len(element.values)) * SECONDS_PER_VALUE)
            yield document.name, element
    except etree.XMLSyntaxError as error:
        _refuse(file, document, schema, error)


def _recognised(file: IO[bytes], documents: Sequence[XmlDocument]) -> XmlDocument:
    try:
        _, root = next(etree.iterparse(file, events=("start",), **_SAFE))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise _malformed(error) from error
    if root.getroottree().docinfo.doctype:
        raise refused("xml_doctype", "The XML must not have a document type declaration (DOCTYPE). Leave it out.")
    for document in documents:
        if root.tag == f"{{{document.namespace}}}Document":
            return document
    if root.tag in _TABLES:
        raise html_as_workbook()
    known = [quoted(document.name) for document in documents]
    raise refused("xml_unknown", "The XML must be one of these documents: {known}.", known=known)


def _elements(file: IO[bytes], document: XmlDocument, schema: etree.XMLSchema) -> Iterator[XmlElement]:
    names = {f"{{{document.namespace}}}{part.path[-1]}": number for number, part in enumerate(document.parts)}
    values = [{name: _found(path, document.namespace) for name, path in part.values.items()} for part in document.parts]
    paths = [tuple(f"{{{document.namespace}}}{step}" for step in reversed(part.path)) for part in document.parts]
    counts: list[dict[str, int]] = [{}]
    places: list[str] = []
    for event, element in etree.iterparse(file, events=("start", "end"), tag=list(names), schema=schema, **_SAFE):
        number = names[element.tag]
        if not _lies(element, paths[number]):
            continue
        name = document.parts[number].path[-1]
        if event == "start":
            counts[-1][name] = counts[-1].get(name, 0) + 1
            places.append(f"{name}[{counts[-1][name]}]")
            counts.append({})
            continue
        yield XmlElement(
            number, "/".join(places), {name: _value(element, *path) for name, path in values[number].items()}
        )
        places.pop()
        counts.pop()
        element.clear(keep_tail=False)
        before = element.getprevious()
        if before is not None and before.tag == element.tag:
            before.getparent().remove(before)  # what was read takes no memory


def _lies(element: etree._Element, path: Sequence[str]) -> bool:
    """Return whether an element is at a path below the root, which is given from its end."""
    at: etree._Element | None = element
    for tag in path:
        if at is None or at.tag != tag:
            return False
        at = at.getparent()
    return at is not None and at.getparent() is None


def _found(path: str, namespace: str) -> tuple[str, str | None]:
    steps, _, attribute = path.partition("@")
    tags = [step if step.startswith("{") else f"{{{namespace}}}{step}" for step in steps.split("/") if step]
    return "/".join(tags), attribute or None


def _value(element: etree._Element, path: str, attribute: str | None) -> str | None:
    found = element.findall(path) if path else [element]
    texts = [each.text if attribute is None else each.get(attribute) for each in found]
    return " ".join(text.strip() for text in texts if text) or None


def _refuse(file: IO[bytes], document: XmlDocument, schema: etree.XMLSchema, error: etree.XMLSyntaxError) -> NoReturn:
    """Say what breaks the schema, with its line if the file is not too large to look for it."""
    named = _ELEMENT.search(str(error))
    if named is None:
        raise _malformed(error) from error
    element, line = named[1], None
    file.seek(0, 2)
    if file.tell() <= _NAMED_BYTES:
        file.seek(0)
        try:
            schema.validate(etree.parse(file, etree.XMLParser(**_SAFE)))
        except etree.XMLSyntaxError as malformed:
            raise _malformed(malformed) from malformed
        first = schema.error_log[0] if len(schema.error_log) else None
        line = first.line if first else None
    details: dict[str, Any] = {"element": quoted(element.rpartition("}")[2]), "document": quoted(document.name)}
    if line is None:
        raise refused("xml_schema", "{element} is not as the schema of {document} has it.", **details) from error
    message = N_("Line {line}: {element} is not as the schema of {document} has it.")
    raise refused("xml_schema", message, pointer=str(line), line=line, **details) from error


def _malformed(error: BaseException) -> Any:
    line = error.lineno if isinstance(error, etree.XMLSyntaxError) and error.lineno else 1
    return refused("xml_malformed", "Line {line}: this is not well-formed XML.", pointer=str(line), line=line)
