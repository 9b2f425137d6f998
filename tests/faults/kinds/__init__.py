"""The kinds of fault. FAST ones are drawn by weight, many times; SLOW ones take the system down and come a few times each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.faults.campaign import Campaign
from tests.faults.kinds import events, floods, machine, people, processes, requests


class Kind(NamedTuple):
    """A kind of fault: its name, how to inject one, how often it comes among the fast ones, and the disk that it fills."""

    name: str
    inject: Callable[[Campaign], None]
    weight: int = 1
    disk: str | None = None


FAST = (
    Kind("relay killed (SIGKILL)", processes.kill_relay, 7),
    Kind("payout's relay killed (SIGKILL)", processes.kill_orders_relay, 2),
    Kind("payout worker killed (SIGKILL)", processes.kill_worker, 9),
    Kind("payout app killed under a request", processes.kill_app, 1),
    Kind("registry killed while payout asks it", processes.kill_registry, 2),
    Kind("identity provider killed", processes.kill_identity_provider, 2),
    Kind("database sessions ended", processes.cut_sessions, 14),
    Kind("PostgreSQL takes no sessions, up to 5 s", processes.refuse_sessions, 2),
    Kind("payout worker stopped, up to 3 s", processes.suspend_worker, 4),
    Kind("payout worker stopped beyond its session", processes.suspend_beyond_session, 1),
    Kind("broker stopped, up to 12 s", processes.suspend_broker, 2),
    Kind("events repeated ten times", events.repeat, 10),
    Kind("versions in any order", events.reorder, 10),
    Kind("malformed or unknown events", events.malform, 10),
    Kind("forged events", events.forge, 6),
    Kind("unsigned event before the genuine one", events.leave_unsigned, 6),
    Kind("replayed event with other data", events.alter, 6),
    Kind("event signed by another service", events.sign_as_another, 6),
    Kind("version beyond all, with the genuine key", events.leap, 2),
    Kind("mixed event versions", events.mix_versions, 6),
    Kind("messages of 0.8 to 3.5 MB", events.oversize, 2),
    Kind("low outbox id committed late", events.commit_late, 10),
    Kind("stranger joins and leaves the group", events.rebalance, 2),
    Kind("replay from offset 0", events.replay, 2),
    Kind("same key, other body", requests.reuse_key, 4),
    Kind("50 identical requests at once", requests.stampede, 4),
    Kind("eight approvals of an order at once", requests.race_to_approve, 4),
    Kind("answers lost: approval, batch, bank", requests.lose_answers, 4),
    Kind("bodies too large or too deep", requests.send_large_bodies, 4),
    Kind("files that unpack to bombs", requests.send_bombs, 2),
    Kind("same file twice at once", requests.import_twice, 2),
    Kind("registry worker killed amid a file", requests.kill_import, 1),
    Kind("one person confirms alone", people.confirm_alone, 8),
    Kind("officer of another district", people.trespass, 8),
    Kind("false and malformed tokens", people.bring_false_tokens, 4),
    Kind("flood without a token", floods.flood_without_token, 2),
    Kind("flood with a token", floods.flood_with_token, 2),
    Kind("slow readers of changes and snapshots", floods.read_slowly, 2),
    Kind("pool of the app exhausted", machine.exhaust_pool, 2),
    Kind("connections of a role taken", machine.take_connections, 2),
    Kind("disk of temporary files full", machine.fill_temporary_disk, 2, "temporary"),
)

SLOW = (
    Kind("broker killed and restarted", processes.restart_broker),
    Kind("PostgreSQL stopped at once, restarted", processes.restart_database),
    Kind("broker lost its log", processes.lose_the_log),
    Kind("PostgreSQL's disk full", machine.fill_database_disk, disk="postgres"),
    Kind("clock an hour ahead", machine.advance_clock),
    Kind("clock an hour behind", machine.set_clock_back),
    Kind("clocks pass the year's end", machine.pass_the_year),
)
