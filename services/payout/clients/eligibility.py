"""Eligibility over HTTP: decisions in force, open proposals, the decisions on an award; and publishing events again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import httpx

from services.payout.arrangements.domain import Entitlement
from services.payout.settings import Settings
from shared.http_client import PAGE_ITEMS, ServiceClient, connect

OPEN_STATES = ("proposed", "in_notice", "suspended")
"""States of a decision that may still be approved."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A decision in force."""

    award_id: str
    version: int
    entitlement_fen: int
    payee_uscc: str
    jurisdiction: str
    approved_at: datetime

    @property
    def stated(self) -> tuple[int, int, str, str]:
        """What payout has to hold of the award: version, fen, payee and jurisdiction."""
        return self.version, self.entitlement_fen, self.payee_uscc, self.jurisdiction


class Decisions:
    """Eligibility's decisions; raises Unavailable if it does not answer."""

    def __init__(self, http: httpx.Client) -> None:
        """Use `http`, whose base URL is eligibility's and whose token has `decisions:read` and `events:republish`."""
        self._eligibility = ServiceClient("eligibility", http)

    def in_force(self) -> Iterator[list[InForce]]:
        """Yield all decisions in force, page by page."""
        for items in self._pages(state="approved"):
            yield [_in_force(item) for item in items]

    def in_force_of(self, award_ids: Collection[str]) -> dict[str, InForce]:
        """Return the decisions in force of those of `award_ids` that have one, by award."""
        asked = sorted(award_ids)
        found: dict[str, InForce] = {}
        for start in range(0, len(asked), PAGE_ITEMS):
            body = {"award_ids": asked[start : start + PAGE_ITEMS]}
            items = self._eligibility.query("/v1/decisions/in-force", body).json()["items"]
            found |= {item["award_id"]: _in_force(item) for item in items}
        return found

    def proposed(self, round_id: UUID | None = None) -> Iterator[list[Entitlement]]:
        """Yield what open proposals, of one round if it is given, would entitle to, page by page; their version is 0."""
        of_round = {} if round_id is None else {"round_id": str(round_id)}
        for state in OPEN_STATES:
            for items in self._pages(state=state, **of_round):
                yield [_entitlement(item) for item in items]

    def of_award(self, award_id: UUID) -> list[dict[str, Any]]:
        """Return every decision on an award, oldest first, as eligibility shows it."""
        return [item for items in self._pages(award_id=str(award_id)) for item in items]

    def versions_of(self, award_id: str) -> list[Entitlement]:
        """Return what every version of an award that was ever in force entitled to; their version is 0."""
        return [
            _entitlement(item) for item in self.of_award(UUID(award_id)) if item["state"] in ("approved", "superseded")
        ]

    def republish(self, award_ids: Sequence[str]) -> int:
        """Have the latest event of each of `award_ids` published again; return how many will come."""
        events = 0
        for start in range(0, len(award_ids), PAGE_ITEMS):
            body = {"award_ids": list(award_ids[start : start + PAGE_ITEMS])}
            events += int(self._eligibility.post("/v1/republications", body).json()["events"])
        return events

    def _pages(self, **query: str) -> Iterator[list[dict[str, Any]]]:
        return self._eligibility.pages("/v1/decisions", query)


def _in_force(item: dict[str, Any]) -> InForce:
    return InForce(
        item["award_id"],
        item["version"],
        item["entitlement_fen"] if item["result"] == "granted" else 0,
        item["payee"]["uscc"],
        item["jurisdiction"],
        datetime.fromisoformat(item["approved_at"]),
    )


def _entitlement(item: dict[str, Any]) -> Entitlement:
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
        subject=item["subject"],
        award_year=item["award_year"],
    )


def eligibility_decisions(settings: Settings) -> Decisions:
    """Return eligibility's decisions, read as this service's own OAuth2 client."""
    return Decisions(connect(settings.eligibility_url, settings, "payout", timeout_seconds=30.0))
