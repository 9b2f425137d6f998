"""An installation by compose.yaml without an engine: databases and rights are made by its own files and commands."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
import uvicorn

from deploy.checks.containers import Image, command, prepare
from deploy.checks.tools import kafka_tools, run
from deploy.local.broker import JARS, java_command
from deploy.local.demo_client import DemoClient
from deploy.local.issuer import create_app, open_issuer
from deploy.local.postgres import PSQL, LocalPostgres
from deploy.local.processes import Child, Supervisor, wait_until
from services.databases import SCHEMAS
from shared.clock import SystemClock
from tests.support.compose import COMPOSE, EXAMPLE, ISSUER_HOST, composed, filled_in

ISSUER_ADDRESS = "127.0.2.1"
CLIENTS = {"ELIGIBILITY_CLIENT_SECRET": "eligibility", "PAYOUT_CLIENT_SECRET": "payout", "DESK_CLIENT_SECRET": "desk"}
"""Variables of example.env that hold a secret of the identity provider, with the client that it is of."""
NOT_OURS = ("migrate", "postgres", "kafka", "kafka-rights", "prometheus", "grafana")


class Installation:
    """One installation in `folder`, from `image`: everything in it listens on an address of its own, by its service's name."""

    def __init__(self, folder: Path, image: Image) -> None:
        folder.mkdir()
        self._folder, self._image = folder, image
        self.tls = folder / "tls"
        self.values = filled_in() | {
            "TLS_FOLDER": str(self.tls),
            "DESK_PUBLIC_URL": "https://desk:8004",
            "VERSION": "test",
        }
        self.services = composed(self.values)
        self.addresses = {name: f"127.0.1.{number}" for number, name in enumerate(self.services, 1)}
        self.processes = [name for name in self.services if name not in NOT_OURS]
        self.volumes = self._volumes()
        self.supervisor = Supervisor(folder)
        self._issuer: uvicorn.Server | None = None

    def _volumes(self) -> dict[str, Path]:
        """Return what each source of a volume is here: a folder of ours, or the file beside compose.yaml that it names."""
        found = {self.values["TLS_FOLDER"]: self.tls}
        for service in self.services.values():
            for each in service.get("volumes", ()):
                source = each.split(":")[0]
                if source.startswith("./certificates/"):
                    found[source] = self._folder / source
                elif source.startswith("."):
                    found[source] = COMPOSE.parent / source
                elif not source.startswith("/"):
                    found[source] = self._folder / "volumes" / source
        return found

    def start(self) -> None:
        """Make certificates, databases and rights, then start every process and wait until all answer."""
        self._name_everything()
        self._make_certificates()
        self._start_issuer()
        self._start_postgres()
        self._start_kafka()
        self.run_once("migrate")
        for name in self.processes:
            self.supervisor.start(self.child(name))
        for name in self.processes:
            self.wait(name)

    def stop(self) -> None:
        """Stop everything."""
        self.supervisor.stop()
        if self._issuer is not None:
            self._issuer.should_exit = True

    def log(self, name: str) -> Path:
        """Return the log of a service."""
        return self._folder / "logs" / f"{name}.log"

    def command(
        self, name: str, changed: Mapping[str, str | None] | None = None, other: Sequence[str] = ()
    ) -> list[str]:
        """Return the command that runs a service, with variables `changed` (None: without), or an `other` command there."""
        service = self.services[name] | ({"command": other} if other else {})
        service["volumes"] = [*service["volumes"], "hosts:/etc/hosts:ro"]
        given = {**service["environment"], **(changed or {})}
        service["environment"] = {key: value for key, value in given.items() if value is not None}
        prepare(self._image, service, self.volumes)
        return command(self._image, service, self.volumes, {"BIND_HOST": self.addresses[name]})

    def child(self, name: str) -> Child:
        """Return a service's process."""
        return Child(name, self.command(name), self.log(name))

    def run_once(self, name: str, changed: Mapping[str, str | None] | None = None) -> None:
        """Run a service that ends by itself; fails with what it printed."""
        said = self.outcome(name, changed)
        assert said.returncode == 0, said.stdout + said.stderr

    def outcome(
        self, name: str, changed: Mapping[str, str | None] | None = None, command: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a service, or another `command` in its place, that is expected to end; return how it did."""
        words = self.command(name, changed, command)
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)

    def wait(self, name: str) -> None:
        """Wait until a process answers on its port of probes; an app, that it is ready."""
        path = "healthz" if name.endswith(("worker", "relay")) else "readyz"
        url = f"http://{name}:9100/{path}"
        (child,) = [each for each in self.supervisor._children if each.name == name]
        wait_until(lambda: _answers(url), child, 120, "see its log.")

    def demo_client(self) -> DemoClient:
        """Return the persons and systems that use the installation; they trust its authority."""
        os.environ["SSL_CERT_FILE"] = str(self.tls / "ca.crt")
        urls = {service: self.services["desk"]["environment"][f"{service.upper()}_URL"] for service in SCHEMAS}
        secrets = orjson.loads((self._folder / "clients.json").read_bytes())
        return DemoClient({"issuer": f"https://{ISSUER_HOST}", **urls}, secrets)

    def _name_everything(self) -> None:
        hosts = {
            "localhost": "127.0.0.1",
            socket.gethostname(): "127.0.0.1",
            ISSUER_HOST: ISSUER_ADDRESS,
            **self.addresses,
        }
        self.volumes["hosts"] = self._folder / "hosts"
        self.volumes["hosts"].write_text("".join(f"{address} {name}\n" for name, address in hosts.items()))
        run(["mount", "--bind", self.volumes["hosts"], "/etc/hosts"])

    def _make_certificates(self) -> None:
        """Make the broker's certificate by the commands of example.env, and an authority with the services' certificate."""
        broker, tls = self._folder / "certificates", self.tls
        for folder in (broker, tls):
            folder.mkdir()
        [written] = re.findall(
            r"^# (openssl req .*?keystore\.pem)$", EXAMPLE.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        run(["sh", "-ec", written.replace("\n# ", "\n")], cwd=broker)
        new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        names = ",".join(f"DNS:{name}" for name in (*(f"{service}-app" for service in SCHEMAS), "desk", ISSUER_HOST))
        run(["sh", "-ec", f"openssl req -x509 {new} -subj /CN=authority -keyout ca.key -out ca.crt"], cwd=tls)
        leaf = f"-CA ca.crt -CAkey ca.key -subj /CN=city -addext subjectAltName={names} -keyout tls.key -out tls.crt"
        run(["sh", "-ec", f"openssl req -x509 {new} {leaf}"], cwd=tls)
        shutil.chown(tls / "tls.key", 10001)

    def _start_issuer(self) -> None:
        secrets = {client: self.values[variable] for variable, client in CLIENTS.items()}
        (self._folder / "clients.json").write_bytes(orjson.dumps(secrets | {"ops": self.values["OPS_SECRET"]}))
        issuer = open_issuer(self._folder, self.values["TOKEN_ISSUER"], "ecommerce-subsidies", SystemClock())
        config = uvicorn.Config(
            create_app(issuer, self.values["DESK_PUBLIC_URL"]),
            host=ISSUER_ADDRESS,
            port=443,
            ssl_certfile=self.tls / "tls.crt",
            ssl_keyfile=self.tls / "tls.key",
            log_config=None,
        )
        self._issuer = uvicorn.Server(config)
        threading.Thread(target=self._issuer.run, daemon=True).start()
        _until(lambda: bool(self._issuer and self._issuer.started))

    def _start_postgres(self) -> None:
        """Start PostgreSQL by the command of compose.yaml, and run what it runs at its first start."""
        service, sockets = self.services["postgres"], self.volumes["postgres-socket"]
        sockets.mkdir(parents=True)
        sockets.chmod(0o777)
        postgres = LocalPostgres(self._folder / "postgres", self.log("postgres"))
        child = postgres.spawn()
        child.command = [*child.command, *service["command"][1:], "-c", f"unix_socket_directories={sockets}"]
        self.supervisor.start(child)
        url = re.sub(r"@.*/", "@/", postgres.url) + f"?host={sockets}&port={postgres._port}"
        wait_until(lambda: _connects(url), child, 60, "see its log.")
        (sockets / ".s.PGSQL.5432").symlink_to(f".s.PGSQL.{postgres._port}")
        databases = self.volumes["./databases.sql"]
        run([PSQL, "-q", "-v", "ON_ERROR_STOP=1", "-f", databases, url], env=service["environment"])

    def _start_kafka(self) -> None:
        """Start Apache Kafka by the settings of compose.yaml, as its image turns them into properties, and grant the rights."""
        service, given = self.services["kafka"], self.services["kafka"]["environment"]
        places = self._places("kafka")
        properties = "".join(
            f"{name.removeprefix('KAFKA_').lower().replace('_', '.')}={_moved(value, places)}\n"
            for name, value in given.items()
            if name.startswith("KAFKA_")
        )
        file, java = self._folder / "kafka.properties", [java_command(), "-Xmx512m", "-cp", f"{JARS}/*"]
        file.write_text(properties)
        run([*java, "kafka.tools.StorageTool", "format", "-t", given["CLUSTER_ID"], "-c", file])
        child = Child("kafka", [*java, "kafka.Kafka", str(file)], self.log("kafka"), server=True)
        self.supervisor.start(child)
        [*_, check] = service["healthcheck"]["test"]
        wait_until(
            lambda: subprocess.run(["bash", "-c", check], stderr=-3, check=False).returncode == 0, child, 120, ""
        )
        self._grant_rights()

    def _grant_rights(self) -> None:
        """Run the command of compose.yaml's `kafka-rights` with Kafka's own `kafka-acls.sh`."""
        bin_folder, service = self._folder / "bin", self.services["kafka-rights"]
        bin_folder.mkdir()
        acls = bin_folder / "kafka-acls.sh"
        jars = f"{kafka_tools()}/*:{JARS}/*"
        acls.write_text(f"#!/bin/sh\nexec {java_command()} -cp '{jars}' org.apache.kafka.tools.AclCommand \"$@\"\n")
        acls.chmod(0o755)
        places = {"/tmp/": f"{self._folder}/", "/opt/kafka/bin": str(bin_folder)} | self._places("kafka-rights")
        [script] = service["command"]
        run(
            [*service["entrypoint"], _moved(script.replace("$$", "$"), places)], env=service["environment"], seconds=300
        )

    def _places(self, name: str) -> dict[str, str]:
        """Return where a service's volumes are, by the path that they have in its container."""
        pairs = (each.split(":")[:2] for each in self.services[name]["volumes"])
        return {target: str(self.volumes[source].resolve()) for source, target in pairs}


def _moved(text: str, places: Mapping[str, str]) -> str:
    for there, here in places.items():
        text = text.replace(there, here)
    return text


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _until(check: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not check():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
