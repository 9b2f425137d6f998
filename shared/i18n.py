"""One catalogue per language for every text that a person can meet: gettext, the English sentence being the key.

`locale/zh_CN/LC_MESSAGES/messages.po` holds the Chinese. `make messages` gathers the sentences from the code, the API
documents and the pages; a test fails for one that has no Chinese. Official Chinese comes first wherever a person reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

from babel.messages.pofile import read_po

Language = Literal["zh-CN", "en"]
CHINESE: Language = "zh-CN"
ENGLISH: Language = "en"
CATALOGUE = Path(__file__).with_name("locale") / "zh_CN" / "LC_MESSAGES" / "messages.po"

_RANGE = re.compile(r"\b(zh|en)\b[\w-]*(?:\s*;\s*q=([01](?:\.\d*)?))?")


def N_(message: str) -> str:  # noqa: N802 - gettext's name for marking a message that is translated later
    """Mark `message` for the catalogue and return it as it is."""
    return message


def translate(message: str, language: str, parameters: Mapping[str, object] | None = None) -> str:
    """Return `message` in `language`, its placeholders `{name}` filled; in English where the catalogue has no Chinese.

    Parameters that are words of the catalogue are translated too; several are written as a list. A parameter that brings its
    words itself is a mapping of the two languages.
    """
    text = _word(message, language)
    return (
        text.format_map({name: _shown(value, language) for name, value in parameters.items()}) if parameters else text
    )


def _shown(value: object, language: str) -> object:
    if isinstance(value, str):
        return _word(value, language)
    if isinstance(value, Mapping):
        return value[language]
    if isinstance(value, list | tuple):
        return ("、" if language == CHINESE else ", ").join(str(_shown(each, language)) for each in value)
    return value


def _word(text: str, language: str) -> str:
    return chinese_texts().get(text, text) if language == CHINESE else text


@cache
def chinese_texts() -> Mapping[str, str]:
    """Return the Chinese of every message, by its English."""
    with CATALOGUE.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id and each.string}


def language_of(accept_language: str | None, default: Language) -> Language:
    """Return which of the two languages an `Accept-Language` header prefers (RFC 9110); `default` if it names neither."""
    ranges = enumerate(_RANGE.findall((accept_language or "").lower()))
    named = [(float(weight or 1), -place, name) for place, (name, weight) in ranges]
    weight, _, name = max(named, default=(0, 0, ""))
    if not weight:
        return default
    return CHINESE if name == "zh" else ENGLISH
