"""The whole system as real processes, and the faults injected into it: kill, stop, restart, cut, lose."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from deploy.local.broker import ADMIN
from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.issuer import open_issuer
from deploy.local.processes import Child, free_port
from deploy.local.system import AUDIENCE, DEFAULT_PORTS, SERVICES, LocalSystem
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.event_keys import private_key
from shared.messaging.kafka import Cluster
from shared.messaging.signatures import Signer
from tests.faults.controls import CONTROLS
from tests.faults.disks import Disk, may_mount
from tests.faults.process import POINTS

ME = "campaign"
"""Application name of the campaign's own sessions, which it spares."""


DISKS = {"postgres": 16 * 1024, "temporary": 256}
"""Mebibytes of the file systems that are filled: PostgreSQL's data, and the temporary files of all processes."""


class Harness:
    """A running system, its children by name, and a connection to each database."""

    def __init__(self, state: Path, dice: random.Random, control: str | None) -> None:
        """Prepare to work in `state`; `control` names the defence that is taken away."""
        self.dice = dice
        ports = {name: str(free_port()) for name in DEFAULT_PORTS}
        environment = {"LOCAL_BROKER": "kafka", "ELIGIBILITY_AUTOMATIC_REEVALUATION": "off", **ports}
        self.disks: dict[str, Disk] = {}
        if may_mount():
            environment["TMPDIR"] = str(state.resolve() / "temporary")
        self.system = LocalSystem(state, environment | dict(os.environ) | ports, with_desk=False)
        self._control = control
        self.databases: dict[str, Database] = {}
        self._later: list[tuple[float, Callable[[], None]]] = []

    def start(self) -> None:
        """Start the system and put a second payout worker beside the first; raises CannotStartError."""
        if may_mount():
            self.disks |= {name: Disk(self.system.state / name, size) for name, size in DISKS.items()}
        self.system.start()
        self.children = {child.name: child for child in self.system.supervisor._children}
        self.children.pop("eligibility-worker").stop(15.0)  # nothing is evaluated, and the processor is needed
        first = self.children["payout-worker"]
        log = first.log.with_name("payout-worker-2.log")
        second = Child("payout-worker-2", first.command, log, {**first.environment, "METRICS_PORT": "0"})
        self.system.supervisor.start(second)
        self.children[second.name] = second
        urls = {service: self.system.url(service) for service in ("issuer", "registry", "eligibility", "payout")}
        self.demo = DemoClient(urls, self.system.clients)
        self.databases |= {name: self._database(name) for name in SERVICES}
        self.demo.arrange(SAMPLE_ARRANGEMENT)
        self.kill("eligibility-app")
        self.revive("eligibility-app")
        if self._control:
            if ddl := CONTROLS[self._control].payout_ddl:
                with psycopg.connect(self.system.settings["PAYOUT_OWNER_DATABASE_URL"]) as connection:
                    connection.execute(ddl)
            for name in ("payout-worker", "payout-worker-2", "payout-app", "eligibility-relay"):
                self.kill(name)
                self.revive(name)

    def stop(self) -> None:
        """Stop everything."""
        self.system.stop()
        for disk in self.disks.values():
            disk.close()

    def _database(self, service: str) -> Database:
        return Database(self.system.settings[f"{service.upper()}_DATABASE_URL"], application_name=ME)

    @property
    def cluster(self) -> Cluster:
        """The broker, as its administrator reaches it."""
        return self.system.cluster_of(ADMIN)

    def kid(self, service: str) -> str:
        """Return the id of the key of `service`."""
        return str(private_key(self.system.secrets[f"{service}_event_key"]).kid)

    def signer(self, service: str) -> Signer:
        """Return what signs with the key of `service`."""
        return Signer(private_key(self.system.secrets[f"{service}_event_key"]))

    def bearer(self, claims: Mapping[str, object]) -> dict[str, str]:
        """Return the header of a token with `claims`, whatever they say, as the identity provider signs it."""
        issuer = open_issuer(self.system.state, self.system.url("issuer"), AUDIENCE, SystemClock())
        return {"Authorization": f"Bearer {issuer.signed(claims)}"}

    def rows(self, service: str, statement: str, **values: object) -> list[Any]:
        """Read from a service's database, waiting for it if it is down."""
        while True:
            try:
                with self.databases[service].reading() as connection:
                    return list(connection.execute(text(statement), values).all())
            except DBAPIError:
                self.tend()
                time.sleep(0.2)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do `act` in about `seconds`, while other faults go on."""
        self._later.append((time.monotonic() + seconds, act))

    @property
    def put_off(self) -> int:
        """How many acts wait for their time."""
        return len(self._later)

    def tend(self, *, all_of_it: bool = False) -> None:
        """Do what is due by now (or all that was put off) and start again what has died."""
        now = time.monotonic()
        due = [act for at, act in self._later if all_of_it or at <= now]
        self._later = [] if all_of_it else [(at, act) for at, act in self._later if at > now]
        for act in due:
            act()
        for name, child in self.children.items():
            if not child.alive():
                self.revive(name)

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """End a process at once."""
        process = self.children[name].process
        assert process is not None
        process.send_signal(number)
        process.wait()

    def revive(self, name: str, *, armed: bool = False, clock_seconds: float = 0) -> None:
        """Start a process again; `armed` with a point at which it will kill itself, its clock ahead by so many seconds."""
        child = self.children[name]
        service, _, part = name.removesuffix("-2").partition("-")
        if service in self.databases:
            child.command = [sys.executable, "-m", "tests.faults.process", f"services.{service}.{part}"]
            extra = {"FAULT_CONTROL": self._control or "", "FAULT_POINT": "", "FAULT_CLOCK": str(clock_seconds)}
            if armed:
                extra["FAULT_POINT"] = self.dice.choice(POINTS[part])
                extra["FAULT_AFTER"] = str(self.dice.randrange(4))
            child.environment = {**child.environment, **extra}
        child.start()

    def suspend(self, name: str, seconds: float) -> None:
        """Stop a process for a while: it lives, and does not move."""
        process = self.children[name].process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        going_on = threading.Timer(seconds, process.send_signal, [signal.SIGCONT])
        going_on.daemon = True
        going_on.start()

    def cut_sessions(self, service: str, at_most: int) -> None:
        """End database sessions of a service's processes, whatever they are doing; those at work first."""
        self.rows(
            service,
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE usename = current_user"
            " AND datname = current_database() AND application_name <> :me"
            " ORDER BY state = 'idle', random() LIMIT :most) s",
            me=ME,
            most=at_most,
        )

    def restart_database(self) -> None:
        """Stop PostgreSQL at once, as a crash would, and start it again."""
        self.kill("PostgreSQL", signal.SIGQUIT)
        self.revive("PostgreSQL")
        for service in self.databases:
            self.rows(service, "SELECT 1")

    def restart_broker(self) -> None:
        """Kill the broker and start it again on its log."""
        self.kill("broker")
        time.sleep(self.dice.uniform(0, 3))
        self.revive("broker")

    def lose_the_log(self) -> None:
        """Kill the broker and start it with an empty log, as another cluster."""
        self.kill("broker")
        command = list(self.children["broker"].command)
        java, classpath, properties = command[0], command[command.index("-cp") + 1], command[-1]
        shutil.rmtree(Path(properties).with_name("log"))
        tool = [java, "-cp", classpath, "kafka.tools.StorageTool", "format", "-t", uuid.uuid4().hex[:22]]
        subprocess.run([*tool, "-c", properties], check=True, capture_output=True)
        self.revive("broker")
        assert self.system.broker is not None
        self.system.broker.wait()  # its users' rights were in the log, too
