"""Files of the services, passed on to the browser as they are, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
from fastapi.responses import Response, StreamingResponse

from shared.media_types import DOCX, HTML

_KEPT = ("content-type", "content-disposition", "content-language", "content-security-policy")


def paper_type(form: str) -> str:
    """Return the media type of a paper as a document (`docx`), or as a page."""
    return DOCX if form == "docx" else HTML


def passed_on(answer: httpx.Response) -> Response:
    """Return a service's file as the answer of a page, however large: at most a piece of it is in memory."""
    headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    return StreamingResponse(_pieces(answer), headers=headers)


async def _pieces(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in answer.aiter_bytes():
            yield piece
    finally:
        await answer.aclose()
