"""Content negotiation (RFC 9110): the media type by `Accept`, the language by `Accept-Language`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from fastapi import Header, Request

from shared import i18n
from shared.errors import NotAcceptable
from shared.media_types import PROBLEM

Accept = Annotated[str | None, Header(include_in_schema=False)]
"""Parameter of a route that negotiates. OpenAPI lists media types with the response, not this header as a parameter."""


def language_of(request: Request) -> i18n.Language:
    """Return the language of the answer: the caller's preference, else that of the installation (`DEFAULT_LANGUAGE`)."""
    return i18n.language_of(request.headers.get("accept-language"), request.app.state.language)


def negotiate(accept: str | None, offered: Sequence[str]) -> str:
    """Return the one of `offered` that the caller prefers, the first of them without a preference; raises NotAcceptable.

    Among equal weights the one that the header names first wins: generated clients name all media types of the OpenAPI
    document, in its order. Problem details are always sent, and are ignored here.
    """
    ranges = [each for each in _ranges(accept or "") if each[0] not in ("", PROBLEM)] or [("*/*", 1.0)]
    accepted = [(rank, -place, name) for place, name in enumerate(offered) if (rank := _rank(name, ranges))[0] > 0]
    if not accepted:
        raise NotAcceptable("Accept one of: {offered}.", offered=list(offered))
    return max(accepted)[2]


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights = [value for value in parameters if value.startswith("q=")]
        try:
            yield name, float(weights[0][2:]) if weights else 1.0
        except ValueError:
            yield name, 0.0


def _rank(name: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Return the weight of a media type, and minus the place in the header, by the most specific range that matches it."""
    for pattern in (name, name.partition("/")[0] + "/*", "*/*"):
        found = [(weight, -place) for place, (media_range, weight) in enumerate(ranges) if media_range == pattern]
        if found:
            return max(found)
    return (0.0, 0)
