"""What has to come back, and what is done after a restore, in a browser: acts, plans, repayments, netting, files sent before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from stdnum.cn import uscc as codes

from deploy.local.demo_client import DemoClient
from shared.clock import SystemClock, calendar_date
from tests.support.browser import Visitor

SignIn = Callable[[str], Visitor]
TODAY = calendar_date(SystemClock().now())
_BODY = "91331100MA4W00001"
PAYEE = f"{_BODY}{codes.calc_check_digit(_BODY)}"
YEARS = (2020, 2021)
"""The award of the first year is paid and then lowered; that of the second is ordered, and not sent yet."""
RENT_FEN, LOWERED_FEN = 40_000_000, 10_000_000


def courier(year: int, rent_fen: int) -> dict[str, Any]:
    """Return a row of the payee's year."""
    return {"uscc": PAYEE, "year": year, "parcels": 4_000_000, "operating_days": 365, "rent_fen": rent_fen}


@pytest.fixture(scope="module")
def batch(decided: DemoClient) -> dict[str, Any]:
    """A batch that paid an award which was lowered afterwards; its recovery exists."""
    demo = decided
    own = {"uscc": PAYEE, "since": "2015-06-01"}
    account = {
        "account_holder": "丽水退补快递（样例）",
        "bank_code": "102343000018",
        "account_number": "6222000000000017",
    }
    enterprise = {
        "uscc": PAYEE,
        "name": "丽水退补快递（样例）",
        "legal_form": "enterprise",
        "registered_on": "2015-06-01",
    }
    demo.record("enterprises", [enterprise], "sample")
    demo.record("locations", [own | {"jurisdiction": "city"}], "sample")
    demo.record("payee_accounts", [own | account], "sample")
    demo.record("courier_years", [courier(YEARS[0], RENT_FEN)], "sample")
    decide(demo, YEARS[0])
    demo.wait_until(lambda: bool(demo.orders(uscc=PAYEE, state="issued")), "orders")
    job = demo.post("finance-checker", "payout:/v1/payment-orders/approvals", {"unit": "city"})
    demo.wait_for_job("finance-checker", f"payout:/v1/payment-orders/approvals/{job['id']}", "approval")
    made: dict[str, Any] = demo.post("finance-maker", "payout:/v1/payment-batches", {"unit": "city"})
    rows = [
        {"order_id": each["id"], "outcome": "settled", "occurred_on": TODAY.isoformat(), "bank_reference": f"R{place}"}
        for place, each in enumerate(demo.orders(batch_id=made["id"]))
    ]
    demo.post("bank", f"payout:/v1/payment-batches/{made['id']}/results", {"rows": rows})
    demo.record("courier_years", [courier(YEARS[0], LOWERED_FEN), courier(YEARS[1], RENT_FEN)], "correction")
    for year in YEARS:
        decide(demo, year)
    demo.wait_until(lambda: bool(recoveries(demo)), "recovery")
    demo.wait_until(lambda: bool(demo.orders(uscc=PAYEE, state="issued")), "orders")
    return made


def decide(demo: DemoClient, year: int) -> None:
    """Evaluate the payee's award of a year and approve what is proposed."""
    evaluation = demo.evaluate([year], TODAY.isoformat(), scope=[PAYEE])
    demo.approve(evaluation["id"], "seen")


def recoveries(demo: DemoClient) -> list[dict[str, Any]]:
    """Return what the payee has to pay back."""
    return list(demo.items("auditor", "payout:/v1/recoveries", uscc=PAYEE))


def seen(visitor: Visitor, name: str) -> None:
    """Check that everybody can use the page, and keep a picture of it."""
    visitor.keep(name)
    assert (visitor.findings(), visitor.overflow_on_a_phone(), visitor.troubles) == ([], 0, []), visitor.page.url


def test_what_has_to_come_back_is_claimed_planned_repaid_and_netted(
    batch: dict[str, Any], decided: DemoClient, sign_in: SignIn
) -> None:
    maker, checker, payee = sign_in("finance-maker"), sign_in("finance-checker"), sign_in(PAYEE)
    maker.go(f"/recoveries?uscc={PAYEE}")
    assert "70,000.00" in maker.follow("丽水退补快递")
    place = maker.path
    text = maker.act("draw_up_recovery_act", {"cause": "correction", "reason": "租金更正", "term_working_days": "15"})
    assert "租金更正" in text
    payee.go("/own")
    payee.follow("70,000.00")
    assert "分期" in payee.act("state_on_recovery", {"statement": "申请分期退回"})
    checker.go(place)
    seen(checker, "recovery-act")
    assert "申请分期退回" in checker.text()
    checker.act("issue_recovery_act")
    maker.go(place)
    parts = {f"parts.{n}.due_on": date(TODAY.year + 1, 2 + n, 15).isoformat() for n in range(2)}
    parts |= {f"parts.{n}.amount_fen": amount for n, amount in enumerate(("50,000.00", "20,000"))}
    assert "资金周转" in maker.act("draft_repayment_plan", {"reason": "资金周转", **parts})
    checker.go(place)
    checker.act("confirm_repayment_plan")
    payee.go("/own")
    assert f"其中50,000.00元请于{parts['parts.0.due_on']}前退回" in payee.text() and "租金更正" in payee.text(), (
        "until when, and why"
    )
    seen(payee, "own-recovery")
    maker.go(place)
    received = {"amount_fen": "50,000", "received_on": TODAY.isoformat(), "bank_reference": "HK0001"}
    assert "HK0001" in maker.act("draft_repayment", received)
    assert maker.page.locator("form[action$=confirm_repayment]").count() == 0, "who entered it does not confirm it"
    checker.go(place)
    checker.act("confirm_repayment")
    maker.go(place)
    maker.follow("可供抵扣")
    maker.page.click("td:nth-child(2) a")
    order = maker.path.rpartition("/")[2]
    maker.go(place)
    maker.act("net_recovery", {"order_id": order})
    seen(maker, "recovery-netted")
    assert [each["outstanding_fen"] for each in recoveries(decided)] == [0]
    assert "0.00" in maker.text()


def test_after_a_restore_a_sent_file_is_entered_again_and_sending_allowed(
    batch: dict[str, Any], sign_in: SignIn, tmp_path: Path
) -> None:
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    maker.go(f"/payment-batches/{batch['id']}")
    with maker.page.expect_download() as sent:
        maker.page.click("main a:has-text('CSV')")
    file = tmp_path / "sent.csv"
    sent.value.save_as(file)
    maker.go("/restorations")
    assert "演练" in maker.act("open_restoration", {"reason": "恢复演练"})
    checker.go("/restorations")
    checker.act("confirm_restoration")
    seen(checker, "restoration-confirmed")
    maker.go("/restorations")
    fields: dict[str, str | Path] = {"file": file, "query.unit": "city", "query.sent_on": TODAY.isoformat()}
    assert "原已编入批次" in maker.act("reenter_payment_batch", fields), "nothing was lost, so nothing is entered"
    checker.go("/restorations")
    assert "恢复演练" in checker.act("end_restoration", {"reason": "核对无误"})
    seen(checker, "restoration-ended")
    assert checker.page.locator("form[action$=end_restoration]").count() == 0


def test_what_cannot_be_had_back_is_written_off_by_two_persons(
    batch: dict[str, Any],  # noqa: ARG001 - what was paid and then lowered
    decided: DemoClient,
    sign_in: SignIn,
) -> None:
    decided.record("courier_years", [courier(YEARS[0], LOWERED_FEN // 2)], "correction")
    decide(decided, YEARS[0])
    decided.wait_until(lambda: any(each["outstanding_fen"] for each in recoveries(decided)), "recovery")
    [claim] = [each for each in recoveries(decided) if each["outstanding_fen"]]
    maker, checker = sign_in("finance-maker"), sign_in("finance-checker")
    maker.go(f"/recoveries/{claim['id']}")
    maker.act("write_off_recovery", {"reason": "企业已注销"})
    assert maker.page.locator("form[action$=write_off_recovery]").count() == 0, "who proposed it does not confirm it"
    checker.go(f"/recoveries/{claim['id']}")
    checker.act("write_off_recovery", {"reason": "核实无误"})
    seen(checker, "recovery-written-off")
    [after] = [each for each in recoveries(decided) if each["id"] == claim["id"]]
    assert (after["outstanding_fen"], after["written_off_fen"]) == (0, claim["outstanding_fen"])
