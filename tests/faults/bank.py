"""Users of the system over HTTP while faults are injected: they repeat a request under its key until it is answered."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from deploy.bank.simulation import SimulatedBank
from shared.clock import SystemClock, calendar_date
from shared.http_client import pages
from tests.faults.harness import Harness

PATIENCE_SECONDS = 600.0
APPROPRIATIONS = "payout:/v1/appropriations"
UNITS = ("city", "liandu", "development_zone")
NO_HEADERS: Mapping[str, str] = {}


@dataclass
class Users:
    """Commands given, what was promised with a 2xx, and what the bank has paid."""

    harness: Harness
    dice: random.Random
    year: int
    commands: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    promised: list[tuple[str, str]] = field(default_factory=list)
    """(client, path) of what a 2xx said is there."""
    documents: dict[str, int] = field(default_factory=dict)
    """Fen appropriated by document."""
    paid: dict[str, int] = field(default_factory=dict)
    """Fen that the bank has paid, by order."""
    bank: SimulatedBank = field(init=False)

    def __post_init__(self) -> None:
        self.bank = SimulatedBank(self.dice.randrange(2**32), misbehaves=False, failing=0.05, returning=0.0)

    def command(self, client: str, path: str, body: object = None, *, key: str | None = None, **request: Any) -> Any:
        """POST until there is an answer that does not ask to try again; returns it, whatever it says."""
        self.commands += 1
        headers = {"Idempotency-Key": key or uuid4().hex, **request.pop("headers", {})}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.once(client, "POST", path, json=body, headers=headers, **request)
            if answer is not None and not _asks_to_wait(answer):
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} was not answered within {PATIENCE_SECONDS:.0f} s")
            self.harness.tend()
            time.sleep(0.2)

    def once(self, client: str | None, method: str, path: str, **request: Any) -> httpx.Response | None:
        """Send one request; None if no answer came."""
        if request.get("json") is None:
            request.pop("json", None)
        try:
            answer = self.harness.demo.send(client, method, path, **request)
        except (httpx.TransportError, httpx.HTTPStatusError):
            return None
        self.answers[answer.status_code] += 1
        return answer

    def act_as(self, person: Mapping[str, object], path: str, body: object = None) -> httpx.Response | None:
        """POST once with a token of these claims."""
        headers = self.harness.bearer(person) | {"Idempotency-Key": uuid4().hex}
        return self.once(None, "POST", path, json=body, headers=headers)

    def read_as(self, person: Mapping[str, object], path: str, **query: object) -> httpx.Response | None:
        """GET once with a token of these claims."""
        return self.once(None, "GET", path, headers=self.harness.bearer(person), params=query)

    def job_state(self, client: str, path: str) -> str:
        """Return the state in which the job at `path` ends."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (state := str(self.get(client, path).json()["state"])) in ("queued", "running"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} did not end within {PATIENCE_SECONDS:.0f} s")
            self.harness.tend()
            time.sleep(0.2)
        return state

    def get(self, client: str, path: str, **request: Any) -> Any:
        """GET until there is an answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.once(client, "GET", path, **request)
            if answer is not None and not _asks_to_wait(answer):
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} was not answered within {PATIENCE_SECONDS:.0f} s")
            self.harness.tend()
            time.sleep(0.2)

    def _pages(self, path: str, **query: str) -> Iterator[list[dict[str, Any]]]:
        return pages(lambda parameters: self.get("auditor", path, params=parameters).json(), query)

    def appropriation(self, fen: int) -> dict[str, object]:
        """Return the body of an appropriation by a document of its own."""
        document = f"document-{uuid4().hex}"
        return {"unit": self.dice.choice(UNITS), "year": self.year, "amount_fen": fen, "document": document}

    def appropriate(self, body: dict[str, object], key: str) -> httpx.Response:
        """Draft an appropriation, and confirm it as another person; under the same key it is the same."""
        answer: httpx.Response = self.command("finance-maker", APPROPRIATIONS, body, key=key)
        if answer.is_success:
            confirm = f"{APPROPRIATIONS}/{answer.json()['id']}/confirm"
            confirmed = self.command("finance-checker", confirm, key=f"confirm-{key}")
            if not confirmed.is_success:
                raise AssertionError(f"a draft was not confirmed: {confirmed.text[:500]}")
            self.documents[str(body["document"])] = int(str(body["amount_fen"]))
        return answer

    def try_to_appropriate(self, body: dict[str, object], key: str) -> httpx.Response | None:
        """Send an appropriation once; whether it took place is seen when it is sent again."""
        return self.once("finance-maker", "POST", APPROPRIATIONS, json=body, headers={"Idempotency-Key": key})

    def pay(self, unit: str, *, hang_up: bool = False) -> None:
        """Approve what is issued, send what is approved, and answer for the bank; `hang_up` before each answer the first time."""
        self._command_answered(
            "finance-checker", "payout:/v1/payment-orders/approvals", {"unit": unit}, hang_up=hang_up
        )
        answer = self._command_answered("finance-maker", "payout:/v1/payment-batches", {"unit": unit}, hang_up=hang_up)
        if not answer.is_success or not answer.json()["id"]:
            return
        path = f"payout:/v1/payment-batches/{answer.json()['id']}"
        orders = [
            order for page in self._pages("payout:/v1/payment-orders", batch_id=answer.json()["id"]) for order in page
        ]
        file = self.get(
            "bank", f"{path}/file", params={"format": self.dice.choice(["csv", "xlsx", "pain.001"])}
        ).content
        for said in self.bank.take(file, calendar_date(SystemClock().now())):
            sent: dict[str, Any] = {"content": said.content, "headers": {"Content-Type": said.media_type}}
            answer = self._command_answered("bank", f"{path}/results", None, hang_up=hang_up, **sent)
            if not answer.is_success:
                raise AssertionError(f"the bank's answer was refused: {answer.text[:500]}")
            if hang_up:  # the bank says it again
                self.command("bank", f"{path}/results", **sent)
        paid = {order_id for order_id, outcome in self.bank.books.items() if outcome == "settled"}
        self.paid |= {order["id"]: order["amount_fen"] for order in orders if order["id"].replace("-", "") in paid}

    def _command_answered(
        self,
        client: str,
        path: str,
        body: object,
        *,
        hang_up: bool,
        headers: Mapping[str, str] = NO_HEADERS,
        **request: Any,
    ) -> httpx.Response:
        key = uuid4().hex
        if hang_up:
            self.once(
                client,
                "POST",
                path,
                json=body,
                headers={"Idempotency-Key": key, **headers},
                timeout=httpx.Timeout(10.0, read=self.dice.uniform(0.001, 0.05)),
                **request,
            )
        answer: httpx.Response = self.command(client, path, body, key=key, headers=headers, **request)
        if answer.is_success and answer.json().get("id") and not path.endswith("/results"):
            self.promised.append(("auditor", f"{path}/{answer.json()['id']}"))
        return answer


def _asks_to_wait(answer: httpx.Response) -> bool:
    if answer.status_code == httpx.codes.CONFLICT:
        return str(answer.json().get("type", "")).endswith("in-flight")
    return answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.is_server_error
