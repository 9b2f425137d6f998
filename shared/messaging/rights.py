"""Rights on Kafka: what the user of a process needs, and what of it the cluster says is lacking."""

from __future__ import annotations

import re
import socket
import ssl
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, NoReturn

import structlog
from kafka.admin import KafkaAdminClient
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    UnknownTopicOrPartitionError,
)

from shared.i18n import CHINESE, ENGLISH, N_, default_language, translate
from shared.messaging.kafka import CONNECT_SECONDS, Cluster, administration

PUBLISHER_RIGHTS = ("Create", "Describe", "DescribeConfigs", "Write", "Read")
"""A relay creates its topics, and reads back what it published (docs/restoring.md); `subsidies doctor` reads their settings."""
CONSUMER_RIGHTS = ("Describe", "Read")
RESOURCES = (N_("topic"), N_("group"))
"""What there are rights on, as sentences name it."""
LACKS = N_("{user} lacks {operations} on the {resource} {name}: run `deploy/kafka/acls.sh`.")
KEPT_OUT = N_(
    "Kafka answers at {servers} and does not let {user} in: correct KAFKA_USER, KAFKA_PASSWORD, KAFKA_SASL_MECHANISM"
    " or KAFKA_SECURITY_PROTOCOL."
)
PATIENCE_SECONDS = 60.0
"""How long a process that starts waits for its rights: brokers hear of granted ones after a while."""

log = structlog.get_logger(__name__)


class Right(NamedTuple):
    """What `user` may do with a `resource`, `topic` or `group`, called `name`."""

    user: str
    resource: str
    name: str
    operations: tuple[str, ...]


def publishing(user: str, topics: Iterable[str]) -> Iterator[Right]:
    """Yield what is needed to publish on `topics`."""
    for topic in topics:
        yield Right(user, "topic", topic, PUBLISHER_RIGHTS)


def consuming(user: str, groups: Mapping[str, str]) -> Iterator[Right]:
    """Yield what is needed to consume the topics of `groups`, each as a member of its group."""
    for topic, group in groups.items():
        yield Right(user, "topic", topic, CONSUMER_RIGHTS)
        yield Right(user, "group", group, CONSUMER_RIGHTS)


def as_constant(operation: str) -> str:
    """Return what an operation is called in Kafka's protocol: DescribeConfigs is DESCRIBE_CONFIGS."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", operation).upper()


def missing_operations(admin: KafkaAdminClient, right: Right) -> list[str]:
    """Return the operations of `right` that the user of `admin` may not do, as far as the cluster tells.

    It tells nothing of what does not exist yet, but that it may not be seen.
    """
    has = _group(admin, right.name) if right.resource == "group" else _topic(admin, right.name)
    return [] if has is None else [each for each in right.operations if as_constant(each) not in has]


def parameters_of(right: Right, missing: Sequence[str]) -> dict[str, object]:
    """Return the parameters of LACKS; operations are what Kafka's commands call them, in every language."""
    return right._asdict() | {"operations": [dict.fromkeys((CHINESE, ENGLISH), each) for each in missing]}


def _group(admin: KafkaAdminClient, name: str) -> Sequence[str] | None:
    try:
        found: Sequence[str] | None = admin.describe_groups([name])[name]["authorized_operations"]
    except GroupAuthorizationFailedError:
        return []
    except KafkaError:  # of a cluster that is new: groups have no place yet
        return None
    return found  # None of a group that never had a member


def _topic(admin: KafkaAdminClient, name: str) -> Sequence[str] | None:
    (found,) = admin.describe_topics([name])
    unknown = found["error_code"] == UnknownTopicOrPartitionError.errno
    return None if unknown else found["authorized_operations"] or []


class Unreached(NamedTuple):
    """Why a client cannot reach a broker: the sentence, its parameters, and whether it may go well later, unchanged."""

    message: str
    parameters: Mapping[str, object]
    later: bool


def reach(server: str, cluster: Cluster) -> Unreached | None:
    """Return why the broker at `server` (`host:port`) cannot be reached as clients of `cluster` reach it; None if it can."""
    host, _, port = server.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS) as connection:
            if cluster.user is not None:
                context = ssl.create_default_context(cafile=cluster.ca_file)
                context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        parameters = {"server": server, "reason": error.verify_message}
        return Unreached(
            N_(
                "The certificate of {server} is not trusted ({reason}): correct KAFKA_CA_FILE, or the broker's certificate."
            ),
            parameters,
            later=False,
        )
    except ssl.SSLError:
        message = N_("{server} answers, but not over TLS: name the port for SASL_SSL.")
        return Unreached(message, {"server": server}, later=False)
    except OSError as error:
        return Unreached(
            N_("{server} does not answer ({reason}): start Kafka, or correct KAFKA_BOOTSTRAP_SERVERS."),
            {"server": server, "reason": error.strerror or type(error).__name__},
            later=True,
        )
    return None


def require_rights(cluster: Cluster, rights: Sequence[Right], *, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """End the process that starts if `cluster` cannot be entered as its user, or with a sentence for each right that is lacking.

    A cluster that does not answer is no reason: the loops wait for it. One that is entered without a user is not asked.
    """
    if cluster.user is None:
        return
    found = [reach(server, cluster) for server in cluster.options()["bootstrap_servers"]]
    if None not in found:
        wrong = [each for each in found if each is not None and not each.later]
        if len(wrong) == len(found):
            _end(*((each.message, each.parameters) for each in wrong))
        log.warning("kafka.rights_unknown")
        return
    deadline = time.monotonic() + patience_seconds
    admin = _enter(cluster, deadline)
    if admin is None:
        _end((KEPT_OUT, {"servers": cluster.bootstrap_servers, "user": cluster.user}))
    try:
        while missing := [(right, operations) for right in rights if (operations := missing_operations(admin, right))]:
            if time.monotonic() > deadline:
                _end(*((LACKS, parameters_of(right, operations)) for right, operations in missing))
            time.sleep(1)
    except KafkaError as error:
        log.warning("kafka.rights_unknown", error=type(error).__name__)
    finally:
        admin.close()


def _enter(cluster: Cluster, deadline: float) -> KafkaAdminClient | None:
    while True:
        try:
            return administration(cluster)
        except KafkaError:  # it does not say whether the password is wrong
            if time.monotonic() > deadline:
                return None


def _end(*sentences: tuple[str, Mapping[str, object]]) -> NoReturn:
    sys.exit("\n".join(translate(message, default_language(), parameters) for message, parameters in sentences))
