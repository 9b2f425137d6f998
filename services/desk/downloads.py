"""Files of the services, passed on to the browser as they are."""

from __future__ import annotations

import httpx
from fastapi.responses import Response

_KEPT = ("content-type", "content-disposition", "content-language", "content-security-policy")


def passed_on(answer: httpx.Response) -> Response:
    """Return a service's file as the answer of a page."""
    headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
    return Response(answer.content, headers=headers)
