"""What a rule rests on: a sentence of the document, or a criterion (实施口径), a rule of practice that it does not state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from services.eligibility.rules.text import Text

#: Parts of a document that are no numbered article.
PARTS: Mapping[str, Text] = {"preamble": Text("序言", "Preamble"), "supplement": Text("附则", "Suppl.")}
_DIGITS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """Return a number from 1 to 99 as official documents write it: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")


def article_cited(article: str) -> Text:
    """Return an article, or another part, as each language cites it: 第（四）条, Art. 4."""
    return PARTS.get(article) or Text(f"第（{chinese_number(int(article))}）条", f"Art. {article}")


@cache
def cited(article: str, paragraph: int, sentence: int) -> Text:
    """Return where a sentence is, as each language cites it: 第（四）条第一款第三句, Art. 4 para. 1 sentence 3."""
    part = article_cited(article)
    return Text(
        f"{part.zh}第{chinese_number(paragraph)}款第{chinese_number(sentence)}句",
        f"{part.en} para. {paragraph} sentence {sentence}",
    )


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the document in its own words, which are Chinese in either language."""

    article: str
    paragraph: int
    sentence: int
    text: str

    @property
    def code(self) -> str:
        """Its id in the package: article.paragraph.sentence."""
        return f"{self.article}.{self.paragraph}.{self.sentence}"

    @property
    def cited(self) -> Text:
        """Where the sentence is, as each language cites it."""
        return cited(self.article, self.paragraph, self.sentence)

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the basis as a document in one language."""
        return {
            "kind": "article",
            "code": self.code,
            "title": self.cited.within(language),
            "text": self.text,
            "document": None,
        }


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion with its reason, the document that adopted it (None before), and what rests on it.

    `conditions` and `steps` are names; `readings` are interpretations under which it takes something away. All of `awards`,
    or of every award if that is None. `idle` are the values of `readings` under which it asks for nothing.
    """

    code: str
    title: Text
    reason: Text
    document: str | None
    conditions: tuple[str, ...]
    steps: tuple[str, ...]
    readings: tuple[str, ...]
    awards: tuple[str, ...] | None
    idle: tuple[str, ...] = ()

    def concerns(self, award: str) -> bool:
        """Return whether it may apply to an award."""
        return self.awards is None or award in self.awards

    def as_dict(self, language: str) -> dict[str, Any]:
        """Return the basis as a document in one language."""
        return {
            "kind": "criterion",
            "code": self.code,
            "title": self.title.within(language),
            "text": self.reason.within(language),
            "document": self.document,
        }

    def canonical(self) -> dict[str, Any]:
        """Return the criterion as canonical data."""
        return {
            "title": {"zh": self.title.zh, "en": self.title.en},
            "reason": {"zh": self.reason.zh, "en": self.reason.en},
            "document": self.document,
            "conditions": list(self.conditions),
            "steps": list(self.steps),
            "readings": list(self.readings),
            "awards": None if self.awards is None else list(self.awards),
        }


#: What a condition or a step of an amount rests on.
Basis = Sentence | Criterion
