"""A client for the whole main job over HTTP, as its users do it, from an import to a payment order.

What it does can be repeated by hand: it says each call as a command of a shell that has read `STATE_DIR/shell`.
"""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import orjson

from deploy.local.clients import confirmer
from shared.http_client import ClientCredentials, pages
from shared.i18n import N_, default_language, translate
from shared.media_types import BYTES, CSV

ORDERS = "payout:/v1/payment-orders"
Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is."""


class DemoError(RuntimeError):
    """A step failed; the text names the step and the problem, in the language of the installation."""

    def __init__(self, message: str, **parameters: object) -> None:
        """Say `message`, whose placeholders `parameters` fill."""
        super().__init__(translate(message, default_language(), parameters))


class DemoClient:
    """Calls a running system as its OAuth2 clients, one for each person or service."""

    def __init__(
        self,
        urls: Mapping[str, str],
        secrets: Mapping[str, str],
        progress: Progress = lambda *_: None,
        show: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`urls` has `issuer`, `registry`, `eligibility`, `payout`; `secrets` is the content of `clients.json`.

        `show` is called with the command of each call, except those that only look whether something has ended.
        """
        self._urls = urls
        self._auth = {
            client: ClientCredentials(f"{urls['issuer']}/oauth/token", client, secret)
            for client, secret in secrets.items()
        }
        self._secrets = secrets
        self._http = httpx.Client(timeout=60.0)
        self._progress = progress
        self._show = show

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, client: str | None, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request to `path` (`service:/v1/…`) as `client`, or without a token; return the answer."""
        service, _, route = path.partition(":")
        auth = None if client is None else self._credentials(client)
        return self._http.request(method, f"{self._urls[service]}{route}", auth=auth, **request)

    def _credentials(self, client: str) -> ClientCredentials:
        """Return the credentials of a client, or of `enterprise:<uscc>`: a token of the portal for that enterprise."""
        if client not in self._auth:
            token_url, portal = f"{self._urls['issuer']}/oauth/token", "enterprise-portal"
            uscc = client.removeprefix("enterprise:")
            self._auth[client] = ClientCredentials(token_url, portal, self._secrets[portal], uscc=uscc)
        return self._auth[client]

    def call(self, client: str, method: str, path: str, **request: Any) -> httpx.Response:
        """Call `path` as `client`; raises DemoError if the request is refused."""
        self._show(command(client, method, path, **request))
        return self._call(client, method, path, **request)

    def _call(self, client: str, method: str, path: str, **request: Any) -> httpx.Response:
        if method == "POST":
            request["headers"] = {"Idempotency-Key": uuid4().hex} | dict(request.get("headers", {}))
        if isinstance(file := request.get("content"), Path):
            request["content"] = file.read_bytes()
        answer = self.send(client, method, path, **request)
        if answer.is_error:
            raise DemoError(
                "{client}: {method} {path} was refused: {status} {answer}",
                client=client,
                method=method,
                path=path,
                status=answer.status_code,
                answer=answer.text[:500],
            )
        return answer

    def get(self, client: str, path: str, **query: Any) -> Any:
        """Read `path` as `client`."""
        return self.call(client, "GET", path, params=query).json()

    def post(self, client: str, path: str, body: object) -> Any:
        """Send `body` to `path` as `client`."""
        return self.call(client, "POST", path, json=body).json()

    def items(self, client: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of a list, reading page by page."""
        self._show(command(client, "GET", path, params=query))
        yield from self._items(client, path, **query)

    def _items(self, client: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        for page in pages(lambda parameters: self._read(client, path, **parameters), query):
            yield from page

    def _read(self, client: str, path: str, **query: Any) -> Any:
        return self._call(client, "GET", path, params=query).json()

    def wait_for_job(self, client: str, path: str, name: str) -> dict[str, Any]:
        """Wait for the job at `path`; raises DemoError if it fails."""
        while True:
            job: dict[str, Any] = self._read(client, path)
            self._progress(name, job["progress"]["done"], job["progress"]["total"])
            if job["state"] == "succeeded":
                return job
            if job["state"] == "failed":
                raise DemoError("{job} failed: {problem}", job=name, problem=str(job["problem"]))
            time.sleep(0.1)

    def import_file(self, dataset: str | None, file: Path) -> dict[str, Any]:
        """Import a CSV file, or a workbook with a sheet for each dataset; wrong rows are left out and reported.

        Where the rows of a dataset wait for a second person, that person confirms them.
        """
        job = self.call(
            "data-platform",
            "POST",
            "registry:/v1/imports",
            params={"mode": "accept_valid", "source": file.name} | ({"dataset": dataset} if dataset else {}),
            content=file,
            headers={"Content-Type": BYTES if file.suffix == ".xlsx" else CSV},
        ).json()
        ended = self.wait_for_job("data-platform", f"registry:/v1/imports/{job['id']}", file.name)
        for name, counts in ended["datasets"].items():
            if counts["draft"]:
                self.confirm_draft(name, counts["draft"])
        return ended

    def record(self, dataset: str, records: Sequence[Mapping[str, Any]], source: str) -> None:
        """Record rows; those that wait for a second person are confirmed by that person."""
        body = {"records": records, "source": source}
        made = self.post("data-platform", f"registry:/v1/datasets/{dataset}/records", body)
        if made["draft"]:
            self.confirm_draft(dataset, made["draft"])

    def confirm_draft(self, dataset: str, draft: str) -> None:
        """Confirm a draft as the second person of its dataset."""
        self.post(confirmer(dataset), f"registry:/v1/drafts/{draft}/confirm", {})

    def import_errors(self, job: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return an import's refused rows."""
        return list(self.items("data-platform", f"registry:/v1/imports/{job['id']}/errors"))

    def refused_rows(self, job: Mapping[str, Any], file: Path) -> str:
        """Save an import's refused rows as the CSV `file`, to correct and send again; return its text."""
        path = f"registry:/v1/imports/{job['id']}/errors"
        headers = {"Accept": CSV}
        self._show(f"{command('data-platform', 'GET', path, headers=headers)} -o {shlex.quote(str(file))}")
        content = self._call("data-platform", "GET", path, headers=headers).content
        file.write_bytes(content)
        return content.decode()

    def arrange(self, arrangement: Mapping[str, Any]) -> dict[str, Any]:
        """Draft a fiscal arrangement and confirm it as another person, unless its number exists."""
        for known in self._items("finance-maker", "payout:/v1/arrangements"):
            if known["number"] == arrangement["number"]:
                return known
        draft = self.post("finance-maker", "payout:/v1/arrangements", arrangement)
        confirmed: dict[str, Any] = self.post("finance-checker", f"payout:/v1/arrangements/{draft['id']}/confirm", {})
        return confirmed

    def appropriate(self, unit: str, year: int, amount_fen: int, document: str) -> None:
        """Draft an appropriation and confirm it as another person, unless the budget already has one."""
        if self._read("finance-maker", f"payout:/v1/budgets/{unit}/{year}")["appropriated_fen"] == 0:
            body = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document}
            draft = self.post("finance-maker", "payout:/v1/appropriations", body)
            self.post("finance-checker", f"payout:/v1/appropriations/{draft['id']}/confirm", {})

    def look(self, client: str, path: str) -> Any:
        """Read `path` as `client` without saying so, to see whether something has ended."""
        return self._read(client, path)

    def wait_until(self, ended: Callable[[], bool], name: str, patience_seconds: float = 60.0) -> None:
        """Wait until something has ended; raises DemoError if it takes too long."""
        deadline = time.monotonic() + patience_seconds
        while not ended():
            if time.monotonic() > deadline:
                raise DemoError("{job} has not ended after {seconds} s", job=name, seconds=round(patience_seconds))
            time.sleep(0.2)

    def evaluate(
        self, award_years: list[int], decided_on: str, *, scope: str | list[str] = "all", round_id: str | None = None
    ) -> dict[str, Any]:
        """Evaluate all enterprises, or those of `scope`, for a round if one is given."""
        body = {"policy": "lishui-2020-1", "award_years": award_years, "scope": scope, "decided_on": decided_on}
        body |= {"round_id": round_id} if round_id else {}
        job = self.post("commerce-maker", "eligibility:/v1/evaluations", body)
        return self.wait_for_job("commerce-maker", f"eligibility:/v1/evaluations/{job['id']}", N_("evaluation"))

    def approve(self, evaluation_id: str, reason: str) -> dict[str, Any]:
        """Approve what an evaluation proposed."""
        job = self.post(
            "commerce-checker", "eligibility:/v1/approvals", {"evaluation_id": evaluation_id, "reason": reason}
        )
        return self.wait_for_job("commerce-checker", f"eligibility:/v1/approvals/{job['id']}", N_("approval"))

    def decisions(self, **filters: Any) -> list[dict[str, Any]]:
        """Return decisions."""
        return list(self.items("auditor", "eligibility:/v1/decisions", **filters))

    def orders(self, **filters: Any) -> list[dict[str, Any]]:
        """Return payment orders."""
        return list(self.items("auditor", ORDERS, **filters))

    def wait_for_orders(self, decisions: list[dict[str, Any]], patience_seconds: float = 120.0) -> None:
        """Wait until every cash decision has payment orders; raises DemoError if it takes too long."""
        expected = {each["award_id"] for each in decisions if each["entitlement_fen"] > 0}
        deadline = time.monotonic() + patience_seconds
        while True:
            ordered = {order["award_id"] for order in self._items("auditor", ORDERS)}
            self._progress(N_("Payment orders"), len(expected & ordered), len(expected))
            if expected <= ordered:
                return
            if time.monotonic() > deadline:
                raise DemoError(
                    "{count} awards have no orders after {seconds} s",
                    count=len(expected - ordered),
                    seconds=round(patience_seconds),
                )
            time.sleep(0.3)

    def wait_for_funding(self, quiet_seconds: float = 2.0) -> None:
        """Wait until the funding pass is complete: the number of orders that wait for funds no longer changes."""
        waiting, unchanged_since = -1, time.monotonic()
        while time.monotonic() - unchanged_since < quiet_seconds:
            now = sum(1 for _ in self._items("auditor", ORDERS, waiting_for="funds"))
            if now != waiting:
                waiting, unchanged_since = now, time.monotonic()
            time.sleep(0.2)


def command(client: str, method: str, path: str, **request: Any) -> str:
    """Return a call as a command of a shell that has read `STATE_DIR/shell`."""
    service, _, route = path.partition(":")
    words = ["as", client]
    for name, value in dict(request.get("headers", {})).items():
        words += ["-H", shlex.quote(f"{name}: {value}")]
    if "json" in request:
        words += ["-H", '"$JSON"', "-d", shlex.quote(orjson.dumps(request["json"]).decode())]
    elif isinstance(file := request.get("content"), Path):
        words += ["--data-binary", shlex.quote(f"@{file}")]
    elif method != "GET":
        words += ["-X", method]
    query = "&".join(f"{name}={_within_quotes(value)}" for name, value in dict(request.get("params") or {}).items())
    url = f"${service[0].upper()}{route}"
    return " ".join([*words, f'"{url}?{query}"' if query else url])


def _within_quotes(value: object) -> str:
    """Return a parameter's value within the double quotes of an address: Chinese as it is read, which the shell encodes."""
    text = str(value)
    return quote(text, safe="") if text.isascii() else f"$(uri {shlex.quote(text)})"
