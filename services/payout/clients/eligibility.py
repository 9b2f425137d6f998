"""Eligibility over HTTP: decisions in force, proposals, what was done to an award's decisions; and asking for events again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

import httpx
import orjson

from services.payout.arrangements.domain import Entitlement
from services.payout.settings import Settings
from shared.web.auth import ClientCredentials

PAGE = 1_000
OPEN_STATES = ("proposed", "in_notice", "suspended")
"""States of a decision that may still be approved."""


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
    """Where decisions are read, and asked for again."""

    def in_force(self) -> Iterator[list[InForce]]:
        """Yield all decisions in force, page by page; raises NotReachedError."""
        ...

    def proposed(self) -> Iterator[list[Entitlement]]:
        """Yield what open proposals would entitle to, page by page; version 0. Raises NotReachedError."""
        ...

    def of_award(self, award_id: UUID) -> list[dict[str, Any]]:
        """Return every decision on an award, oldest first, as eligibility shows it; raises NotReachedError."""
        ...

    def ask_again(self, award_ids: Sequence[str]) -> int:
        """Ask for the latest event of `award_ids` again; returns how many will come. Raises NotReachedError."""
        ...


class EligibilityDecisions:
    """Eligibility's decisions over HTTP."""

    def __init__(self, client: httpx.Client) -> None:
        """Use `client`, whose base URL is eligibility's and whose token has `decisions:read` and `events:republish`."""
        self._client = client

    def in_force(self) -> Iterator[list[InForce]]:
        """Yield all decisions in force, page by page; raises NotReachedError."""
        for items in self._pages({"state": "approved"}):
            yield [
                InForce(
                    item["award_id"],
                    item["version"],
                    item["entitlement_fen"] if item["result"] == "granted" else 0,
                    datetime.fromisoformat(item["approved_at"]),
                )
                for item in items
            ]

    def proposed(self) -> Iterator[list[Entitlement]]:
        """Yield what open proposals would entitle to, page by page; raises NotReachedError."""
        for state in OPEN_STATES:
            for items in self._pages({"state": state}):
                yield [_proposal(item) for item in items]

    def of_award(self, award_id: UUID) -> list[dict[str, Any]]:
        """Return every decision on an award, oldest first; raises NotReachedError."""
        return [item for items in self._pages({"award_id": str(award_id)}) for item in items]

    def ask_again(self, award_ids: Sequence[str]) -> int:
        """Ask for the latest event of `award_ids` again; returns how many will come. Raises NotReachedError."""
        asked = 0
        for place in range(0, len(award_ids), PAGE):
            body = {"award_ids": list(award_ids[place : place + PAGE])}
            asked += int(self._send("POST", "/v1/republications", json=body)["events"])
        return asked

    def _pages(self, query: dict[str, str]) -> Iterator[list[dict[str, Any]]]:
        cursor: str | None = None
        while True:
            given = query | {"limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
            page = self._send("GET", "/v1/decisions", params=given)
            yield page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _send(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, **request)
            answer.raise_for_status()
            body: dict[str, Any] = orjson.loads(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            raise NotReachedError("eligibility does not answer as it should") from error
        return body


def _proposal(item: dict[str, Any]) -> Entitlement:
    granted = item["result"] == "granted"
    first = item["first_decided_on"] or item["decided_on"]
    return Entitlement(
        award_id=item["award_id"],
        version=0,
        award=item["award"],
        jurisdiction=item["jurisdiction"],
        payee_uscc=item["payee"]["uscc"],
        entitlement_fen=item["entitlement_fen"] if granted else 0,
        instalments=tuple((part["due_year"], part["amount_fen"]) for part in item["instalments"]) if granted else (),
        first_decided_on=date.fromisoformat(first),
    )


def eligibility_decisions(settings: Settings) -> Decisions:
    """Return eligibility's decisions, read with a token of this service's own."""
    credentials = ClientCredentials(settings.token_url, "payout", settings.client_secret.get_secret_value())
    return EligibilityDecisions(httpx.Client(base_url=settings.eligibility_url, auth=credentials, timeout=30.0))
