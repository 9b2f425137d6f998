"""The package of a workbook in Office Open XML: its parts, how they refer to each other, and their XML as a stream.

Namespace-aware, in any spelling of the format: prefixes, Strict, names of parts in other capitals.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO
from xml.parsers import expat

from shared.files.domain import FileRefused, refused

_PIECE = 1 << 16
_MAX_EMPTY_PIECES = 2_000
"""Of XML between two rows with values, or after the last: 125 MiB."""
_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
_LOCAL = {
    f"{namespace}}}{name}": name
    for namespace in _NAMESPACES
    for name in (
        *("Relationship", "sheet", "workbookPr", "numFmt", "cellXfs", "xf", "si", "t", "rPh"),
        *("sheetData", "row", "c", "v", "f", "is", "mergeCell"),
    )
}


class Handlers:
    """Where a subclass has them, called for elements by their local names."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""

    def end(self, name: str) -> None:
        """End an element."""

    def text(self, data: str) -> None:
        """Take text."""


def parse(stream: IO[bytes], handlers: Handlers) -> Iterator[None]:
    """Feed `handlers` piece by piece, yielding after each; raises FileRefused for what is no such XML."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    local = _LOCAL.get

    def start(name: str, attributes: dict[str, str]) -> None:
        if found := local(name):
            handlers.start(found, attributes)

    def end(name: str) -> None:
        if found := local(name):
            handlers.end(found)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handlers.text
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)  # noqa: FBT003
            yield
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError) as error:  # LookupError: it names an encoding that does not exist
        raise damaged() from error
    yield


def only_filled(pieces: Iterator[None], is_filled: Callable[[], bool]) -> Iterator[None]:
    """Yield after each piece of XML of a sheet; raises FileRefused once far more of it than a sheet has holds no value."""
    empty = 0
    for _ in pieces:
        empty = 0 if is_filled() else empty + 1
        if empty > _MAX_EMPTY_PIECES:
            raise refused(
                "hardly_filled", "The workbook holds hardly any values for its size: copy its rows into a new workbook."
            )
        yield


def _refuse_doctype(*_: object) -> None:
    raise damaged()


def damaged() -> FileRefused:
    """Return the refusal of a file that is not what it seems to be."""
    return refused("not_a_workbook", "The file is not a workbook, or it is damaged. Open it and save it as .xlsx.")


class _Index(Handlers):
    """The elements of an index with their attributes, in order; formats of cells with the ids of their number formats."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Mapping[str, str]]] = []
        self._in_formats = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "cellXfs":
            self._in_formats = True
        elif name != "xf" or self._in_formats:
            self.found.append((name, attributes))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_formats = False


def relations(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """Return the parts that a part of a workbook refers to, by the names that it has for them; "" is the whole."""
    folder, name = posixpath.split(path)
    index = part_name(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    if index not in archive.NameToInfo:
        return {}
    return {
        attributes.get("Id", ""): posixpath.normpath(
            attributes.get("Target", "")[1:]
            if attributes.get("Target", "").startswith("/")
            else posixpath.join(folder, attributes.get("Target", ""))
        )
        for tag, attributes in elements(archive, index)
        if tag == "Relationship"
    }


def elements(archive: zipfile.ZipFile, path: str) -> list[tuple[str, Mapping[str, str]]]:
    """Return the elements of an index with their attributes, in order."""
    handlers = _Index()
    with open_part(archive, path) as stream:
        for _ in parse(stream, handlers):
            pass
    return handlers.found


def open_part(archive: zipfile.ZipFile, path: str) -> IO[bytes]:
    """Open a part; raises FileRefused if it is not there."""
    try:
        return archive.open(part_name(archive, path))
    except KeyError:
        raise damaged() from None


def part_name(archive: zipfile.ZipFile, path: str) -> str:
    """Return a part's name as the archive spells it: names are the same in capitals, and some programs write `\\` for `/`."""
    if path in archive.NameToInfo:
        return path
    wanted = path.lower()
    return next((name for name in archive.namelist() if name.replace("\\", "/").lower() == wanted), path)
