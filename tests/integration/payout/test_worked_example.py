"""The worked example of docs/ledger.md, run."""

from __future__ import annotations

from pathlib import Path

from tests.integration.payout.support import USCC, Payout, award, decision

DOCUMENT = Path(__file__).parents[3] / "docs" / "ledger.md"


def table() -> list[tuple[str, str, str, int]]:
    """Return the postings that the document's table lists: kind, from, to, fen."""
    example = DOCUMENT.read_text("utf-8").partition("## A worked example")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[2:-1]] for line in example.splitlines() if line.startswith("|")]
    return [(kind, source, destination, int(fen)) for kind, source, destination, fen in rows[2:]]


def test_the_worked_example_of_the_ledger(payout: Payout) -> None:
    payout.arrange()
    payout.account()
    payout.appropriate("city", 2_000_000)
    payout.appropriate("liandu", 2_000_000)
    payout.receive(decision(instalments=((2025, 1_000_001),)))
    payout.fund()
    order = payout.get("/v1/payment-orders?unit=city")["items"][0]["id"]
    payout.post(f"/v1/payment-orders/{order}/approve", by="finance-checker")
    batch = payout.post("/v1/payment-batches", {"unit": "city"}, by="finance-maker")
    row = {"order_id": order, "outcome": "settled", "occurred_on": "2026-03-02", "bank_reference": "B1"}
    payout.post(f"/v1/payment-batches/{batch['id']}/results", {"rows": [row]}, by="bank")
    payout.receive(decision(version=2, instalments=((2025, 500_000),)))
    recovery = f"/v1/recoveries/{payout.get('/v1/recoveries')['items'][0]['id']}"
    repaid = {"amount_fen": 100_000, "received_on": "2026-03-02", "bank_reference": "R1"}
    payout.repay(recovery.rpartition("/")[2], repaid)
    payout.post(f"{recovery}/write-off", {"reason": "企业已注销"}, by="finance-maker")
    payout.post(f"{recovery}/write-off", {"reason": "同意"}, by="finance-checker")

    def short(account: str) -> str:
        return account.replace(str(award()), "A").replace(USCC, "P")

    entries = payout.get("/v1/ledger/entries")["items"]
    posted = [(e["kind"], short(e["source"]), short(e["destination"]), e["amount_fen"]) for e in entries]
    # Within one step the order of the units is not told by the ledger: compare step by step as sets, in sequence.
    assert sorted(posted) == sorted(table())
    assert [kind for kind, *_ in posted] == [kind for kind, *_ in table()]
    balances = {short(b["account"]): b["balance_fen"] for b in payout.get("/v1/ledger/balances")["items"]}
    assert balances["award:A:city"] + balances["award:A:liandu"] == 500_000
    assert (balances["payee:P"], balances["reserved:A:liandu"], balances["claim:A:city"]) == (400_000, 250_000, 0)
