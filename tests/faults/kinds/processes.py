"""Faults of processes, broker and database: killed, stopped, restarted, cut off."""

from __future__ import annotations

import threading
from uuid import uuid4

from tests.faults.campaign import Campaign

WORKERS = ("payout-worker", "payout-worker-2")


def kill_relay(campaign: Campaign) -> None:
    """Kill eligibility's relay amid its work."""
    _kill(campaign, "eligibility-relay")


def kill_worker(campaign: Campaign) -> None:
    """Kill one of payout's workers amid its work."""
    _kill(campaign, campaign.dice.choice(WORKERS))


def kill_orders_relay(campaign: Campaign) -> None:
    """Kill payout's relay amid its work."""
    _kill(campaign, "payout-relay")


def _kill(campaign: Campaign, name: str) -> None:
    """Kill a process amid its work (it may have killed itself at the point it was armed with), and start it again, armed."""
    campaign.decisions.decide(campaign.dice.randint(20, 200))
    threading.Event().wait(campaign.dice.uniform(0, 0.4))
    if campaign.harness.children[name].alive():
        campaign.harness.kill(name)
    campaign.harness.revive(name, armed=campaign.dice.random() < 0.7)


def kill_app(campaign: Campaign) -> None:
    """Kill payout's app under a request, then ask for the same again under its key."""
    users, body, key = campaign.users, campaign.users.appropriation(campaign.dice.randint(1, 99)), uuid4().hex
    request = threading.Thread(target=users.try_to_appropriate, args=(body, key))
    request.start()
    threading.Event().wait(campaign.dice.uniform(0, 0.03))
    campaign.harness.kill("payout-app")
    request.join()
    campaign.harness.revive("payout-app")
    users.appropriate(body, key)


def kill_registry(campaign: Campaign) -> None:
    """Kill the registry's app while payout asks it for the accounts of those whom it pays."""
    killing = threading.Timer(campaign.dice.uniform(0, 0.2), campaign.harness.kill, ["registry-app"])
    killing.start()
    campaign.users.command("finance-checker", "payout:/v1/payment-orders/approvals", {"unit": campaign.a_unit()})
    killing.join()
    campaign.harness.tend()


def kill_identity_provider(campaign: Campaign) -> None:
    """Kill the identity provider: tokens that were issued count, whoever has none waits."""
    users = campaign.users
    users.appropriate(users.appropriation(2), uuid4().hex)  # there are tokens
    campaign.harness.kill("issuer")
    users.appropriate(users.appropriation(4), uuid4().hex)
    campaign.harness.revive("issuer")


def cut_sessions(campaign: Campaign) -> None:
    """End database sessions, whatever they are doing."""
    campaign.decisions.decide(campaign.dice.randint(5, 50))
    threading.Event().wait(campaign.dice.uniform(0, 0.3))
    campaign.harness.cut_sessions(
        campaign.dice.choice(("eligibility", "payout", "payout")), campaign.dice.randint(1, 4)
    )


def suspend_worker(campaign: Campaign) -> None:
    """Stop a worker: it lives and does not move."""
    campaign.decisions.decide(50)
    campaign.harness.suspend(campaign.dice.choice(WORKERS), campaign.dice.uniform(0.2, 3))


def suspend_beyond_session(campaign: Campaign) -> None:
    """Stop a worker for longer than its session lasts: its partitions are given away, and it wakes up with a batch in hand."""
    campaign.decisions.decide(500)
    campaign.harness.suspend(campaign.dice.choice(WORKERS), 18)


def suspend_broker(campaign: Campaign) -> None:
    """Stop the broker for a while: connections stay, and nothing is answered."""
    campaign.decisions.decide(100)
    campaign.harness.suspend("broker", campaign.dice.uniform(1, 12))


def refuse_sessions(campaign: Campaign) -> None:
    """Stop PostgreSQL's postmaster: sessions go on, and nobody can begin one."""
    campaign.harness.suspend("PostgreSQL", campaign.dice.uniform(1, 5))
    campaign.harness.cut_sessions("payout", 4)
    campaign.decisions.decide(50)


def restart_broker(campaign: Campaign) -> None:
    """Kill the broker and start it again on its log."""
    campaign.decisions.decide(300)
    campaign.harness.restart_broker()


def restart_database(campaign: Campaign) -> None:
    """Stop PostgreSQL at once and start it again."""
    campaign.decisions.decide(300)
    campaign.harness.restart_database()


def lose_the_log(campaign: Campaign) -> None:
    """The broker comes back with an empty log: what was in it and not yet received has to be published again."""
    campaign.decisions.decide(300)
    campaign.harness.lose_the_log()
    campaign.perhaps_refused |= campaign.refused
    campaign.log_lost_after = campaign.harness.rows("eligibility", "SELECT max(id) FROM event_batches")[0][0]
