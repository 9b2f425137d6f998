"""An upgrade from 0.1.0 under load: both versions side by side on migrated databases, the earlier one stopped, and back.

The earlier version's processes run from the commit that it was; a clone without the history skips this.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.checks.tools import run
from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient, DemoError
from deploy.local.sample.domain import code_of
from deploy.local.system import SERVICES
from services.databases import SCHEMAS
from shared import migrations
from shared.clock import SystemClock, calendar_date
from shared.database.engine import Database
from tests.release.two_versions import Installation, installed, source_of
from tests.soak.load import AMPLE_FEN, UNIT, facts_of

VERSION_0_1_0 = "d93a52a3"
"""The commit that the dumps of `tests/integration/upgrade` are of."""
CYCLES, EACH = 400, 5
"""How many cycles there may be, and how many enterprises are paid in each."""

pytestmark = pytest.mark.timeout(3_000)


class Load:
    """Pays some enterprises in each cycle, by whichever version's processes are there; what one lacks, the other is asked for."""

    def __init__(self, installation: Installation) -> None:
        self.demo = DemoClient(installation.urls, installation.system.clients)
        self.demo._http.headers["Connection"] = "close"  # so that every request goes to the next app
        self._today = calendar_date(SystemClock().now())
        self._facts = facts_of([code_of(number) for number in range(CYCLES * EACH)])
        self.cycles = 0

    def prepare(self) -> None:
        """Have what the earlier version alone can record as it does: accounts, an arrangement, money."""
        for dataset in ("enterprises", "locations", "payee_accounts"):
            self._import(dataset, self._facts[dataset])
        self.demo.arrange(SAMPLE_ARRANGEMENT)
        body = {"unit": UNIT, "year": self._today.year, "amount_fen": AMPLE_FEN, "document": "0.1.0"}
        self.demo.post("finance-maker", "payout:/v1/appropriations", body)

    def cycle(self) -> None:
        """Import, evaluate, approve and pay, to the end; raises DemoError for what is refused or takes too long."""
        rows = self._facts["courier_years"][self.cycles * EACH :][:EACH]
        self._import("courier_years", rows)
        codes = [row["uscc"] for row in rows]
        evaluation = self.demo.evaluate([2023], self._today.isoformat(), scope=codes)
        self.demo.approve(evaluation["id"], "upgrade")
        self.demo.wait_until(lambda: len(self.demo.orders(state="issued", unit=UNIT)) == EACH, "orders", 300)
        self._pay()
        self.cycles += 1

    def _import(self, dataset: str, rows: list[dict[str, Any]]) -> None:
        text = "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)])
        path = "registry:/v1/imports"
        job = self.demo.call(
            "data-platform",
            "POST",
            path,
            params={"dataset": dataset},
            content=text.encode(),
            headers={"Content-Type": "text/csv"},
        ).json()
        self.demo.wait_for_job("data-platform", f"{path}/{job['id']}", dataset)

    def _pay(self) -> None:
        approvals = "payout:/v1/payment-orders/approvals"
        job = self.demo.post("finance-checker", approvals, {"unit": UNIT})
        self.demo.wait_for_job("finance-checker", f"{approvals}/{job['id']}", "approval")
        batch = self.demo.post("finance-maker", "payout:/v1/payment-batches", {"unit": UNIT})
        path = f"payout:/v1/payment-batches/{batch['id']}/results"
        rows = [
            {
                "order_id": order["id"],
                "outcome": "settled",
                "occurred_on": self._today.isoformat(),
                "bank_reference": order["id"][:20],
            }
            for order in self.demo.orders(batch_id=batch["id"])
        ]
        answer = self.demo.post("finance-maker", path, {"rows": rows})
        if answer.get("state") == "proposed":  # by an app of this version: another person confirms, at such an app
            self._until_known(f"{path}/{answer['id']}/confirm")

    def _until_known(self, path: str) -> None:
        for _ in range(10):
            try:
                self.demo.post("finance-checker", path, {})
            except DemoError as error:
                if " 404 " not in str(error):
                    raise
            else:
                return
        raise AssertionError(f"no app has {path}")


class Steady:
    """Repeats the load's cycle in a thread while the test replaces processes."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Steady:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stopping.wait(0.5):
                self._load.cycle()
        except BaseException as failure:  # noqa: BLE001 - raised again where the test waits
            self._failure = failure

    def more(self, cycles: int) -> None:
        """Wait until the load has gone on for so many cycles."""
        until = self._load.cycles + cycles
        while self._load.cycles < until:
            assert self._thread.is_alive(), "the load has failed"
            self._thread.join(0.1)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory, session_state: Path) -> Iterator[Installation]:
    earlier = source_of(VERSION_0_1_0, tmp_path_factory.mktemp("earlier"))
    with installed(session_state / "versions", earlier) as installation:
        yield installation


def test_an_upgrade_under_load_and_the_way_back(installation: Installation) -> None:
    """In the order of the operations guide: a service after those that it calls; and back the other way round."""
    for service in SERVICES:
        installation.start(service, new=False)
    load = Load(installation)
    load.prepare()
    with Steady(load) as steady:
        steady.more(1)
        installation.migrate()
        steady.more(1)
        for new, order in ((True, SERVICES), (False, SERVICES[::-1]), (True, SERVICES)):
            for service in order:
                installation.start(service, new=new)
                steady.more(2)
                installation.stop(service, new=not new)
            steady.more(1)
    nothing_is_lost_or_double(installation, load)


def nothing_is_lost_or_double(installation: Installation, load: Load) -> None:
    """Every award of every cycle was paid once, all services agree, no job failed, and every chain is whole."""
    demo, paid = load.demo, load.cycles * EACH
    decisions, orders = demo.decisions(state="approved"), demo.orders()
    assert [order["state"] for order in orders] == ["settled"] * paid
    assert {order["award_id"]: order["amount_fen"] for order in orders} == {
        each["award_id"]: each["entitlement_fen"] for each in decisions
    }
    assert len(decisions) == paid
    for service in ("eligibility", "payout"):
        assert demo.get("ops", f"{service}:/v1/dead-letters", state="open")["items"] == []
    for service in SERVICES:
        with psycopg.connect(installation.system.settings[f"{service.upper()}_OWNER_DATABASE_URL"]) as connection:
            assert connection.execute("SELECT count(*) FROM jobs WHERE state = 'failed'").fetchone() == (0,)
            assert connection.execute("SELECT count(*) FROM outbox_events WHERE published_at IS NULL").fetchone() == (
                0,
            )
    auditor = {"CLIENT_ID": "auditor", "CLIENT_SECRET": installation.system.clients["auditor"]}
    environment = installation.system.environment("payout-app") | auditor
    for command in (["verify"], ["payout", "reconcile"]):
        run([sys.executable, "-m", "services.cli", *command], env=environment)


def test_the_earlier_versions_migration_job_leaves_a_later_database_as_it_is(installation: Installation) -> None:
    installation.migrate()
    for service, schema in SCHEMAS.items():
        installation.run_earlier("-m", "shared.database.migrate", service)
        database = Database(installation.system.settings[f"{service.upper()}_DATABASE_URL"], pool_size=1)
        with database.reading() as connection:
            assert migrations.is_migrated(schema, connection)
        database.close()
