"""Eligibility's decisions in force, read page by page, to be held against what payout has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import httpx
import orjson

from services.payout.settings import Settings
from shared.web.auth import ClientCredentials

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class InForce:
    """A decision in force."""

    award_id: str
    version: int
    entitlement_fen: int
    approved_at: datetime


class NotReachedError(RuntimeError):
    """Eligibility does not answer as it should."""


class Decisions(Protocol):
    """Where decisions in force are read."""

    def in_force(self) -> Iterator[list[InForce]]:
        """Yield all decisions in force, page by page; raises NotReachedError."""
        ...


class EligibilityDecisions:
    """Eligibility's decisions over HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        """Use `client`, whose base URL is eligibility's and whose token has `decisions:read`."""
        self._client = client

    def in_force(self) -> Iterator[list[InForce]]:
        """Yield all decisions in force, page by page; raises NotReachedError."""
        cursor: str | None = None
        while True:
            page = self._page({"state": "approved", "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {}))
            yield [
                InForce(
                    item["award_id"],
                    item["version"],
                    item["entitlement_fen"] if item["result"] == "granted" else 0,
                    datetime.fromisoformat(item["approved_at"]),
                )
                for item in page["items"]
            ]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        try:
            answer = self._client.get("/v1/decisions", params=query)
            answer.raise_for_status()
            page: dict[str, Any] = orjson.loads(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            raise NotReachedError("eligibility does not answer as it should") from error
        return page


def eligibility_decisions(settings: Settings) -> Decisions:
    """Return eligibility's decisions, read with a token of this service's own."""
    credentials = ClientCredentials(settings.token_url, "payout", settings.client_secret.get_secret_value())
    return EligibilityDecisions(httpx.Client(base_url=settings.eligibility_url, auth=credentials, timeout=30.0))
