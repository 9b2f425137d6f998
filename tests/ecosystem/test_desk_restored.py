"""Payout is restored to a point before a file went to the bank: what persons do then, in a browser.

It loses a database, so the system is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser
from psycopg.conninfo import conninfo_to_dict
from stdnum.cn import uscc as codes

from deploy.local.demo_client import DemoClient
from deploy.local.processes import wait_until
from deploy.local.system import LocalSystem
from shared.clock import SystemClock, calendar_date
from tests.ecosystem.conftest import decide
from tests.support.browser import Visitor, signed_in
from tests.support.running import demo_client, running

TODAY = calendar_date(SystemClock().now()).isoformat()
_BODY = "91331100MA4X00001"
PAYEE = f"{_BODY}{codes.calc_check_digit(_BODY)}"
NAME = "丽水恢复快递（样例）"
_LEADS = "relay.became_leader"
"""What the relay logs once it has compared the broker's log with its database."""


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[LocalSystem]:
    """A system that no other test uses."""
    with running(tmp_path / "system", with_desk=True) as system:
        yield system


@pytest.fixture
def decided(restored: LocalSystem) -> Iterator[DemoClient]:
    """Steps of the main job on that system, with one award decided."""
    with demo_client(restored) as demo:
        yield decide(demo)


@pytest.fixture
def sign_in(browser: Browser, restored: LocalSystem) -> Callable[[str], Visitor]:
    """Sign in at its desk."""
    return cache(lambda person: signed_in(browser, restored.url("desk"), person))


@pytest.fixture
def lost(
    decided: DemoClient, restored: LocalSystem, sign_in: Callable[[str], Visitor], tmp_path: Path
) -> tuple[str, Path]:
    """An order whose approval and batch were lost after it had gone to the bank: its identifier, and the file."""
    demo, maker = decided, sign_in("finance-maker")
    own = {"uscc": PAYEE, "since": "2015-06-01"}
    enterprise = {"uscc": PAYEE, "name": NAME, "legal_form": "enterprise", "registered_on": "2015-06-01"}
    account = {"account_holder": NAME, "bank_code": "102343000018", "account_number": "6222000000000033"}
    facts = {"year": 2022, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 20_000_000}
    demo.record("enterprises", [enterprise], "sample")
    demo.record("locations", [own | {"jurisdiction": "development_zone"}], "sample")
    demo.record("payee_accounts", [own | account], "sample")
    demo.record("courier_years", [{"uscc": PAYEE, **facts}], "sample")
    demo.appropriate("development_zone", int(TODAY[:4]), 100_000_000, "sample")
    evaluation = demo.evaluate([2022], TODAY, scope=[PAYEE])
    demo.approve(evaluation["id"], "seen")
    demo.wait_until(lambda: bool(demo.orders(uscc=PAYEE, state="issued")), "orders")
    with without_payout(restored) as connection:
        connection.execute("CREATE DATABASE payout_before TEMPLATE payout OWNER payout_owner")
    job = demo.post("finance-checker", "payout:/v1/payment-orders/approvals", {"unit": "development_zone"})
    demo.wait_for_job("finance-checker", f"payout:/v1/payment-orders/approvals/{job['id']}", "approval")
    batch = demo.post("finance-maker", "payout:/v1/payment-batches", {"unit": "development_zone"})
    maker.go(f"/payment-batches/{batch['id']}")
    with maker.page.expect_download() as sent:
        maker.page.click("main a:has-text('CSV')")
    sent.value.save_as(tmp_path / "sent.csv")
    [order] = demo.orders(uscc=PAYEE)
    with without_payout(restored) as connection:
        connection.execute("DROP DATABASE payout")
        connection.execute("ALTER DATABASE payout_before RENAME TO payout")
        connection.execute("REVOKE CONNECT ON DATABASE payout FROM PUBLIC")
        connection.execute("GRANT CONNECT ON DATABASE payout TO payout_app")
    return order["id"], tmp_path / "sent.csv"


@contextmanager
def without_payout(system: LocalSystem) -> Iterator[psycopg.Connection]:
    """Give a connection of the superuser while payout is stopped; afterwards it runs again."""
    address = conninfo_to_dict(system.settings["PAYOUT_DATABASE_URL"])
    password = (system.state / "postgres" / "password").read_text()
    children = [each for each in system.supervisor._children if each.name.startswith("payout-")]
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.wait(20)
    url = f"postgresql://postgres:{password}@{address['host']}:{address['port']}/postgres"
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
    log = system.state / "logs" / "payout-relay.log"
    before = log.read_text("utf-8").count(_LEADS)
    for child in children:
        system.supervisor.start(child)
    wait_until(lambda: _answers(f"{system.url('payout')}/readyz"), children[0], 60, "")
    wait_until(lambda: log.read_text("utf-8").count(_LEADS) > before, children[0], 60, "")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def test_a_batch_that_was_lost_is_entered_again_and_not_sent_twice(
    lost: tuple[str, Path], decided: DemoClient, sign_in: Callable[[str], Visitor]
) -> None:
    order_id, file = lost
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    maker.go("/restorations")
    if maker.page.locator("form[action$=open_restoration]").count():  # unless the relay has found it in the log
        maker.act("open_restoration", {"reason": "数据库恢复到付款之前"})
    checker.go("/restorations")
    assert checker.codes() == [], "what the system found is told in Chinese, too"
    checker.act("confirm_restoration")
    maker.go("/restorations")
    maker.keep("restoration-open")
    fields: dict[str, str | Path] = {"file": file, "query.unit": "development_zone", "query.sent_on": TODAY}
    assert "已办理" in maker.act("reenter_payment_batch", fields)
    checker.go("/restorations")
    said = checker.follow(f"开发区 {TODAY}")
    assert PAYEE in said and "20,000" not in said, "the file is shown row by row"
    assert checker.findings() == []
    checker.keep("restoration-reentry")
    assert "已办理" in checker.act("confirm_reentry")
    checker.go("/restorations")
    assert "核对无误" in checker.act("end_restoration", {"reason": "核对无误"})
    decided.wait_until(
        lambda: [each["id"] for each in decided.orders(uscc=PAYEE, state="batched")] == [order_id], "order"
    )
