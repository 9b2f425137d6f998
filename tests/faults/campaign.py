"""The state of a campaign: its system, what was decided, commanded and sent to Kafka, and the expected results."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from kafka import KafkaProducer
from kafka.errors import KafkaError

from deploy.local.processes import Child
from deploy.local.sample.domain import code_of
from shared.clock import SystemClock, calendar_date
from shared.messaging import kafka
from shared.messaging.topics import AWARD_DECISIONS
from tests.faults.bank import UNITS, Users
from tests.faults.decisions import Decisions
from tests.faults.harness import ME, Harness

PAYEES = 60
AMPLE_FEN = 10**12
BYSTANDERS = 6_000
"""Enterprises that nobody pays: what makes changes and snapshots too long for a socket's buffers."""
STARTS_WITHIN_SECONDS = 60.0
TRY_AGAIN = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)

Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]
"""Key, value and headers of a Kafka message."""


@dataclass
class Campaign:
    """A seeded campaign. `injected` counts faults by kind; the rest is what the invariants are held against."""

    dice: random.Random
    harness: Harness
    injected: Counter[str] = field(default_factory=Counter)
    refused: set[tuple[bytes | None, bytes | None]] = field(default_factory=set)
    """(key, value) of malformed messages: exactly these become dead letters."""
    perhaps_refused: set[tuple[bytes | None, bytes | None]] = field(default_factory=set)
    """Of malformed messages that were in a broker's log when it was lost."""
    log_lost_after: int = 0
    """Highest outbox id when the broker last lost its log: superseded versions up to it may never arrive."""
    imported: dict[tuple[str, int], int] = field(default_factory=dict)
    """Fen of yearly sales by (uscc, year) in files that were taken."""
    violations: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, state: Path, seed: int, control: str | None) -> Campaign:
        """Prepare a campaign that works in `state`; nothing runs yet."""
        dice = random.Random(seed)
        return cls(dice, Harness(state, dice, control))

    def __post_init__(self) -> None:
        self.year = calendar_date(SystemClock().now()).year
        self.payees = [code_of(number) for number in range(PAYEES)]
        self._producer: KafkaProducer | None = None

    def start(self) -> None:
        """Start the harness; give the payees accounts and the budgets enough money. Raises CannotStartError."""
        self.harness.start()
        self.users = Users(self.harness, self.dice, self.year)
        self.decisions = Decisions(self.harness.databases["eligibility"], self.dice, self.payees, self.year)
        since = "2015-01-01"
        enterprises = [
            {"uscc": code, "name": f"丽水测试{code[-4:]}有限公司", "legal_form": "enterprise", "registered_on": since}
            for code in self.payees
        ]
        accounts = [
            {
                "uscc": code,
                "since": since,
                "account_holder": f"丽水测试{code[-4:]}有限公司",
                "bank_code": "102343000018",
                "account_number": f"6222{n:015d}",
            }
            for n, code in enumerate(self.payees)
        ]
        for dataset, rows in (("enterprises", enterprises), ("payee_accounts", accounts)):
            self.harness.demo.record(dataset, rows, "campaign")
        self._import_bystanders(since)
        for unit in UNITS:
            for year in (self.year, self.year + 1):
                ample = self.users.appropriation(AMPLE_FEN) | {"unit": unit, "year": year}
                self.users.appropriate(ample, f"ample-{unit}-{year}")

    def _import_bystanders(self, since: str) -> None:
        codes = [code_of(number) for number in range(PAYEES, PAYEES + BYSTANDERS)]
        lines = [
            "uscc,name,legal_form,registered_on",
            *(f"{c},丽水测试{c[-7:]}有限公司,enterprise,{since}" for c in codes),
        ]
        path = "registry:/v1/imports?dataset=enterprises"
        headers = {"Content-Type": "text/csv"}
        answer = self.users.command("data-platform", path, content="\n".join(lines).encode(), headers=headers)
        state = self.users.job_state("data-platform", f"registry:/v1/imports/{answer.json()['id']}")
        assert state == "succeeded", answer.text

    def a_unit(self) -> str:
        """Draw one of the budget units."""
        return self.dice.choice(UNITS)

    def expect(self, what: str, answer: httpx.Response | None, status: int, kind: str = "") -> bool:
        """Return whether `answer` has `status`, and is a problem of `kind` if one is named; if not, that is a violation.

        Nothing is expected of a service that does not answer or asks to try again.
        """
        if answer is None or answer.status_code in TRY_AGAIN:
            return True
        said = answer.json().get("type", "").rpartition(":")[2] if kind and answer.is_error else kind
        if (answer.status_code, said) == (status, kind):
            return True
        self.violations.append(f"{what} was answered with {answer.status_code} {said}")
        return False

    def probe(self) -> None:
        """Every app says that it lives, at its own port and at that for probes; silence is a violation."""
        for service in ("registry", "eligibility", "payout"):
            app = self.harness.children[f"{service}-app"]
            for port in (self.harness.system.ports[f"{service.upper()}_PORT"], app.environment["METRICS_PORT"]):
                said = self._probed(app, int(port))
                if said != httpx.codes.OK:
                    self.violations.append(f"a probe of {app.name} at {port} got {said}")

    def _probed(self, app: Child, port: int) -> object:
        """Return the status of a probe or the error that it got; a process that was started just now is waited for."""
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while True:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).status_code
            except httpx.TransportError as error:
                refused = isinstance(
                    error, httpx.ConnectError
                )  # nobody listens yet; a flooded app leaves a caller waiting
                if not app.alive():
                    return httpx.codes.OK
                if not refused or time.monotonic() > deadline:
                    return type(error).__name__
            time.sleep(0.2)

    def send(self, records: Iterable[Record]) -> None:
        """Put messages on `award-decisions.v1` for certain, past the outbox."""
        waiting = list(records)
        deadline = time.monotonic() + 600
        while waiting:
            try:
                if self._producer is None:
                    self._producer = KafkaProducer(
                        **self.harness.cluster.options(),
                        client_id=ME,
                        enable_idempotence=False,  # its numbers go with the broker's log; what is sent twice is one fault more
                        max_request_size=4_000_000,
                        acks="all",
                        max_block_ms=10_000,
                        request_timeout_ms=10_000,
                        delivery_timeout_ms=15_000,
                    )
                sent = [self._producer.send(AWARD_DECISIONS, key=k, value=v, headers=h) for k, v, h in waiting]
                for future in sent:
                    future.get(timeout=20)
                waiting = []
            except KafkaError:
                producer, self._producer = self._producer, None
                if producer is not None:
                    kafka.close_producer(producer)
                if time.monotonic() > deadline:
                    raise
                self.harness.tend()
                time.sleep(0.5)

    def signed(self, records: Sequence[Record], service: str = "eligibility") -> list[Record]:
        """Return messages as `service` would have signed them."""
        made = [(key or b"", data or b"", list(headers)) for key, data, headers in records]
        self.harness.signer(service).sign(made)
        return [(key, data, headers) for (key, data, _), (_, _, headers) in zip(records, made, strict=True)]

    def refuse(self, records: Iterable[Record]) -> None:
        """Put messages on `award-decisions.v1` that have to become dead letters."""
        made = list(records)
        self.send(made)
        self.refused |= {(key, value) for key, value, _ in made}
