"""The main job, done by HTTP as its users do it: each step a call, each wait a job that is asked for its progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from shared.http_client import ClientCredentials

Progress = Callable[[str, int, int], None]
"""Told a step's name, how much of it is done, and how much there is."""


class DemoError(RuntimeError):
    """A step was refused; the text names the step and the problem."""


class DemoClient:
    """Clients of a running system, one per person or service, and the steps from an import to a payment order."""

    def __init__(
        self, urls: Mapping[str, str], secrets: Mapping[str, str], progress: Progress = lambda *_: None
    ) -> None:
        """`urls` has `issuer`, `registry`, `eligibility`, `payout`; `secrets` is the content of `clients.json`."""
        self._urls = urls
        self._auth = {
            client: ClientCredentials(f"{urls['issuer']}/oauth/token", client, secret)
            for client, secret in secrets.items()
        }
        self._http = httpx.Client(timeout=60.0)
        self._progress = progress

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, client: str, method: str, path: str, **request: Any) -> httpx.Response:
        """Call `path`, `service:/v1/…`, as `client`; raises DemoError if it is refused."""
        service, _, route = path.partition(":")
        headers = dict(request.pop("headers", {}))
        if method == "POST":
            headers.setdefault("Idempotency-Key", uuid4().hex)
        url = f"{self._urls[service]}{route}"
        answer = self._http.request(method, url, auth=self._auth[client], headers=headers, **request)
        if answer.is_error:
            raise DemoError(f"{client}: {method} {path} was refused: {answer.status_code} {answer.text[:500]}")
        return answer

    def get(self, client: str, path: str, **query: Any) -> Any:
        """Read `path` as `client`."""
        return self.call(client, "GET", path, params=query).json()

    def post(self, client: str, path: str, body: object) -> Any:
        """Send `body` to `path` as `client`."""
        return self.call(client, "POST", path, json=body).json()

    def items(self, client: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Read a list page by page."""
        cursor: str | None = None
        while True:
            page = self.get(client, path, limit=1_000, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def finished(self, client: str, path: str, name: str) -> dict[str, Any]:
        """Wait for the job at `path`; raises DemoError if it fails."""
        while True:
            job: dict[str, Any] = self.get(client, path)
            self._progress(name, job["progress"]["done"], job["progress"]["total"])
            if job["state"] == "succeeded":
                return job
            if job["state"] == "failed":
                raise DemoError(f"{name} failed: {job['problem']}")
            time.sleep(0.1)

    def import_file(self, dataset: str, file: Path) -> dict[str, Any]:
        """Import a CSV file; rows that are wrong are left out and reported."""
        job = self.call(
            "data-platform",
            "POST",
            "registry:/v1/imports",
            params={"dataset": dataset, "mode": "accept_valid"},
            content=file.read_bytes(),
            headers={"Content-Type": "text/csv"},
        ).json()
        return self.finished("data-platform", f"registry:/v1/imports/{job['id']}", file.name)

    def import_errors(self, job: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return an import's refused rows."""
        return list(self.items("data-platform", f"registry:/v1/imports/{job['id']}/errors"))

    def arrange(self, arrangement: Mapping[str, Any]) -> dict[str, Any]:
        """Draft a fiscal arrangement and have another person confirm it, unless its number is there already."""
        for known in self.items("finance-maker", "payout:/v1/arrangements"):
            if known["number"] == arrangement["number"]:
                return known
        draft = self.post("finance-maker", "payout:/v1/arrangements", arrangement)
        confirmed: dict[str, Any] = self.post("finance-checker", f"payout:/v1/arrangements/{draft['id']}/confirm", {})
        return confirmed

    def appropriate(self, unit: str, year: int, amount_fen: int, document: str) -> None:
        """Record an appropriation, unless the budget has money already."""
        if self.get("finance-maker", f"payout:/v1/budgets/{unit}/{year}")["appropriated_fen"] == 0:
            body = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document}
            self.post("finance-maker", "payout:/v1/appropriations", body)

    def evaluate(self, award_years: list[int], decided_on: str) -> dict[str, Any]:
        """Judge all enterprises."""
        body = {"policy": "lishui-2020-1", "award_years": award_years, "scope": "all", "decided_on": decided_on}
        job = self.post("commerce-maker", "eligibility:/v1/evaluations", body)
        return self.finished("commerce-maker", f"eligibility:/v1/evaluations/{job['id']}", "evaluation")

    def approve(self, evaluation_id: str, reason: str) -> dict[str, Any]:
        """Approve what an evaluation proposed."""
        job = self.post(
            "commerce-checker", "eligibility:/v1/approvals", {"evaluation_id": evaluation_id, "reason": reason}
        )
        return self.finished("commerce-checker", f"eligibility:/v1/approvals/{job['id']}", "approval")

    def decisions(self, **filters: Any) -> list[dict[str, Any]]:
        """Return decisions."""
        return list(self.items("auditor", "eligibility:/v1/decisions", **filters))

    def orders(self, **filters: Any) -> list[dict[str, Any]]:
        """Return payment orders."""
        return list(self.items("auditor", "payout:/v1/payment-orders", **filters))

    def paid_out(self, decisions: list[dict[str, Any]], patience_seconds: float = 120.0) -> None:
        """Wait until payout has every cash decision in orders; raises DemoError if it takes too long."""
        expected = {each["award_id"] for each in decisions if each["entitlement_fen"] > 0}
        deadline = time.monotonic() + patience_seconds
        while True:
            ordered = {order["award_id"] for order in self.orders()}
            self._progress("payout", len(expected & ordered), len(expected))
            if expected <= ordered:
                return
            if time.monotonic() > deadline:
                raise DemoError(f"payout lacks {len(expected - ordered)} awards after {patience_seconds:.0f} s")
            time.sleep(0.3)

    def funded(self, quiet_seconds: float = 2.0) -> None:
        """Wait until the funding pass finds nothing more that it can pay: what waits for funds has stood still for a while."""
        waiting, still_since = -1, time.monotonic()
        while time.monotonic() - still_since < quiet_seconds:
            now = len(self.orders(waiting_for="funds"))
            if now != waiting:
                waiting, still_since = now, time.monotonic()
            time.sleep(0.2)
