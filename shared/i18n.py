"""One catalogue per language for every text that a person can meet: gettext, with the English sentence as the key.

`locale/zh_CN/LC_MESSAGES/messages.po` holds the Chinese. `make messages` collects the sentences from the code, the API
documents, the pages and the command lines; a test fails for one that has no Chinese.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from babel.messages.pofile import read_po

Language = Literal["zh-CN", "en"]
NamesByCode = Mapping[str, tuple[str, str]]
"""Chinese and English names by code."""
CHINESE: Language = "zh-CN"
ENGLISH: Language = "en"
CATALOGUE = Path(__file__).with_name("locale") / "zh_CN" / "LC_MESSAGES" / "messages.po"

_RANGE = re.compile(r"\b(zh|en)\b[\w-]*(?:\s*;\s*q=([01](?:\.\d*)?))?")


def N_(message: str) -> str:  # noqa: N802 - gettext's name for marking a message that is translated later
    """Mark `message` for the catalogue and return it unchanged."""
    return message


def translate(message: str, language: str, parameters: Mapping[str, object] | None = None) -> str:
    """Return `message` in `language` with its placeholders `{name}` filled; in English if it has no Chinese.

    Parameters that are messages themselves are translated too; several are joined to a list. A parameter that is data in both
    languages is a mapping of the two.
    """
    text = _lookup(message, language)
    if not parameters:
        return text
    return text.format_map({name: in_language(value, language) for name, value in parameters.items()})


def word(value: object, language: str, names: NamesByCode = MappingProxyType({})) -> str | None:
    """Return a code, a yes or no, or several of them as words that a person reads; None for None and for none.

    A code is looked up in `names` (code → Chinese, English), else in the catalogue. Colons separate the parts of a code.
    """
    if value is None or isinstance(value, str):
        parts = (value or "").split(":")
        return ("：" if language == CHINESE else ": ").join(_word(part, language, names) for part in parts) or None
    if isinstance(value, bool):
        return _lookup("yes" if value else "no", language)
    if isinstance(value, list | tuple):
        return ("、" if language == CHINESE else ", ").join(str(word(each, language, names)) for each in value) or None
    return str(value)


def _word(code: str, language: str, names: NamesByCode) -> str:
    if code in names:
        return names[code][language != CHINESE]
    return _lookup(code, CHINESE) if language == CHINESE else code.replace("_", " ")


def in_language(value: object, language: str) -> object:
    """Return a parameter of a message in `language`: see `translate`."""
    if isinstance(value, str):
        return _lookup(value, language)
    if isinstance(value, Mapping):
        return value[language]
    if isinstance(value, list | tuple):
        return ("、" if language == CHINESE else ", ").join(str(in_language(each, language)) for each in value)
    return value


def _lookup(text: str, language: str) -> str:
    return chinese_texts().get(text, text) if language == CHINESE else text


@cache
def chinese_texts() -> Mapping[str, str]:
    """Return the Chinese of every message by its English."""
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string and not m.fuzzy}


def default_language(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of this installation for what has no caller: that of `DEFAULT_LANGUAGE`, else Chinese."""
    return language_of(environment.get("DEFAULT_LANGUAGE"), CHINESE)


def language_of(accept_language: str | None, default: Language) -> Language:
    """Return which of the two languages an `Accept-Language` header prefers (RFC 9110); `default` if it names neither."""
    ranges = enumerate(_RANGE.findall((accept_language or "").lower()))
    named = [(float(weight or 1), -place, name) for place, (name, weight) in ranges]
    weight, _, name = max(named, default=(0, 0, ""))
    if not weight:
        return default
    return CHINESE if name == "zh" else ENGLISH
