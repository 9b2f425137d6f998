"""Kinds of papers, and one paper ready to be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from shared.errors import NotFound
from shared.i18n import CHINESE, N_, translate
from shared.offices import Office
from shared.papers import page, shipped, template
from shared.papers.fields import Fields
from shared.papers.template import Content, Template
from shared.policies import Names

_UNSET = N_("[not set: {entry}]")
#: Entries of `Office` → what a paper calls them.
ENTRIES = {
    "issuing": N_("issuing office"),
    "address": N_("address"),
    "telephone": N_("telephone"),
    "email": N_("e-mail"),
    "review_office": N_("office for administrative review"),
    "court": N_("court"),
}
DOCUMENT_NUMBER = "document_number"
COMPLETION_DAYS = "completion_days"
_WORDS = {**ENTRIES, DOCUMENT_NUMBER: N_("document number"), COMPLETION_DAYS: N_("days to complete it")}


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper: its fields, and the room in which `templates/` has its shipped template in each language."""

    code: str
    title: Names
    fields: Fields
    package: str

    def shipped(self, language: str) -> bytes:
        """Return the shipped template in `zh-CN` or `en`."""
        source = files(self.package).joinpath("templates", f"{self.code}.{language}.txt")
        return shipped.document(source.read_text("utf-8"))


class Kinds(Mapping[str, PaperKind]):
    """The kinds of papers of a service, by code."""

    def __init__(self, *kinds: PaperKind) -> None:
        """Offer `kinds`."""
        self._kinds = {kind.code: kind for kind in kinds}

    def __getitem__(self, code: str) -> PaperKind:
        return self._kinds[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def find(self, code: str) -> PaperKind:
        """Return a kind; raises NotFound."""
        if code not in self._kinds:
            raise NotFound("There is no such kind of paper. Kinds: {known}.", known=", ".join(self))
        return self._kinds[code]


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with the content of a paper."""

    template: Template
    content: Content

    @classmethod
    def of(cls, file: bytes, content: Content) -> Filled:
        """Return a paper of a template's file."""
        return cls(template.of(file), content)

    def document(self) -> bytes:
        """Return it as a DOCX file."""
        return self.template.document(self.content)

    def page(self, language: str) -> str:
        """Return it as HTML."""
        return page.page(self.template.fill(self.content), language)


def unset(entry: str, language: str) -> str:
    """Return what a paper says in the place of an entry that is not filled in: 〔未设置：受诉法院〕."""
    return translate(_UNSET, language, {"entry": _WORDS[entry]})


def office_fields(office: Office, language: str) -> dict[str, str]:
    """Return the entries of ENTRIES that papers name; what is not filled in says so."""
    return {name: office.named(name, language) or unset(name, language) for name in ENTRIES}


def unset_entries(office: Office, kind: PaperKind) -> list[str]:
    """Return which entries that papers of a kind name are not filled in."""
    missing = [name for name in ENTRIES if office.named(name, CHINESE) is None]
    missing += [] if office.completion_days else [COMPLETION_DAYS]
    missing += [] if kind.code in office.numbers else [DOCUMENT_NUMBER]
    return [name for name in missing if name in kind.fields]


def as_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return content with None as an empty text, in rows too."""
    return {name: _as_text(value) for name, value in values.items()}


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return as_texts(value)
    if isinstance(value, list | tuple):
        return [_as_text(each) for each in value]
    return "" if value is None else str(value)
