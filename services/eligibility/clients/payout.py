"""The payout service: the fiscal arrangement in force, and what restated awards would change in orders and payments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import orjson

from shared.errors import Unavailable
from shared.fiscal_split import SplitRule, UnitShare

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The confirmed fiscal arrangement in force on a day; `rules` by (jurisdiction, award or `*`)."""

    id: str
    number: str
    sample: bool
    rules: Mapping[tuple[str, str], SplitRule]


class Payout:
    """Reads payout over HTTP; raises Unavailable if it does not answer."""

    def __init__(self, client: httpx.Client) -> None:
        """Use `client`, whose base URL is payout's and whose token has `money:read`."""
        self._client = client

    def arrangement_on(self, day: date) -> Arrangement | None:
        """Return the confirmed arrangement in force on `day`; None if there is none."""
        for found in self._arrangements():
            until = found["effective_until"]
            if found["state"] == "confirmed" and found["effective_from"] <= day.isoformat() < (until or "9999-12-31"):
                return _arrangement(found)
        return None

    def restated(self, awards: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return by award id what these entitlements would change in the orders of awards that payout knows."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(awards), PAGE):
            body = {"awards": list(awards[start : start + PAGE])}
            found |= {each["award_id"]: each for each in self._send("POST", "/v1/awards/previews", body)["items"]}
        return found

    def _arrangements(self) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            query = f"?limit={PAGE}" + (f"&cursor={cursor}" if cursor else "")
            page = self._send("GET", f"/v1/arrangements{query}")
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        try:
            answer = self._client.request(method, path, json=body)
            answer.raise_for_status()
            read: dict[str, Any] = orjson.loads(answer.content)
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable("The payout service does not answer. Try again later.") from error
        return read


def _arrangement(found: dict[str, Any]) -> Arrangement:
    rules = {
        (row["jurisdiction"], row["award"]): SplitRule(
            tuple(UnitShare(share["unit"], share["numerator"], share["denominator"]) for share in row["shares"]),
            row["remainder_to"],
        )
        for row in found["rows"]
    }
    return Arrangement(str(found["id"]), found["number"], found["sample"], rules)
