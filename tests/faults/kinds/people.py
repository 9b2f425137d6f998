"""Faults of people: one who acts as two, an officer of another district, tokens that nobody issued."""

from __future__ import annotations

from uuid import uuid4

import httpx

from deploy.local.clients import confirmer
from deploy.local.demo import SAMPLE_ARRANGEMENT
from shared.authorization import Scope
from shared.clock import SystemClock, calendar_date
from tests.faults.campaign import Campaign

EVERYTHING = " ".join(Scope)
"""What an identity provider grants that keeps no duties apart: the system itself still has to."""


def confirm_alone(campaign: Campaign) -> None:
    """One person with the scopes of two: drafts and confirms, holds and releases, corrects a bank's result."""
    person = {"sub": f"person-{uuid4().hex[:8]}", "scope": EVERYTHING}
    acts = (_arrange_alone, _appropriate_alone, _hold_alone, _correct_alone, _redirect_alone)
    campaign.dice.choice(acts)(campaign, person)


def _arrange_alone(campaign: Campaign, person: dict[str, str]) -> None:
    body = SAMPLE_ARRANGEMENT | {"number": uuid4().hex, "effective_from": "2100-01-01"}
    drafted = campaign.users.act_as(person, "payout:/v1/arrangements", body)
    if drafted is not None and drafted.is_success:
        _refused(campaign, person, f"payout:/v1/arrangements/{drafted.json()['id']}/confirm")


def _appropriate_alone(campaign: Campaign, person: dict[str, str]) -> None:
    """Draft an appropriation and confirm it: another person discards it afterwards."""
    path = "payout:/v1/appropriations"
    drafted = campaign.users.act_as(person, path, campaign.users.appropriation(12))
    if drafted is not None and drafted.is_success:
        path = f"{path}/{drafted.json()['id']}"
        _refused(campaign, person, f"{path}/confirm")
        campaign.users.command("finance-checker", f"{path}/discard", {"reason": "campaign"})


def _hold_alone(campaign: Campaign, person: dict[str, str]) -> None:
    """Hold an award and release it: another person releases it afterwards."""
    award = _an_award(campaign)
    if award is None:
        return
    because = {"reason": "campaign"}
    held = campaign.users.act_as(person, f"payout:/v1/awards/{award}/hold", because)
    if held is not None and held.is_success:
        _refused(campaign, person, f"payout:/v1/awards/{award}/release", because)
    campaign.users.command("finance-checker", f"payout:/v1/awards/{award}/release", because)


def _correct_alone(campaign: Campaign, person: dict[str, str]) -> None:
    if not campaign.users.paid:
        return
    order = campaign.dice.choice(sorted(campaign.users.paid))
    today = calendar_date(SystemClock().now()).isoformat()
    result = {"outcome": "settled", "occurred_on": today, "bank_reference": uuid4().hex}
    path = "payout:/v1/result-corrections"
    proposed = campaign.users.act_as(person, path, result | {"order_id": order, "reason": "campaign"})
    if proposed is not None and proposed.is_success:
        path = f"{path}/{proposed.json()['id']}"
        _refused(campaign, person, f"{path}/confirm")
        campaign.users.command("finance-maker", f"{path}/discard", {"reason": "campaign"})


def _redirect_alone(campaign: Campaign, person: dict[str, str]) -> None:
    """Draft another account of a payee and confirm it: another person discards it afterwards."""
    account = {
        "uscc": campaign.dice.choice(campaign.payees),
        "since": "2099-01-01",
        "account_holder": "丽水测试有限公司",
        "bank_code": "102343000018",
        "account_number": f"6222{campaign.dice.randrange(10**15):015d}",
    }
    body = {"records": [account], "source": "campaign"}
    drafted = campaign.users.act_as(person, "registry:/v1/datasets/payee_accounts/records", body)
    if drafted is not None and drafted.is_success and drafted.json()["draft"]:
        path = f"registry:/v1/drafts/{drafted.json()['draft']}"
        _refused(campaign, person, f"{path}/confirm")
        campaign.users.command(confirmer("payee_accounts"), f"{path}/discard", {"reason": "campaign"})


def _refused(campaign: Campaign, person: dict[str, str], path: str, body: object = None) -> None:
    answer = campaign.users.act_as(person, path, body)
    campaign.expect(f"one person alone at {path}", answer, httpx.codes.CONFLICT, "same-person")


def trespass(campaign: Campaign) -> None:
    """An officer of Liandu reads, holds and approves what belongs to others, and acts for the whole city."""
    officer = {"sub": "trespasser", "scope": EVERYTHING, "jurisdiction": "liandu"}
    users = campaign.users
    award = _an_award(campaign, "jurisdiction <> 'liandu'")
    if award is not None:
        because = {"reason": "campaign"}
        campaign.expect("another's award", users.read_as(officer, f"payout:/v1/awards/{award}"), httpx.codes.NOT_FOUND)
        held = users.act_as(officer, f"payout:/v1/awards/{award}/hold", because)
        if not campaign.expect("a hold on another's award", held, httpx.codes.NOT_FOUND):
            users.command("finance-checker", f"payout:/v1/awards/{award}/release", because)
    orders = users.read_as(officer, "payout:/v1/payment-orders", limit=200)
    if orders is not None and orders.is_success:
        seen = [order["id"] for order in orders.json()["items"]]
        query = (
            "SELECT count(*) FROM payment_orders o JOIN awards a USING (award_id)"
            " WHERE o.id = ANY(CAST(:ids AS uuid[])) AND a.jurisdiction <> 'liandu'"
        )
        if foreign := campaign.harness.rows("payout", query, ids=seen)[0][0]:
            campaign.violations.append(f"an officer of Liandu reads {foreign} orders of others")
    drafted = users.act_as(officer, "payout:/v1/arrangements", SAMPLE_ARRANGEMENT | {"number": uuid4().hex})
    campaign.expect("an arrangement by a district", drafted, httpx.codes.FORBIDDEN)


def bring_false_tokens(campaign: Campaign) -> None:
    """Tokens with a claim that cannot be read, and tokens that nobody issued."""
    users, path = campaign.users, "payout:/v1/payment-orders"
    claims: list[dict[str, object]] = [{"jurisdiction": ""}, {"jurisdiction": []}, {"jurisdiction": 0}, {"uscc": None}]
    claim = campaign.dice.choice(claims)
    malformed = users.read_as({"sub": "someone", "scope": EVERYTHING, **claim}, path)
    campaign.expect(f"a token with {claim}", malformed, httpx.codes.FORBIDDEN)
    genuine = campaign.harness.bearer({"sub": "someone", "scope": "money:read"})["Authorization"]
    header, payload, signature = genuine.split(".")
    for false in (
        f"{header}.{payload}.{signature[::-1]}",
        f"{header}.{payload[:-4]}AAAA.{signature}",
        f"Bearer eyJhbGciOiJub25lIn0.{payload}.",
    ):
        answer = users.once(None, "GET", path, headers={"Authorization": false})
        campaign.expect("a false token", answer, httpx.codes.UNAUTHORIZED)
    others: list[dict[str, object]] = [{"aud": "another-system"}, {"iss": "http://another"}, {"exp": 1}, {"exp": 2**33}]
    for other in others:
        answer = users.read_as({"sub": "someone", "scope": EVERYTHING, **other}, path)
        campaign.expect(f"a token with {other}", answer, httpx.codes.UNAUTHORIZED)


def _an_award(campaign: Campaign, where: str = "true") -> str | None:
    query = f"SELECT award_id FROM awards WHERE {where} ORDER BY random() LIMIT 1"
    return next((str(row.award_id) for row in campaign.harness.rows("payout", query)), None)
