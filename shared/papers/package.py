"""The parts of a DOCX file: read within bounds, and written so that the same parts are the same bytes for ever."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping

from lxml import etree

from shared.errors import Invalid
from shared.i18n import N_

MOST_BYTES = 8 * 1024 * 1024
"""Of all parts of a template, unpacked."""
_MOST_PARTS = 200
_FIRST = (1980, 1, 1, 0, 0, 0)
CONTENT = "word/document.xml"
TYPES = "[Content_Types].xml"
_FILLED = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
#: What runs, or is fetched from elsewhere, when a person opens the document.
_ACTIVE = re.compile(rb"macroEnabled|vbaProject|activeX|oleObject|TargetMode\s*=\s*[\"']External", re.IGNORECASE)
#: The file on somebody's disk that Word began the document with.
_SETTINGS, _ATTACHED = "word/settings.xml", "word/_rels/settings.xml.rels"


class NotADocument(Invalid):
    """The file is no document that can be a template."""

    code = "not-a-document"
    title = N_("The file cannot be a template")


Parts = Mapping[str, bytes]


def is_filled(name: str) -> bool:
    """Return whether fields are filled in a part: the body, headers and footers."""
    return _FILLED.fullmatch(name) is not None


def read(content: bytes) -> dict[str, bytes]:
    """Return the parts of a DOCX file by name; raises NotADocument for another file, one too large, and active content."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            found = file.infolist()
            if len(found) > _MOST_PARTS or sum(each.file_size for each in found) > MOST_BYTES:
                raise NotADocument("Unpacked, the document may have at most {limit} bytes.", limit=MOST_BYTES)
            parts = {each.filename: _within(file, each) for each in found if not each.is_dir()}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise NotADocument("Send a DOCX document, as Word, WPS or LibreOffice saves it.") from error
    if CONTENT not in parts or TYPES not in parts:
        raise NotADocument("Send a DOCX document, as Word, WPS or LibreOffice saves it.")
    parts.pop(_ATTACHED, None)
    if _SETTINGS in parts:
        parts[_SETTINGS] = re.sub(rb"<w:attachedTemplate [^>]*/>", b"", parts[_SETTINGS])
    if any(_ACTIVE.search(part) for name, part in parts.items() if name.endswith((".xml", ".rels"))):
        raise NotADocument("A template has no macros, embedded objects or links to other files. Remove them.")
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            parse(part)
    return parts


def _within(file: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with file.open(part) as opened:
        content = opened.read(part.file_size + 1)
    if len(content) > part.file_size:
        raise zipfile.BadZipFile("a part is larger than it says")
    return content


def parse(part: bytes) -> etree._Element:
    """Parse a part; raises NotADocument where it is not well formed or declares a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError as error:
        raise NotADocument("A part of the document is not well formed. Save it again.") from error
    if root.getroottree().docinfo.doctype:
        raise NotADocument("A part of the document declares a document type. Save it again.")
    return root


def write(parts: Parts) -> bytes:
    """Return a DOCX file of `parts`, in their order; it is not compressed and notes no day, so that it never changes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as file:
        for name in (TYPES, *(each for each in parts if each != TYPES)):
            file.writestr(zipfile.ZipInfo(name, _FIRST), parts[name])
    return written.getvalue()
