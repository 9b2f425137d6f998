"""What a caller gets of what is offered: the media type by `Accept`, the language by `Accept-Language` (RFC 9110)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import Header, Request

from shared import i18n
from shared.errors import NotAcceptable

PROBLEM = "application/problem+json"

Accept = Annotated[str | None, Header(include_in_schema=False)]
"""Parameter of a route that negotiates; OpenAPI wants the media types under the answer, not this header among the parameters."""


def language_of(request: Request) -> i18n.Language:
    """Return the language of the answer: what the caller prefers, else the installation's (`DEFAULT_LANGUAGE`)."""
    return i18n.language_of(request.headers.get("accept-language"), request.app.state.language)


def negotiate(accept: str | None, offered: Sequence[str]) -> str:
    """Return the one of `offered` that the caller prefers; the first of them if all are alike; raises NotAcceptable.

    Of what is liked equally well, what the header names first wins: generated clients name all that the document
    lists, in its order. Problem details are sent whatever is accepted, and do not count here.
    """
    ranges = [each for each in _ranges(accept or "") if each[0] not in ("", PROBLEM)] or [("*/*", 1.0)]
    liked = [(rank, -place, name) for place, name in enumerate(offered) if (rank := _rank(name, ranges))[0] > 0]
    if not liked:
        raise NotAcceptable("Accept one of: {offered}.", offered=list(offered))
    return max(liked)[2]


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [value for value in parameters if value.startswith("q=")]
        try:
            yield name, float(weights[0][2:]) if weights else 1.0
        except ValueError:
            yield name, 0.0


def _rank(name: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Return how much a media type is liked: the weight and minus the place of the most specific range that it is in."""
    for wanted in (name, name.partition("/")[0] + "/*", "*/*"):
        found = [(weight, -place) for place, (asked, weight) in enumerate(ranges) if asked == wanted]
        if found:
            return max(found)
    return (0.0, 0)
