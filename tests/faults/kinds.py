"""The kinds of fault. FAST ones are drawn by weight, many times; SLOW ones take the system down and come a few times each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from uuid import uuid4

import httpx
import orjson
from joserfc.jwk import OKPKey
from kafka import KafkaConsumer
from kafka.structs import OffsetAndMetadata

from services.payout.worker import GROUP
from shared.messaging import kafka, topics
from shared.messaging.signatures import Signer
from tests.faults.campaign import Campaign, Record
from tests.faults.decisions import Version

WORKERS = ("payout-worker", "payout-worker-2")
STAMPEDE = 50


class Kind(NamedTuple):
    """A kind of fault: its name, how to inject one, and how often it comes among the fast ones."""

    name: str
    inject: Callable[[Campaign], None]
    weight: int = 1


def kill_relay(campaign: Campaign) -> None:
    _kill(campaign, "eligibility-relay")


def kill_worker(campaign: Campaign) -> None:
    _kill(campaign, campaign.dice.choice(WORKERS))


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
    headers = {"Idempotency-Key": key}
    request = threading.Thread(
        target=users.once,
        args=("finance-maker", "POST", "payout:/v1/appropriations"),
        kwargs={"json": body, "headers": headers},
    )
    request.start()
    threading.Event().wait(campaign.dice.uniform(0, 0.03))
    campaign.harness.kill("payout-app")
    request.join()
    campaign.harness.revive("payout-app")
    users.appropriate(body, key)


def cut_sessions(campaign: Campaign) -> None:
    campaign.decisions.decide(campaign.dice.randint(5, 50))
    threading.Event().wait(campaign.dice.uniform(0, 0.3))
    campaign.harness.cut_sessions(
        campaign.dice.choice(("eligibility", "payout", "payout")), campaign.dice.randint(1, 4)
    )


def repeat(campaign: Campaign) -> None:
    """Ten copies of events that were published before."""
    campaign.send(campaign.signed([record for version in _some(campaign, 5) for record in [_record(version)] * 10]))


def reorder(campaign: Campaign) -> None:
    """Versions of several new awards in any order, beside the relay, which sends them in the right one."""
    versions = [version for _ in range(3) for version in campaign.decisions.fresh(campaign.dice.randint(2, 5))]
    campaign.decisions.commit(versions)
    shuffled = list(versions)
    campaign.dice.shuffle(shuffled)
    campaign.send(campaign.signed([_record(version) for version in shuffled]))


def malform(campaign: Campaign) -> None:
    """Signed messages that can never be processed: no CloudEvent, of no known type, against the schema, tombstones."""
    key, value, headers = _record(campaign.decisions.fresh()[0])
    data = orjson.loads(value or b"")
    mark = uuid4().hex
    short = [(name, content) for name, content in headers if name != "ce_type"]
    other = [(name, b"award.renamed" if name == "ce_type" else content) for name, content in headers]
    newer = [(name, b"2.0" if name == "ce_specversion" else content) for name, content in headers]
    fresh = [(name, uuid4().hex.encode() if name == "ce_id" else content) for name, content in headers]
    choices: list[Record] = [
        (mark.encode(), b"\x00\xff{" + mark.encode(), fresh),
        (key, orjson.dumps(data | {"subject": mark}), short),
        (key, orjson.dumps(data | {"subject": mark}), other),
        (key, orjson.dumps(data | {"subject": mark}), newer),
        (mark.encode(), orjson.dumps(data | {"subject": mark}), fresh),
        (key, orjson.dumps(data | {"subject": mark, "entitlement_fen": -1}), fresh),
        (key, orjson.dumps(data | {"subject": mark, "version": "1.5"}), fresh),
        (mark.encode(), None, fresh),
        (None, mark.encode(), []),
    ]
    campaign.refuse(campaign.signed(campaign.dice.sample(choices, 2)))


def forge(campaign: Campaign) -> None:
    """Invented awards, and the highest version that there can be, withdrawn: signed by a stranger, under eligibility's key id."""
    key, value, headers = _record(campaign.decisions.fresh()[0])
    [known] = _some(campaign, 1) or campaign.decisions.fresh()
    last = _record(replace(known, version=2**31 - 1, instalments=()))
    stranger = OKPKey.import_key(
        OKPKey.generate_key("Ed25519").as_dict(private=True) | {"kid": campaign.harness.kid("eligibility")}
    )
    made = [(k or b"", _marked(v), list(h)) for k, v, h in ((key, value, headers), last)]
    Signer(stranger).sign(made)
    campaign.refuse(made)


def leave_unsigned(campaign: Campaign) -> None:
    """The next version of an award under its own event id, not signed; then the genuine one, which has to take effect."""
    [last] = _some(campaign, 1) or campaign.decisions.fresh()
    following = campaign.decisions.following(campaign.decisions.committed.get(last.award_id, [last])[-1])
    key, value, headers = _record(following)
    campaign.refuse([(key, _marked(value), headers)])
    campaign.decisions.commit([following])


def alter(campaign: Campaign) -> None:
    """An event that was published, with its signature and its id, and other data."""
    campaign.decisions.decide(1)
    [known] = _some(campaign, 1)
    [(key, value, headers)] = campaign.signed([_record(known)])
    campaign.refuse([(key, _marked(value), headers)])


def sign_as_another(campaign: Campaign) -> None:
    """An award that another service of the system signs with its own key."""
    key, value, headers = _record(campaign.decisions.fresh()[0])
    campaign.refuse(campaign.signed([(key, _marked(value), headers)], campaign.dice.choice(("registry", "payout"))))


def mix_versions(campaign: Campaign) -> None:
    """A newer eligibility beside this one: the same events with members and headers that nobody knows yet."""
    versions = campaign.decisions.fresh(campaign.dice.randint(1, 3))
    campaign.decisions.commit(versions)
    newer = [
        (key, orjson.dumps(orjson.loads(value or b"") | {"round": {"number": 7}}), [*headers, ("ce_round", b"7")])
        for key, value, headers in map(_record, versions)
    ]
    campaign.send(campaign.signed(newer))


def _marked(value: bytes | None) -> bytes:
    """Return an event's data with another subject, so that it can be told from all others."""
    return orjson.dumps(orjson.loads(value or b"") | {"subject": uuid4().hex})


def oversize(campaign: Campaign) -> None:
    """A message as large as a stranger's producer can send: in its data, its key, its id."""
    large = campaign.dice.randbytes(campaign.dice.choice((400_000, 600_000, 1_700_000))).hex().encode()
    mark = uuid4().hex.encode()
    choices: list[Record] = [
        (mark, large, [("ce_id", mark)]),
        (large, mark, [("ce_id", mark)]),
        (mark, mark, [("ce_specversion", b"1.0"), ("ce_id", large), ("ce_source", mark), ("ce_type", mark)]),
    ]
    campaign.refuse([campaign.dice.choice(choices)])


def commit_late(campaign: Campaign) -> None:
    """A low outbox id that commits after higher ones were published."""
    begun = campaign.decisions.begin_late(campaign.decisions.fresh())
    campaign.decisions.decide(campaign.dice.randint(1, 20))
    campaign.harness.later(campaign.dice.uniform(0.5, 3), lambda: campaign.decisions.end_late(begun))


def suspend_worker(campaign: Campaign) -> None:
    campaign.decisions.decide(50)
    campaign.harness.suspend(campaign.dice.choice(WORKERS), campaign.dice.uniform(0.2, 3))


def suspend_beyond_session(campaign: Campaign) -> None:
    """Stop a worker for longer than its session lasts: its partitions are given away, and it wakes up with a batch in hand."""
    campaign.decisions.decide(500)
    campaign.harness.suspend(campaign.dice.choice(WORKERS), 18)


def rebalance(campaign: Campaign) -> None:
    _intrude(campaign, lambda _: None)


def replay(campaign: Campaign) -> None:
    """Set the group's offsets to the start of some partitions: all that they hold is delivered again."""

    def rewind(intruder: KafkaConsumer) -> None:
        intruder.commit({partition: OffsetAndMetadata(0, "", -1) for partition in intruder.assignment()})

    _intrude(campaign, rewind)


def _intrude(campaign: Campaign, act: Callable[[KafkaConsumer], None]) -> None:
    """Join payout's consumer group, take partitions away, and leave."""
    try:
        intruder = kafka.consumer(campaign.harness.cluster, GROUP, topics.AWARD_DECISIONS, max_poll_records=10)
    except Exception:  # noqa: BLE001 - a broker that is down is no fault of its own
        return
    try:
        for _ in range(20):
            intruder.poll(timeout_ms=500, update_offsets=False)
            if intruder.assignment():
                act(intruder)
                break
    finally:
        intruder.close(autocommit=False)


def reuse_key(campaign: Campaign) -> None:
    """The same key with another body: refused, and nothing done."""
    key, users = uuid4().hex, campaign.users
    first = users.appropriate(users.appropriation(5), key)
    second = users.command("finance-maker", "payout:/v1/appropriations", users.appropriation(7), key=key)
    if first.status_code != 201 or second.status_code != 422:
        campaign.violations.append(f"a key with another body: {first.status_code}, then {second.status_code}")


def stampede(campaign: Campaign) -> None:
    """Fifty identical requests at once: one effect, one answer."""
    key, users = uuid4().hex, campaign.users
    body, headers = users.appropriation(3), {"Idempotency-Key": key}
    with ThreadPoolExecutor(STAMPEDE) as pool:
        send = partial(users.once, "finance-maker", "POST", "payout:/v1/appropriations", json=body, headers=headers)
        answers = _responses([pool.submit(send) for _ in range(STAMPEDE)])
    answers.append(users.appropriate(body, key))
    made = {answer.json()["id"] for answer in answers if answer.is_success}
    if len(made) != 1:
        campaign.violations.append(f"{STAMPEDE} identical requests made {len(made)} appropriations")


def race_to_approve(campaign: Campaign) -> None:
    """Eight approvals of one order at once, each under its own key, and one by who may not."""
    issued = campaign.harness.rows(
        "payout", "SELECT id FROM payment_orders WHERE state = 'issued' ORDER BY random() LIMIT 1"
    )
    if not issued:
        campaign.decisions.decide(10)
        return
    path = f"payout:/v1/payment-orders/{issued[0].id}/approve"
    with ThreadPoolExecutor(8) as pool:
        approvals = [pool.submit(campaign.users.once, "finance-checker", "POST", path) for _ in range(8)]
        answers = _responses(approvals)
    by_maker = campaign.users.command("finance-maker", path)
    if sum(answer.status_code == 200 for answer in answers) > 1 or by_maker.status_code != 403:
        campaign.violations.append(f"approved {[a.status_code for a in answers]}; by its maker {by_maker.status_code}")


def _responses(sent: Iterable[Future[httpx.Response | None]]) -> list[httpx.Response]:
    return [answer for each in sent if (answer := each.result()) is not None]


def lose_answers(campaign: Campaign) -> None:
    """Approval, batch and the bank's word, each sent with nobody listening, and then again."""
    campaign.users.pay(campaign.dice.choice(("city", "liandu", "development_zone")), hang_up=True)


def import_twice(campaign: Campaign) -> None:
    """The same file twice at once."""
    _import(campaign, twice=True)


def kill_import(campaign: Campaign) -> None:
    """The registry's worker is killed amid a file."""
    _import(campaign, twice=False)
    threading.Event().wait(campaign.dice.uniform(0, 0.3))
    campaign.harness.kill("registry-worker")
    campaign.harness.revive("registry-worker")


def _import(campaign: Campaign, *, twice: bool) -> None:
    year = 2000 + len(campaign.imported) // len(campaign.payees)
    fen = {code: campaign.dice.randint(1, 10**9) for code in campaign.payees}
    lines = [f"{code},{year},{amount // 100}.{amount % 100:02d}" for code, amount in fen.items()]
    content = ("uscc,year,online_retail_yuan\n" + "\n".join(lines)).encode()
    path, headers = "registry:/v1/imports?dataset=annual_sales", {"Content-Type": "text/csv"}
    with ThreadPoolExecutor(2) as pool:
        send = partial(campaign.users.command, "data-platform", path, content=content, headers=headers)
        for sent in [pool.submit(send) for _ in range(2 if twice else 1)]:
            answer = sent.result()
            if answer.is_success:
                campaign.users.promised.append(("data-platform", f"registry:/v1/imports/{answer.json()['id']}"))
            else:
                campaign.violations.append(f"a file was refused: {answer.status_code} {answer.text[:300]}")
    campaign.imported |= {(code, year): amount for code, amount in fen.items()}


def restart_broker(campaign: Campaign) -> None:
    campaign.decisions.decide(300)
    campaign.harness.restart_broker()


def restart_database(campaign: Campaign) -> None:
    campaign.decisions.decide(300)
    campaign.harness.restart_database()


def lose_the_log(campaign: Campaign) -> None:
    """The broker comes back with an empty log: what was in it and not yet received has to be published again."""
    campaign.decisions.decide(300)
    campaign.harness.lose_the_log()
    campaign.perhaps_refused |= campaign.refused
    campaign.log_lost_after = campaign.harness.rows("eligibility", "SELECT max(id) FROM outbox")[0][0]


def _some(campaign: Campaign, most: int) -> list[Version]:
    known = list(campaign.decisions.committed.values())
    chosen = campaign.dice.sample(known, min(most, len(known)))
    return [campaign.dice.choice(versions) for versions in chosen]


def _record(version: Version) -> Record:
    event = version.event()
    return event.key.encode(), event.data, event.headers()


FAST = (
    Kind("relay killed (SIGKILL)", kill_relay, 7),
    Kind("payout worker killed (SIGKILL)", kill_worker, 9),
    Kind("payout app killed under a request", kill_app, 1),
    Kind("database sessions ended", cut_sessions, 14),
    Kind("events repeated ten times", repeat, 10),
    Kind("versions in any order", reorder, 10),
    Kind("malformed or unknown events", malform, 10),
    Kind("forged events", forge, 6),
    Kind("unsigned event before the genuine one", leave_unsigned, 6),
    Kind("replayed event with other data", alter, 6),
    Kind("event signed by another service", sign_as_another, 6),
    Kind("mixed event versions", mix_versions, 6),
    Kind("messages of 0.8 to 3.5 MB", oversize, 2),
    Kind("low outbox id committed late", commit_late, 10),
    Kind("payout worker stopped, up to 3 s", suspend_worker, 4),
    Kind("payout worker stopped beyond its session", suspend_beyond_session, 1),
    Kind("stranger joins and leaves the group", rebalance, 2),
    Kind("replay from offset 0", replay, 2),
    Kind("same key, other body", reuse_key, 4),
    Kind("50 identical requests at once", stampede, 4),
    Kind("eight approvals of an order at once", race_to_approve, 4),
    Kind("answers lost: approval, batch, bank", lose_answers, 4),
    Kind("same file twice at once", import_twice, 2),
    Kind("registry worker killed amid a file", kill_import, 1),
)

SLOW = (
    Kind("broker killed and restarted", restart_broker),
    Kind("PostgreSQL stopped at once, restarted", restart_database),
    Kind("broker lost its log", lose_the_log),
)
