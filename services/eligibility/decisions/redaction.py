"""What a caller who is restricted to a jurisdiction, or to one enterprise, is shown of a receipt or an explanation.

An award may depend on rows of enterprises elsewhere: a provider's clients, a park's merchants. Rows that name such enterprises
alone are left out and counted; the rows of the case itself, and of enterprises in the caller's jurisdiction, are shown. An
enterprise is shown what names itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import orjson

from shared.authorization import Actor
from shared.identifiers import is_uscc

_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-Z]{18}(?![0-9A-Z])")


def redact(
    document: Mapping[str, Any], actor: Actor, case: Collection[str], located: Collection[str]
) -> dict[str, Any]:
    """Return `document` as `actor` may see it, with the number of rows and values left out as `redacted`.

    `case` are texts that name the enterprises of the case itself (payee, subject), `located` the enterprises in the caller's
    jurisdiction.
    """
    if actor.city_wide:
        return {**document, "redacted": 0}
    visible = {*located, *(code for text in case for code in _codes(text))}
    if _codes(orjson.dumps(document, default=str).decode()) <= visible:
        return {**document, "redacted": 0}
    found = _Redaction(visible)
    return {**found.within(document), "redacted": found.left_out}


def located_in(locations: Collection[Mapping[str, Any]], jurisdiction: str | None, on: date) -> set[str]:
    """Return the enterprises that rows of `locations` place in `jurisdiction` on a day."""
    return {
        row["uscc"]
        for row in locations
        if row["jurisdiction"] == jurisdiction
        and str(row["since"]) <= on.isoformat()
        and (row.get("until") is None or str(row["until"]) > on.isoformat())
    }


class _Redaction:
    def __init__(self, visible: Collection[str]) -> None:
        self._visible = visible
        self.left_out = 0

    def within(self, value: Any) -> Any:
        """Return a value without the rows, and the texts, that name foreign enterprises alone."""
        if isinstance(value, Mapping):
            if self._is_foreign(value):
                return {name: self._member(inner) for name, inner in value.items()}
            # The texts of parts are their rows in words: what is left out of both counts once.
            inside = {name: _Redaction(self._visible) if name == "texts" else self for name in value}
            return {name: inside[name].within(inner) for name, inner in value.items()}
        if isinstance(value, list):
            own = [each for each in value if not self._is_foreign(each)]
            self.left_out += len(value) - len(own)
            return [self.within(each) for each in own]
        return value

    def _member(self, value: Any) -> Any:
        if isinstance(value, str) and self._is_foreign(value):
            self.left_out += 1
            return None
        return self.within(value)

    def _is_foreign(self, value: Any) -> bool:
        texts = value.values() if isinstance(value, Mapping) else [value]
        codes = {code for text in texts if isinstance(text, str) for code in _codes(text)}
        return bool(codes) and codes.isdisjoint(self._visible)


def _codes(text: str) -> set[str]:
    return {code for code in _CODE.findall(text) if is_uscc(code)}
