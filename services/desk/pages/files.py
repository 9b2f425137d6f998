"""Files of the services, passed on as they are to whoever asks for them at the desk."""

from __future__ import annotations

from typing import Literal

import httpx
from fastapi import Response

from shared.media_types import CSV, XLSX

TableForm = Literal["csv", "xlsx"]
TABLE_FORMS: dict[str, str] = {"csv": CSV, "xlsx": XLSX}
"""The media type of a table by the word that an address has for it."""
_PASSED_ON = ("content-type", "content-disposition", "content-language")


def passed_on(answer: httpx.Response) -> Response:
    """Return a service's file with its own name and type."""
    headers = {name: answer.headers[name] for name in _PASSED_ON if name in answer.headers}
    return Response(answer.content, headers=headers)
