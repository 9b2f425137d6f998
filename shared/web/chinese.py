"""The OpenAPI document in Chinese: each description of the English one in its place.

A description has its Chinese beside it (`x-description-zh`), in it (`Enterprises (企业)`), or in a `chinese.yaml`: here for
what all services say, in the package of a service for its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

_NAME_WITHIN = re.compile(r"[^一-鿿]* \((.*[一-鿿].*)\)")
_OPAQUE = ("examples", "example", "default", "enum", "const")


def in_chinese(document: Any, service: str) -> Any:
    """Return `document` with Chinese descriptions; what has none keeps its own."""
    if isinstance(document, list):
        return [in_chinese(part, service) for part in document]
    if not isinstance(document, dict):
        return document
    made = {
        name: part if name in _OPAQUE else in_chinese(part, service)
        for name, part in document.items()
        if name != "x-description-zh"
    }
    if isinstance(document.get("description"), str):
        made["description"] = _chinese(document, service) or document["description"]
        if "operationId" in document:
            made["summary"] = made["description"].partition("。")[0]
    return made


def untranslated(document: Any, service: str) -> Iterator[str]:
    """Give every description of `document` that has no Chinese."""
    if isinstance(document, list):
        for part in document:
            yield from untranslated(part, service)
    elif isinstance(document, dict):
        if isinstance(document.get("description"), str) and _chinese(document, service) is None:
            yield document["description"]
        for name, part in document.items():
            if name not in _OPAQUE:
                yield from untranslated(part, service)


def _chinese(described: Mapping[str, Any], service: str) -> str | None:
    text = " ".join(described["description"].split())
    name = _NAME_WITHIN.fullmatch(text)
    found: str | None = described.get("x-description-zh") or (name[1] if name else _texts(service).get(text))
    return found


@cache
def _texts(service: str) -> Mapping[str, str]:
    places = (resources.files("shared.web"), resources.files(f"services.{service}"))
    return {
        text: chinese
        for place in places
        for text, chinese in yaml.safe_load((place / "chinese.yaml").read_text("utf-8")).items()
    }
