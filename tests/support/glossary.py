"""The glossary as data, and the words of a text that it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Term:
    """A row of the glossary."""

    chinese: str
    english: str
    meaning: str
    not_used: tuple[str, ...]


def _read_terms() -> list[Term]:
    terms = []
    for line in (ROOT / "docs/glossary.md").read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| 中文 "):
            chinese, english, meaning, not_used = (cell.strip() for cell in line.strip("|").split("|"))
            terms.append(Term(chinese, english, meaning, tuple(filter(None, not_used.split("、")))))
    return terms


TERMS = _read_terms()
WORDS = sorted({word for term in TERMS for word in term.chinese.split("、")}, key=len, reverse=True)
NOT_USED = sorted({word for term in TERMS for word in term.not_used if "（" not in word})
"""Words that are wrong in every sense; those with a note are wrong in one sense only."""


def misused(text: str) -> list[str]:
    """Return the words of `text` that the glossary refuses, but for those inside a longer word that it has."""
    if not any(word in text for word in NOT_USED):
        return []
    for word in WORDS:
        text = text.replace(word, "")
    return [word for word in NOT_USED if word in text]
