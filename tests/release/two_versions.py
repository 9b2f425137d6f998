"""An installation of an earlier version, and the processes of this one beside it, behind one address for each service."""

from __future__ import annotations

import io
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import orjson
import psycopg
import uvicorn

from deploy.checks.tools import ROOT, MissingToolError, run
from deploy.local.broker import Broker, local_broker
from deploy.local.issuer import create_app, open_issuer
from deploy.local.postgres import LocalPostgres, create_databases
from deploy.local.processes import Child, free_port, wait_until
from deploy.local.system import AUDIENCE, SERVICES, LocalSystem
from services.databases import SCHEMAS
from shared import migrations
from shared.clock import SystemClock, isoformat


def source_of(commit: str, folder: Path) -> Path:
    """Return `folder` with the code of an earlier version; raises MissingToolError if this clone does not have it."""
    found = subprocess.run(
        ["git", "archive", commit, "services", "shared", "pyproject.toml"], cwd=ROOT, capture_output=True, check=False
    )
    if found.returncode != 0:
        raise MissingToolError(f"this clone has no {commit}: fetch the whole history (git fetch --unshallow)")
    with tarfile.open(fileobj=io.BytesIO(found.stdout)) as archive:
        archive.extractall(folder, filter="data")
    run([sys.executable, "-m", "compileall", "-q", folder])  # once, not by each of its processes
    return folder


class Balancer:
    """One address, behind which every new connection goes to the next of `targets`, as a cluster's Service does."""

    def __init__(self) -> None:
        self.targets: list[int] = []
        self._turn = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self._turn += 1
                try:
                    target = socket.create_connection(("127.0.0.1", self.targets[self._turn % len(self.targets)]))
                except (OSError, ZeroDivisionError):
                    caller.close()
                    continue
                for pair in ((caller, target), (target, caller)):
                    threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


class Installation:
    """Databases, a broker and an identity provider, with processes of the earlier version, of this one, or of both.

    The earlier version has no user on Kafka: as a city would during the upgrade, its brokers listen in plain text, too.
    """

    def __init__(self, state: Path, earlier: Path) -> None:
        """Prepare an installation in `state`; the earlier version's code is in `earlier`."""
        ports = {f"{name.upper()}_PORT": str(free_port()) for name in ("issuer", *SERVICES, "desk")}
        until = isoformat(SystemClock().now() + timedelta(hours=1))
        environment = {"ELIGIBILITY_NOTICE_WORKING_DAYS": "0", "UNSIGNED_EVENTS_UNTIL": until, **ports}
        self.system = LocalSystem(state, environment, durable=False, with_desk=False)
        self._earlier = earlier
        self._plain_port = free_port()
        self._balancers = {service: Balancer() for service in SERVICES}
        self._running: dict[tuple[bool, str], list[Child]] = {}
        self._relays: dict[str, Child] = {}
        self._ports = {(new, service): free_port() for new in (False, True) for service in SERVICES}
        self._issuer: uvicorn.Server | None = None

    @property
    def urls(self) -> dict[str, str]:
        """Where people reach the issuer and each service, whichever version answers."""
        return {"issuer": self.system.url("issuer")} | {name: each.url for name, each in self._balancers.items()}

    def prepare(self) -> None:
        """Start the servers and the identity provider; let the earlier version make its databases."""
        system = self.system
        system._open_state()
        self._start_issuer()
        postgres = LocalPostgres(system.state / "postgres", system._log("postgres"), durable=False)
        system.supervisor.start(postgres.spawn())
        system.broker = self._broker()
        system.supervisor.start(system.broker.child)
        postgres.wait()
        system.settings = system._service_settings(postgres.url)
        system.settings |= {f"{service.upper()}_URL": url for service, url in self.urls.items() if service != "issuer"}
        create_databases(postgres.url, SERVICES, system.secrets)
        for service in SERVICES:
            self.run_earlier("-m", "shared.database.migrate", service)
        self.run_earlier("-m", "services.registry.seed")
        system._wait_for_broker()

    def migrate(self) -> None:
        """Migrate the databases to this version, as its migration job does."""
        for service in SERVICES:
            owner = self.system.settings[f"{service.upper()}_OWNER_DATABASE_URL"]
            migrations.upgrade(SCHEMAS[service], owner, f"{service}_app")

    def start(self, service: str, *, new: bool) -> None:
        """Start a version's processes of a service, wait until its app is ready, and let callers reach it.

        The relay is this version's wherever one of its processes runs: the earlier one does not read what this version writes.
        """
        made = [self._child(f"{service}-{part}", new=new) for part in ("app", "worker")]
        for child in made:
            self.system.supervisor.start(child)
        self._running[new, service] = made
        if new:
            self._relay(service, new=True)
        elif service not in self._relays:
            self._relay(service, new=False)
        port = self._ports[new, service]
        wait_until(lambda: _ready(port), made[0], 600, "see its log.")
        self._balancers[service].targets.append(port)

    def stop(self, service: str, *, new: bool) -> None:
        """Take a version's app of a service from the callers, then stop its processes, which end what they have begun."""
        self._balancers[service].targets.remove(self._ports[new, service])
        self._end(self._running.pop((new, service)))
        if new and (False, service) in self._running:
            wait_until(lambda: self._is_published(service), self._relays[service], 120, "events wait.")
            self._relay(service, new=False)

    def _relay(self, service: str, *, new: bool) -> None:
        """Have a version's relay publish what the service tells, in the place of the one that does, if any.

        Returns once it works: before that, a signal would end it at once.
        """
        self._end([relay] if (relay := self._relays.pop(service, None)) else [])
        relay = self._relays[service] = self._child(f"{service}-relay", new=new)
        before = _times_started(relay)
        self.system.supervisor.start(relay)
        wait_until(lambda: _times_started(relay) > before, relay, 300, "see its log.")

    def _is_published(self, service: str) -> bool:
        with psycopg.connect(self.system.settings[f"{service.upper()}_OWNER_DATABASE_URL"]) as connection:
            waiting = connection.execute("SELECT count(*) FROM event_batches WHERE published_at IS NULL").fetchone()
        return bool(waiting == (0,))

    def _end(self, children: Sequence[Child]) -> None:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.wait(120)
            assert child.process is not None and child.process.returncode == 0, child.last_log_line()
            self.system.supervisor._children.remove(child)

    def close(self) -> None:
        """Stop everything."""
        self.system.stop()
        for balancer in self._balancers.values():
            balancer.close()
        if self._issuer is not None:
            self._issuer.should_exit = True

    def run_earlier(self, *arguments: str) -> str:
        """Run a command of the earlier version that ends; raises ToolFailedError if it fails."""
        command = [*self._python(new=False), *arguments]
        return run(command, env=self._environment("registry-app", new=False))

    def log(self, name: str, *, new: bool) -> Path:
        """Return the log of a process."""
        return self.system._log(f"{'new' if new else 'earlier'}-{name}")

    def _python(self, *, new: bool) -> list[str]:
        return ["env", "-C", str(ROOT if new else self._earlier), sys.executable]

    def _child(self, name: str, *, new: bool) -> Child:
        service, part = name.split("-")
        command = [*self._python(new=new), "-m", f"services.{service}.{part}"]
        return Child(name, command, self.log(name, new=new), self._environment(name, new=new))

    def _environment(self, name: str, *, new: bool) -> dict[str, str]:
        service, _ = name.split("-")
        own = {f"{service.upper()}_PORT": str(self._ports[new, service]), "METRICS_PORT": str(free_port())}
        common = self.system.environment(name) | own
        if new:
            return common | {"PYTHONPATH": str(ROOT)}
        plain = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{self._plain_port}", "PYTHONPATH": str(self._earlier)}
        return common | plain

    def _broker(self) -> Broker:
        """Return Apache Kafka with a second listener, in plain text and with all rights, for the earlier version."""
        broker = local_broker(self.system.state, self.system._log("broker"), "kafka")
        file = self.system.state / "kafka" / "server.properties"
        lines = dict(line.split("=", 1) for line in file.read_text().splitlines())
        plain = f",EARLIER://127.0.0.1:{self._plain_port}"
        lines["listeners"] += plain
        lines["advertised.listeners"] += plain
        lines["listener.security.protocol.map"] += ",EARLIER:PLAINTEXT"
        lines["super.users"] += ";User:ANONYMOUS"
        file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()))
        return broker

    def _start_issuer(self) -> None:
        system = self.system
        issuer = open_issuer(system.state, system.url("issuer"), AUDIENCE, SystemClock())
        system.clients = orjson.loads((system.state / "clients.json").read_bytes())
        app = create_app(issuer, system.url("desk"))
        config = uvicorn.Config(app, port=system.ports["ISSUER_PORT"], log_config=None)
        self._issuer = uvicorn.Server(config)
        threading.Thread(target=self._issuer.run, daemon=True).start()


@contextmanager
def installed(state: Path, earlier: Path) -> Iterator[Installation]:
    """Provide an installation whose databases the earlier version has made; nothing of it runs yet."""
    installation = Installation(state, earlier)
    try:
        installation.prepare()
        yield installation
    finally:
        installation.close()


def _times_started(child: Child) -> int:
    return child.log.read_text().count('"event":"worker.started"') if child.log.exists() else 0


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
