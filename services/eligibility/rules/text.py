"""A phrase in the two languages of the service."""

from __future__ import annotations

from typing import NamedTuple

LANGUAGES = ("zh-CN", "en")


class Text(NamedTuple):
    """One phrase, Chinese first."""

    zh: str
    en: str

    def within(self, language: str) -> str:
        """Return the phrase in `zh-CN` or `en`; `ValueError` for any other language."""
        if language not in LANGUAGES:
            raise ValueError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        return self.zh if language == "zh-CN" else self.en

    @classmethod
    def joined(cls, parts: list[Text], zh: str, en: str) -> Text:
        """Return several phrases with a word between them."""
        return cls(zh.join(part.zh for part in parts), en.join(part.en for part in parts))


#: No words.
NOTHING = Text("", "")
