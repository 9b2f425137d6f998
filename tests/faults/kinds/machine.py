"""Faults of the machine: full disks, wrong clocks, exhausted pools of connections."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from uuid import uuid4

import psycopg

from shared.clock import SHANGHAI, SystemClock
from tests.faults.campaign import Campaign
from tests.faults.kinds.processes import WORKERS
from tests.faults.kinds.requests import import_sales

HOUR = 3_600
PROCESSES = (*WORKERS, "eligibility-relay", "payout-relay", "registry-worker", "payout-app", "registry-app")
REFUSALS = (401, 503)


def fill_database_disk(campaign: Campaign) -> None:
    """PostgreSQL's file system has no byte left for some seconds, while decisions arrive and people act."""
    disk, users = campaign.harness.disks["postgres"], campaign.users
    body, key = users.appropriation(8), uuid4().hex
    campaign.decisions.decide(300)
    with disk.full():
        users.try_to_appropriate(body, key)
        threading.Event().wait(campaign.dice.uniform(2, 8))
    users.appropriate(body, key)


def fill_temporary_disk(campaign: Campaign) -> None:
    """The file system of the processes' temporary files is full: what needs one is refused, and works again afterwards."""
    users = campaign.users
    revision = users.get("data-platform", "registry:/v1/revisions/latest").json()["revision"]
    with campaign.harness.disks["temporary"].full():
        for path in ("/v1/changes?after=0", f"/v1/snapshots/{revision}/enterprises"):
            answer = users.once("data-platform", "GET", f"registry:{path}")
            if answer is not None and answer.status_code not in (200, *REFUSALS):
                campaign.violations.append(f"without room for temporary files {path} answers {answer.status_code}")
        campaign.probe()
    import_sales(campaign, twice=False)


def advance_clock(campaign: Campaign) -> None:
    """A process's clock is an hour ahead."""
    _shift(campaign, HOUR)


def set_clock_back(campaign: Campaign) -> None:
    """A process's clock is an hour behind."""
    _shift(campaign, -HOUR)


def _shift(campaign: Campaign, seconds: float) -> None:
    name = campaign.dice.choice(PROCESSES)
    campaign.harness.kill(name)
    campaign.harness.revive(name, clock_seconds=seconds)
    campaign.decisions.decide(50)
    body, key = campaign.users.appropriation(9), uuid4().hex
    deadline = time.monotonic() + 15
    while (answer := campaign.users.try_to_appropriate(body, key)) is None and time.monotonic() < deadline:
        time.sleep(0.3)
    if answer is not None and answer.status_code not in (201, *REFUSALS):
        campaign.violations.append(
            f"with the clock of {name} {seconds:+} s off, a person is answered {answer.status_code}"
        )
    threading.Event().wait(campaign.dice.uniform(0, 3))
    campaign.harness.kill(name)
    campaign.harness.revive(name)
    campaign.users.appropriate(body, key)


def pass_the_year(campaign: Campaign) -> None:
    """The workers' and relays' clocks pass the end of the year, and are put right again."""
    now = SystemClock().now()
    end = datetime(campaign.year + 1, 1, 1, tzinfo=SHANGHAI)
    seconds = (end - now).total_seconds() - 12
    clocks = [name for name in PROCESSES if not name.endswith("-app")]
    for name in clocks:
        campaign.harness.kill(name)
        campaign.harness.revive(name, clock_seconds=seconds)
    for _ in range(8):
        campaign.decisions.decide(20)
        threading.Event().wait(2)
    for name in clocks:
        campaign.harness.kill(name)
        campaign.harness.revive(name)


def take_connections(campaign: Campaign) -> None:
    """All connections that a service's role may have are taken, and its sessions end: nobody can begin another one."""
    service = campaign.dice.choice(("payout", "registry"))
    url = campaign.harness.system.settings[f"{service.upper()}_DATABASE_URL"]
    campaign.harness.rows(service, "SELECT 1")  # the campaign has a session of its own by now
    with contextlib.ExitStack() as taken:
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(psycopg.connect(url, application_name="campaign", connect_timeout=5))
        campaign.harness.cut_sessions(service, 3)
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(psycopg.connect(url, application_name="campaign", connect_timeout=5))
        campaign.decisions.decide(30)
        users = campaign.users
        answer = users.try_to_appropriate(body := users.appropriation(10), key := uuid4().hex)
        if answer is not None and answer.status_code not in (201, *REFUSALS):
            campaign.violations.append(f"without connections a person is answered {answer.status_code}")
    users.appropriate(body, key)


def exhaust_pool(campaign: Campaign) -> None:
    """Acts of several people wait for a lock until no connection of the app is left; probes answer, and all of them end."""
    users = campaign.users
    bodies = [(users.appropriation(11), uuid4().hex) for _ in range(30)]
    url = campaign.harness.system.settings["PAYOUT_OWNER_DATABASE_URL"]
    with psycopg.connect(url) as locking, ThreadPoolExecutor(30) as pool:
        locking.execute("LOCK TABLE appropriation_proposals IN ACCESS EXCLUSIVE MODE")
        sent = [pool.submit(partial(users.try_to_appropriate, body, key)) for body, key in bodies]
        campaign.probe()
        threading.Event().wait(campaign.dice.uniform(0.5, 3))
        locking.rollback()
        for each in sent:
            each.result()
    for body, key in bodies:
        users.appropriate(body, key)
