"""Payout as this service reads it: the fiscal arrangement in force, and what restated awards would do to the money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any

import httpx

from services.eligibility.settings import Settings
from services.eligibility.whatif.arrangements import Arrangement
from shared.fiscal_split import SplitRule, UnitShare
from shared.http_client import PAGE_ITEMS, ServiceClient, connect


class Payout:
    """Reads payout over HTTP; raises Unavailable if it does not answer."""

    def __init__(self, http: httpx.Client) -> None:
        """Use `http`, whose base URL is payout's and whose token has `money:read`."""
        self._payout = ServiceClient("payout", http)

    def arrangement_on(self, day: date) -> Arrangement | None:
        """Return the confirmed arrangement in force on `day`; None if there is none."""
        for found in chain.from_iterable(self._payout.pages("/v1/arrangements")):
            until = found["effective_until"]
            if found["state"] == "confirmed" and found["effective_from"] <= day.isoformat() < (until or "9999-12-31"):
                return _arrangement(found)
        return None

    def restated(self, awards: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return by award id what these entitlements would do to the orders of awards that payout has."""
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


def payout(settings: Settings) -> Payout:
    """Return payout, read with a token of this service's own."""
    return Payout(connect(settings.payout_url, settings, "eligibility", timeout_seconds=60.0))
