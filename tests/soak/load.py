"""The load: enterprises are imported, evaluated, approved and paid, a few in each cycle, by the clients of the demonstration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.sample.domain import code_of
from shared.clock import SystemClock, calendar_date

AMPLE_FEN = 10**12
SINCE = "2015-05-05"
UNIT = "city"


class Load:
    """Runs cycles of `enterprises` new ones each; every cycle does the same work, so that nothing has a reason to grow."""

    def __init__(self, demo: DemoClient, folder: Path, enterprises: int) -> None:
        self._demo, self._folder, self._enterprises = demo, folder, enterprises
        self._today = calendar_date(SystemClock().now())
        self.cycles = self.paid = 0

    def prepare(self) -> None:
        """Adopt a fiscal arrangement, and give the budget money for the whole soak."""
        self._demo.arrange(SAMPLE_ARRANGEMENT)
        self._demo.appropriate(UNIT, self._today.year, AMPLE_FEN, "soak")

    def cycle(self) -> None:
        """Import, evaluate, approve and pay, to the end. Raises DemoError for what is refused or takes too long."""
        first = self.cycles * self._enterprises
        codes = [code_of(number) for number in range(first, first + self._enterprises)]
        for dataset, rows in facts_of(codes).items():
            self._demo.import_file(dataset, self._file(dataset, rows))
        evaluation = self._demo.evaluate([2023], self._today.isoformat(), scope=codes)
        self._demo.approve(evaluation["id"], "soak")
        decisions = self._demo.decisions(evaluation_id=evaluation["id"])
        some = decisions[0]["id"]
        for what in ("explanation", "receipt"):
            self._demo.get("auditor", f"eligibility:/v1/decisions/{some}/{what}")
        self._demo.wait_until(lambda: len(self._demo.orders(state="issued", unit=UNIT)) == len(codes), "orders")
        self._pay()
        self.cycles += 1

    def _file(self, dataset: str, rows: Sequence[Mapping[str, Any]]) -> Path:
        file = self._folder / f"{dataset}.csv"
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        return file

    def _pay(self) -> None:
        approvals = "payout:/v1/payment-orders/approvals"
        job = self._demo.post("finance-checker", approvals, {"unit": UNIT})
        self._demo.wait_for_job("finance-checker", f"{approvals}/{job['id']}", "approval")
        batch = self._demo.post("finance-maker", "payout:/v1/payment-batches", {"unit": UNIT})
        path = f"payout:/v1/payment-batches/{batch['id']}"
        self._demo.call("bank", "GET", f"{path}/file")
        answers = [
            {
                "order_id": order["id"],
                "outcome": "settled",
                "occurred_on": self._today.isoformat(),
                "bank_reference": order["id"][:20],
            }
            for order in self._demo.orders(batch_id=batch["id"])
        ]
        self._demo.post("bank", f"{path}/results", {"rows": answers})
        self.paid += len(answers)


def facts_of(codes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    names = [f"丽水耐久{code[-8:]}有限公司" for code in codes]
    return {
        "enterprises": [
            {"uscc": code, "name": name, "legal_form": "enterprise", "registered_on": SINCE}
            for code, name in zip(codes, names, strict=True)
        ],
        "locations": [{"uscc": code, "since": SINCE, "jurisdiction": "city"} for code in codes],
        "courier_years": [
            {"uscc": code, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 20_000_000}
            for code in codes
        ],
        "payee_accounts": [
            {
                "uscc": code,
                "since": SINCE,
                "account_holder": name,
                "bank_code": "102343000018",
                "account_number": f"6222{int(code[8:17], 36):015d}"[:19],
            }
            for code, name in zip(codes, names, strict=True)
        ],
    }
