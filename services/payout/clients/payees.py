"""Read from the registry, in bulk, what speaks against paying enterprises: a few calls for all orders of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import httpx
import polars as pl
import pyarrow as pa

from services.payout.clients.payee_facts import Account, PayeeFacts, Sanction, Support
from services.payout.clients.registry import QUERY_CODES, in_force
from services.payout.settings import Settings
from shared.http_client import ServiceClient, connect
from shared.media_types import ARROW


class Payees:
    """The registry's facts of payees; raises Unavailable if it does not answer."""

    def __init__(self, http: httpx.Client) -> None:
        """Use `http`, whose base URL is the registry's and whose token has `facts:read` and `accounts:read`."""
        self._registry = ServiceClient("registry", http)

    def latest_revision(self) -> int:
        """Return the newest revision, 0 if there is none."""
        return int(self._registry.get("/v1/revisions/latest").json()["revision"])

    def facts(self, day: date, usccs: Collection[str], subjects: Collection[str], revision: int) -> PayeeFacts:
        """Return what speaks against paying `usccs` for `subjects` on `day`, as known at `revision`, in a call per dataset.

        A call asks for up to 50,000. Other public money counts for the subject, whichever enterprise the row names, as it does
        in the policy.
        """
        codes = sorted(set(usccs))
        accounts = {
            row["uscc"]: Account(row["holder"], row["bank_code"], row["number"], row["revision"])
            for row in in_force(day, self._rows("payee_accounts", "uscc", codes, revision)).iter_rows(named=True)
        }
        users: dict[tuple[str, str], set[str]] = defaultdict(set)
        numbers = sorted({account.number for account in accounts.values()})
        for row in in_force(day, self._rows("payee_accounts", "account_number", numbers, revision)).iter_rows(
            named=True
        ):
            users[row["bank_code"], row["number"]].add(row["uscc"])
        dishonest: dict[str, list[Sanction]] = defaultdict(list)
        for row in self._rows("sanctions", "uscc", codes, revision).iter_rows(named=True):
            if (
                row["kind"] == "serious_dishonesty"
                and row["since"] <= day
                and (row["until"] is None or day < row["until"])
            ):
                dishonest[row["uscc"]].append(Sanction(row["since"], row["revision"]))
        support: dict[tuple[str, str, int], list[Support]] = defaultdict(list)
        for row in self._rows("other_support", "subject", sorted(set(subjects)), revision).iter_rows(named=True):
            if row["amount_fen"]:
                key = row["award"], row["subject"], row["award_year"]
                support[key].append(Support(row["programme"], row["level"], row["amount_fen"], row["revision"]))
        registered = set(self._rows("enterprises", "uscc", codes, revision)["uscc"])
        return PayeeFacts(revision, accounts, users, registered, dishonest, support)

    def _rows(self, dataset: str, field: str, values: Sequence[str], revision: int) -> pl.DataFrame:
        """Return the rows of a dataset that name enterprises, or have one of `values` in another field."""
        path = f"/v1/snapshots/{revision}/{dataset}/queries"
        found: list[pl.DataFrame] = []
        # Without values, one that nothing has: the answer has the columns all the same.
        for start in range(0, len(values), QUERY_CODES) or [0]:
            part = list(values[start : start + QUERY_CODES]) or ["-"]
            body: Mapping[str, object] = {"uscc": part} if field == "uscc" else {"field": field, "values": part}
            answer = self._registry.query(path, body, accept=ARROW)
            with pa.ipc.open_stream(answer.content) as stream:
                found.append(pl.DataFrame(stream.read_all()))
        return pl.concat(found)


def registry_payees(settings: Settings) -> Payees:
    """Return the registry's facts of payees, read as this service's own OAuth2 client."""
    return Payees(connect(settings.registry_url, settings, "payout", timeout_seconds=60.0))
