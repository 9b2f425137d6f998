"""How the desk calls a service: with the officer's own token, in the officer's language, never retried if it acts."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx

from shared.errors import NotFound
from shared.i18n import N_
from shared.media_types import BYTES, JSON

One = str | int | bool | date
Value = One | Sequence[One] | None
"""A parameter of a query, or several of one name; None is left out."""
Content = bytes | AsyncIterable[bytes]
"""A file that is sent."""

SERVICES: Mapping[str, str] = {"registry": N_("Registry"), "eligibility": N_("Eligibility"), "payout": N_("Payout")}
"""The services in the order in which data flow, with their names."""


@dataclass
class ServiceDown(Exception):
    """A service does not answer, or answers what no service answers."""

    service: str


@dataclass
class SessionOver(Exception):
    """The services no longer take the token, or nobody is signed in."""


@dataclass
class Refused(Exception):
    """A service refused a call; `problem` is its answer (RFC 9457), in the caller's language."""

    service: str
    status: int
    problem: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_missing_scope(self) -> bool:
        """Whether the token is not allowed to do this at all."""
        return self.status == httpx.codes.FORBIDDEN


class Client:
    """One service as one person calls it. Its operations are in the classes made from the service's document."""

    service: str

    def __init__(self, http: httpx.AsyncClient, token: str, language: str) -> None:
        """Call through `http`, which has the service's base URL."""
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}

    async def send(
        self,
        method: str,
        path: str,
        query: Mapping[str, Value] | None = None,
        *,
        body: object = None,
        key: str | None = None,
        etag: str | None = None,
    ) -> Any:
        """Send a request with a body of JSON; returns the answer, decoded.

        `key` is sent as `Idempotency-Key`: the same act sent twice is done once. `etag` is the version that was looked at.
        """
        headers = {"Accept": JSON} | _given({"Idempotency-Key": key, "If-Match": etag})
        answer = await self._answer(method, path, query, headers, json=body)
        return answer.json() if answer.content else None

    async def read_file(self, path: str, query: Mapping[str, Value] | None = None, *, accept: str) -> httpx.Response:
        """Read `path` as a file of the media type `accept`."""
        return await self._answer("GET", path, query, {"Accept": accept})

    async def send_file(
        self,
        path: str,
        content: Content,
        query: Mapping[str, Value] | None = None,
        *,
        key: str | None = None,
        content_type: str = BYTES,
    ) -> Any:
        """Send a file; the services recognise its format themselves. Returns the answer, decoded."""
        headers = {"Accept": JSON, "Content-Type": content_type} | _given({"Idempotency-Key": key})
        return (await self._answer("POST", path, query, headers, content=content)).json()

    async def _answer(
        self, method: str, path: str, query: Mapping[str, Value] | None, headers: Mapping[str, str], **body: Any
    ) -> httpx.Response:
        parameters = {name: _texts(value) for name, value in (query or {}).items() if value not in (None, "")}
        try:
            answer = await self._http.request(
                method, path, params=parameters, headers={**self._headers, **headers}, **body
            )
            if answer.is_success:
                return answer
            problem = answer.json()
        except httpx.InvalidURL as error:  # longer than any address
            raise NotFound("There is no such page.") from error
        except (httpx.HTTPError, ValueError) as error:
            raise ServiceDown(self.service) from error
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise SessionOver
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise ServiceDown(self.service)
        raise Refused(self.service, answer.status_code, problem)


def path_of(template: str, **parts: object) -> str:
    """Return the path `template` with its `parts`, whatever characters they have.

    Raises NotFound for a part that is no name but leads to another path: `.`, `..`, or nothing.
    """
    if not {"", ".", ".."}.isdisjoint(map(str, parts.values())):
        raise NotFound("There is no such page.")
    return template.format_map({name: quote(str(part), safe="") for name, part in parts.items()})


def _texts(value: Value) -> str | list[str]:
    return [_text(each) for each in value] if isinstance(value, list | tuple) else _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _given(headers: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}
