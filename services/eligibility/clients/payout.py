"""The payout service: the fiscal arrangement in force, and what restated awards would change in orders and payments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any
from uuid import UUID

import httpx
import orjson

from shared.errors import NotFound
from shared.events.award_decided import AwardDecided
from shared.fiscal_split import SplitRule, UnitShare
from shared.http_client import PAGE_ITEMS, ServiceClient


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The confirmed fiscal arrangement in force on a day; `rules` by (jurisdiction, award or `*`)."""

    id: str
    number: str
    sample: bool
    rules: Mapping[tuple[str, str], SplitRule]


class Payout:
    """Reads payout over HTTP; raises Unavailable if it does not answer."""

    def __init__(self, http: httpx.Client) -> None:
        """Use `http`, whose base URL is payout's and whose token has `money:read`."""
        self._payout = ServiceClient("payout", http)

    def arrangement_on(self, day: date) -> Arrangement | None:
        """Return the confirmed arrangement in force on `day`; None if there is none."""
        return self.arrangements_on([day])[day]

    def arrangements_on(self, days: Collection[date]) -> dict[date, Arrangement | None]:
        """Return the confirmed arrangement in force on each of `days`; None where there is none."""
        found: dict[date, Arrangement | None] = dict.fromkeys(days)
        for each in chain.from_iterable(self._payout.pages("/v1/arrangements")):
            until = each["effective_until"] or "9999-12-31"
            if each["state"] == "confirmed":
                in_force = _arrangement(each)
                found |= {day: in_force for day in days if each["effective_from"] <= day.isoformat() < until}
        return found

    def held(self, award_id: UUID) -> AwardDecided:
        """Return the highest version that payout has of an award, as the event that it came from; raises NotFound."""
        answer = self._payout.find(f"/v1/awards/{award_id}", {"eligibility": "false"})
        if answer is None:
            raise NotFound("Payout has no award {award_id}.", award_id=str(award_id))
        found = answer.json()
        identity = ("award_id", "policy", "award", "article", "subject", "award_year", "kind", "first_decided_on")
        stated = found["versions"][-1]
        return AwardDecided.model_validate_json(orjson.dumps(stated | {name: found[name] for name in identity}))

    def restated(self, awards: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return by award id what these entitlements would change in the orders of awards that payout knows."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(awards), PAGE_ITEMS):
            body = {"awards": list(awards[start : start + PAGE_ITEMS])}
            previews = self._payout.query("/v1/awards/previews", body).json()
            found |= {each["award_id"]: each for each in previews["items"]}
        return found


def _arrangement(found: dict[str, Any]) -> Arrangement:
    rules = {
        (row["jurisdiction"], row["award"]): SplitRule(
            tuple(UnitShare(share["unit"], share["numerator"], share["denominator"]) for share in row["shares"]),
            row["remainder_to"],
        )
        for row in found["rows"]
    }
    return Arrangement(str(found["id"]), found["number"], found["sample"], rules)
