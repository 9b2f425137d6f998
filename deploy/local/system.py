"""The whole system on one machine: which processes are started, in which order, with which settings."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
import shlex
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import httpx
import orjson
import psycopg
from alembic.util import CommandError
from kafka.errors import KafkaError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.exc import SQLAlchemyError

from deploy.bank.messages import PAYERS
from deploy.local.broker import ADMIN, Broker, local_broker
from deploy.local.issuer import open_issuer
from deploy.local.postgres import LocalPostgres, create_databases
from deploy.local.processes import CannotStartError, Child, Supervisor, free_port, require_port, wait_until
from services.databases import SCHEMAS
from services.registry.seed import seed
from shared import event_keys, migrations
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.i18n import N_, default_language, translate
from shared.messaging import kafka
from shared.messaging.kafka import Cluster
from shared.migrations import LaterDatabase
from shared.settings import KafkaSettings

SERVICES = tuple(SCHEMAS)
TITLES = {"registry": N_("Registry"), "eligibility": N_("Eligibility"), "payout": N_("Payout")}
DEFAULT_PORTS = {
    "ISSUER_PORT": 8000,
    "REGISTRY_PORT": 8001,
    "ELIGIBILITY_PORT": 8002,
    "PAYOUT_PORT": 8003,
    "DESK_PORT": 8004,
}
AUDIENCE = "ecommerce-subsidies"
_LEAST_FREE_BYTES = 512 * 1024 * 1024
_SHELL = Path(__file__).with_name("shell.sh")


class LocalSystem:
    """Database, broker, issuer, the three services with workers and relays, and the desk, under one supervisor."""

    def __init__(
        self, state: Path, environment: Mapping[str, str], *, durable: bool = True, with_desk: bool = True
    ) -> None:
        """Prepare a system with its state in `state`, configured by `environment`."""
        self.state = state.resolve()
        self._environment = environment
        self._durable = durable
        self._with_desk = with_desk
        self.broker: Broker | None = None
        self._lock: IO[str] | None = None
        self.ports = {name: _port(environment, name, default) for name, default in DEFAULT_PORTS.items()}
        self.supervisor = Supervisor(self.state)
        self.secrets: dict[str, str] = {}
        self.settings: dict[str, str] = {}
        self.targets: list[dict[str, Any]] = []
        """The targets of Prometheus in the format of `file_sd_configs`, also written to `targets.json`."""

    def url(self, service: str) -> str:
        """Return the base URL of `service`, or of the `issuer`."""
        return f"http://127.0.0.1:{self.ports[f'{service.upper()}_PORT']}"

    def start(self) -> None:
        """Start everything and wait until it is ready; raises CannotStartError, after which `stop` has to be called."""
        self._open_state()
        for name, port in self.ports.items():
            require_port(port, name)
        open_issuer(self.state, self.url("issuer"), AUDIENCE, SystemClock())
        self.clients = orjson.loads((self.state / "clients.json").read_bytes())
        self._write_shell()
        postgres = self._start_servers()
        admin_url = postgres.url if postgres else self._environment["DATABASE_URL"]
        self.settings = self._service_settings(admin_url)
        if self.broker is None:
            self._wait_for_broker()
        self._migrate(admin_url)  # a local broker starts meanwhile
        if self.broker is not None:
            self._wait_for_broker()
        print_now("PostgreSQL: {where}", where=N_("18, on this machine") if postgres else N_("at DATABASE_URL"))
        print_now(
            "Broker: {where}, {servers}",
            where=self.broker.described if self.broker else N_("at KAFKA_BOOTSTRAP_SERVERS"),
            servers=self.cluster_of(ADMIN).bootstrap_servers,
        )
        self._start_services()

    def stop(self) -> None:
        """Stop everything that was started."""
        self.supervisor.stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _open_state(self) -> None:
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            (self.state / "writable").write_text("")
            (self.state / "writable").unlink()
        except OSError as error:
            raise CannotStartError(
                "The state folder {folder} cannot be written ({problem}): change its permissions or set STATE_DIR.",
                folder=str(self.state),
                problem=error.strerror,
            ) from error
        if shutil.disk_usage(self.state).free < _LEAST_FREE_BYTES:
            raise CannotStartError(
                "Less than 512 MiB are free at {folder}: free some space or set STATE_DIR to a folder on another disk.",
                folder=str(self.state),
            )
        self._lock = (self.state / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStartError(
                "Another system runs on {folder}: stop it, or set STATE_DIR to another folder.", folder=str(self.state)
            ) from error
        self.supervisor.end_leftovers()
        file = self.state / "secrets.json"
        kept = orjson.loads(file.read_bytes()) if file.exists() else {}
        self.secrets = _new_secrets() | kept
        if self.secrets != kept:
            file.touch(mode=0o600)
            file.write_bytes(orjson.dumps(self.secrets))

    def _write_shell(self) -> None:
        """Write `shell`: what a shell reads to call this system with curl as one of its clients (`as CLIENT …`)."""
        urls = {service[0].upper(): self.url(service) for service in ("issuer", *SERVICES)}
        variables = [f"{name}={shlex.quote(value)}" for name, value in {**urls, "S": str(self.state)}.items()]
        (self.state / "shell").write_text(f"{' '.join(variables)}\n{_SHELL.read_text()}")

    def _log(self, name: str) -> Path:
        return self.state / "logs" / f"{name}.log"

    def _start_servers(self) -> LocalPostgres | None:
        """Start the database and the broker that the environment does not name, without waiting for the broker."""
        postgres: LocalPostgres | None = None
        if not self._environment.get("DATABASE_URL"):
            postgres = LocalPostgres(self.state / "postgres", self._log("postgres"), durable=self._durable)
            self.supervisor.start(postgres.spawn())
        if not self._environment.get("KAFKA_BOOTSTRAP_SERVERS"):
            choice = self._environment.get("LOCAL_BROKER", "auto")
            self.broker = local_broker(self.state, self._log("broker"), choice)
            self.supervisor.start(self.broker.child)
        if postgres is not None:
            postgres.wait()
        return postgres

    def _wait_for_broker(self) -> None:
        """Wait until the broker has its topics: for long if it was started here."""
        try:
            if self.broker is not None:
                self.broker.wait()
            else:
                kafka.ensure_topics(self.cluster_of(""), patience_seconds=5.0)
        except KafkaError as error:
            raise CannotStartError(
                "The broker at {servers} does not answer ({problem}):"
                " start it, correct KAFKA_BOOTSTRAP_SERVERS, or unset it to use a local broker.",
                servers=self._environment.get("KAFKA_BOOTSTRAP_SERVERS", "loopback"),
                problem=type(error).__name__,
            ) from error

    def cluster_of(self, user: str) -> Cluster:
        """Return how `user` reaches the local broker, or everybody the one that the environment names."""
        if self.broker is not None:
            return self.broker.cluster_of(user)
        return Cluster.of(KafkaSettings.model_validate(self._own_kafka()))

    def _own_kafka(self) -> dict[str, str]:
        """Return the variables of a broker that the environment names; in plain text if no user is named."""
        given = {name: value for name, value in self._environment.items() if name.startswith("KAFKA_")}
        return given if given.get("KAFKA_USER") else given | {"KAFKA_SECURITY_PROTOCOL": "PLAINTEXT"}

    def _service_settings(self, admin_url: str) -> dict[str, str]:
        try:
            server = conninfo_to_dict(admin_url)
        except psycopg.ProgrammingError as error:
            raise CannotStartError(
                "DATABASE_URL must be a PostgreSQL URL (postgresql://user:password@host:port/db)."
            ) from error
        address = f"{server.get('host', '127.0.0.1')}:{server.get('port', '5432')}"
        settings = {
            "DEPLOYMENT": "demonstration",
            "STATE_DIR": str(self.state),
            "TOKEN_ISSUER": self.url("issuer"),
            "TOKEN_AUDIENCE": AUDIENCE,
            "TOKEN_JWKS_URL": f"{self.url('issuer')}/.well-known/jwks.json",
            "TOKEN_URL": f"{self.url('issuer')}/oauth/token",
            "REGISTRY_ACCOUNT_KEY": self.secrets["account_key"],
            "PAYOUT_FILE_SEAL_KEY": self.secrets["file_seal_key"],
            "PAYOUT_PAYERS": orjson.dumps(PAYERS).decode(),
            "EVENT_KEYS": self.secrets["event_keys"],
            "DESK_PUBLIC_URL": self.url("desk"),
            "DESK_SESSION_KEY": self.secrets["session_key"],
            "DESK_CLIENT_SECRET": self.clients["desk"],
        } | {name: str(port) for name, port in self.ports.items()}
        for service in SERVICES:
            upper = service.upper()
            settings[f"{upper}_URL"] = self.url(service)
            settings[f"{upper}_EVENT_KEY"] = self.secrets[f"{service}_event_key"]
            settings[f"{upper}_CLIENT_SECRET"] = self.clients.get(service, "")
            for role, name in (("app", "DATABASE_URL"), ("owner", "OWNER_DATABASE_URL")):
                password = self.secrets[f"{service}_{role}"]
                settings[f"{upper}_{name}"] = f"postgresql://{service}_{role}:{password}@{address}/{service}"
        return settings

    def _migrate(self, admin_url: str) -> None:
        try:
            create_databases(admin_url, SERVICES, self.secrets)
        except psycopg.Error as error:
            raise CannotStartError(
                "The databases cannot be created ({problem}):"
                " DATABASE_URL must be a running PostgreSQL, 15 or newer, with a role that may create databases and roles.",
                problem=type(error).__name__,
            ) from error
        for service in SERVICES:
            owner_url = self.settings[f"{service.upper()}_OWNER_DATABASE_URL"]
            try:
                migrations.upgrade(SCHEMAS[service], owner_url, f"{service}_app")
            except (SQLAlchemyError, CommandError, LaterDatabase) as error:
                raise CannotStartError(
                    "The database of {service} cannot be migrated to this version ({problem}):"
                    " another version created it; use that version, or set STATE_DIR to a new folder.",
                    service=TITLES[service],
                    problem=type(error).__name__,
                ) from error
        registry = Database(self.settings["REGISTRY_DATABASE_URL"], pool_size=1, application_name="registry-seed")
        seed(registry, SystemClock())
        registry.close()

    def _start_services(self) -> None:
        children = {"issuer": self._child("issuer", "deploy.local.issuer", {})}
        for service in SERVICES:
            ports = {"app": self.ports[f"{service.upper()}_PORT"], "worker": free_port(), "relay": free_port()}
            for part, port in ports.items():
                name = f"{service}-{part}"
                metrics_port = free_port() if part == "app" else port  # an app serves metrics at its own port too
                children[name] = self._child(name, f"services.{service}.{part}", {"METRICS_PORT": str(metrics_port)})
                self.targets.append({"targets": [f"127.0.0.1:{port}"], "labels": {"service": service, "process": part}})
        if self._with_desk:
            children["desk"] = self._child("desk", "services.desk.app", {"METRICS_PORT": str(free_port())})
            desk = f"127.0.0.1:{self.ports['DESK_PORT']}"
            self.targets.append({"targets": [desk], "labels": {"service": "desk", "process": "app"}})
        (self.state / "targets.json").write_bytes(orjson.dumps(self.targets, option=orjson.OPT_INDENT_2))
        for child in children.values():
            self.supervisor.start(child)
        apps = {service: children[f"{service}-app"] for service in SERVICES}
        apps |= {"desk": children["desk"]} if self._with_desk else {}
        for service, child in apps.items():
            url = f"{self.url(service)}/readyz"
            wait_until(lambda url=url: _ready(url), child, 300.0, N_("see its log."))  # type: ignore[misc]

    def environment(self, process: str) -> dict[str, str]:
        """Return the variables of `process`, such as `payout-relay`."""
        return {**self._environment, **self.settings, **self._kafka_variables(process)}

    def _kafka_variables(self, process: str) -> dict[str, str]:
        """Return the variables with which `process` enters the broker: as itself, if it has a user."""
        if self.broker is None:
            return self._own_kafka()
        cluster = self.cluster_of(process if process in self.broker.passwords else ADMIN)
        variables = {
            "KAFKA_BOOTSTRAP_SERVERS": cluster.bootstrap_servers,
            "KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
        }
        if process not in self.broker.passwords:
            return variables
        return variables | {
            "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "KAFKA_SASL_MECHANISM": cluster.mechanism,
            "KAFKA_USER": process,
            "KAFKA_PASSWORD": cluster.password,
            "KAFKA_CA_FILE": str(cluster.ca_file),
        }

    def _child(self, name: str, module: str, own: Mapping[str, str]) -> Child:
        return Child(name, [sys.executable, "-m", module], self._log(name), self.environment(name) | {**own})


def _new_secrets() -> dict[str, str]:
    """Make every secret of a system: passwords of databases, keys of accounts and of payment files, keys that sign events."""
    made = {f"{service}_{role}": secrets.token_hex(32) for service in SERVICES for role in ("owner", "app")}
    pairs = {service: event_keys.make(service) for service in SERVICES}
    return (
        made
        | {name: base64.b64encode(secrets.token_bytes(64)).decode() for name in ("account_key", "file_seal_key")}
        | {"session_key": base64.b64encode(secrets.token_bytes(32)).decode()}
        | {f"{service}_event_key": private for service, (private, _) in pairs.items()}
        | {"event_keys": orjson.dumps({"keys": [public for _, public in pairs.values()]}).decode()}
    )


def run_until_stopped(system: LocalSystem, stopping: list[int]) -> None:
    """Restart children that end, until a signal number is put into `stopping`."""
    while not stopping:
        system.supervisor.watch()
        time.sleep(0.5)


def print_now(message: str, /, **parameters: object) -> None:
    """Print `message` in the language of the installation, and flush."""
    print(translate(message, default_language(), parameters), flush=True)


def print_addresses(system: LocalSystem) -> None:
    """Print where the services answer, and where tokens come from."""
    for service, title in TITLES.items():
        print_now("{service}: {url}/docs", service=title, url=system.url(service))
    print_now("Desk, where people work; choose who you are when you sign in: {url}", url=system.url("desk"))
    print_now(
        "Tokens: {url}/oauth/token, HTTP Basic (for demonstrations: on this machine only)",
        url=system.url("issuer"),
    )
    print_now("Clients with their secrets: {file}", file=str(system.state / "clients.json"))


def state_folder() -> Path:
    """Return the folder in STATE_DIR, `.local/` by default."""
    return Path(os.environ.get("STATE_DIR") or ".local")


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    value = environment.get(name, str(default))
    if not value.isdigit() or not 0 < int(value) < 65_536:
        raise CannotStartError("{setting} must be a port: a number from 1 to 65535.", setting=name)
    return int(value)


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
