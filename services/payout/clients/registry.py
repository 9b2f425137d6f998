"""Reading payees' accounts from the registry over HTTP, in bulk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import httpx
import orjson
import polars as pl
import pyarrow as pa

from services.payout.settings import Settings
from shared.free_text import masked
from shared.http_client import ServiceClient, connect
from shared.media_types import ARROW, NDJSON

QUERY_CODES = 50_000
"""Enterprises that one query may name."""

ACCOUNTS = pl.Schema(
    {
        "uscc": pl.String(),
        "holder": pl.String(),
        "bank_code": pl.String(),
        "number": pl.String(),
        "revision": pl.Int64(),
    }
)
"""Payees' accounts on a day, one row each. `revision` is the registry's revision of the row, which an approval pins."""


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A change of a payee's account period between two revisions; `withdrawn`: the period was deleted."""

    uscc: str
    since: date
    until: date | None
    revision: int
    withdrawn: bool
    holder: str
    number_masked: str


class Accounts:
    """The registry's accounts of payees; raises Unavailable if it does not answer."""

    def __init__(self, http: httpx.Client) -> None:
        """Use `http`, whose base URL is the registry's and whose token has `accounts:read`."""
        self._registry = ServiceClient("registry", http)

    def latest_revision(self) -> int:
        """Return the newest revision, 0 if there is none."""
        return int(self._registry.get("/v1/revisions/latest").json()["revision"])

    def has_enterprise(self, uscc: str) -> bool:
        """Return whether the registry has an enterprise now."""
        return bool(self._registry.get("/v1/enterprises", {"uscc": uscc, "limit": 1}).json()["items"])

    def on(self, day: date, usccs: Collection[str], revision: int) -> pl.DataFrame:
        """Return the accounts (`ACCOUNTS`) in force on `day` as known at `revision`, in one call per 50,000 payees."""
        found = [pl.DataFrame(schema=ACCOUNTS)]
        path, codes = f"/v1/snapshots/{revision}/payee_accounts/queries", sorted(set(usccs))
        for start in range(0, len(codes), QUERY_CODES):
            answer = self._registry.query(path, {"uscc": codes[start : start + QUERY_CODES]}, accept=ARROW)
            with pa.ipc.open_stream(answer.content) as stream:
                found.append(in_force(day, pl.DataFrame(stream.read_all())))
        return pl.concat(found)

    def changes(self, after: int, until: int) -> list[AccountChange]:
        """Return what changed in the periods of accounts between two revisions."""
        query = {"after": after, "until": until, "dataset": "payee_accounts"}
        found = []
        for line in self._registry.get("/v1/changes", query, accept=NDJSON).content.splitlines():
            change = orjson.loads(line)
            row = change["after"] or change["before"]
            row = orjson.loads(row) if isinstance(row, str) else row
            found.append(
                AccountChange(
                    uscc=row["uscc"],
                    since=date.fromisoformat(row["since"]),
                    until=date.fromisoformat(row["until"]) if row.get("until") else None,
                    revision=int(change["revision"]),
                    withdrawn=change["after"] is None,
                    holder=row["account_holder"],
                    number_masked=masked(row["account_number"]),
                )
            )
        return found


def in_force(day: date, periods: pl.DataFrame) -> pl.DataFrame:
    """Return of `periods` (records of the dataset `payee_accounts`) those in force on `day`, the latest of each payee."""
    running = (pl.col("since") <= day) & (pl.col("until").is_null() | (pl.col("until") > day))
    latest = periods.filter(running).sort("since").unique("uscc", keep="last", maintain_order=True)
    names = {"account_holder": "holder", "account_number": "number"}
    return latest.rename(names).select(ACCOUNTS.names()).cast(ACCOUNTS)


def revisions_of(accounts: pl.DataFrame) -> dict[str, int]:
    """Return the revision of each account, by uscc."""
    return dict(accounts.select("uscc", "revision").iter_rows())


def registry_accounts(settings: Settings) -> Accounts:
    """Return the payees' accounts, read as this service's own OAuth2 client."""
    return Accounts(connect(settings.registry_url, settings, "payout", timeout_seconds=60.0))
