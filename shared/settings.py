"""Settings of a service: those of its process, its database, Kafka, and what limits its clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs

from pydantic import AfterValidator, AwareDatetime, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import InvalidValue
from shared.event_keys import private_key, public_keys
from shared.i18n import N_
from shared.offices import VARIABLE as OFFICES
from shared.policies import DEFAULT_PACKAGES, VARIABLE
from shared.process_settings import LOOPBACK, ProcessSettings, common, split_url, weak

_BROKER = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")


def _postgres_url(url: str) -> str:
    found = split_url(url)
    if found.scheme not in ("postgresql", "postgres") or not found.path.strip("/"):
        raise InvalidValue("must have the form postgresql://role:password@host:port/database")
    return url


def _brokers(servers: str) -> str:
    if not all(_BROKER.fullmatch(server) for server in servers.split(",")):
        raise InvalidValue("must have the form host:port, several separated by commas")
    return servers


def _event_key(key: SecretStr) -> SecretStr:
    private_key(key.get_secret_value())
    return key


def _event_keys(key_set: str) -> str:
    public_keys(key_set)
    return key_set


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]


class KafkaSettings(BaseSettings):
    """How Kafka is reached, the same variables in all services."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True)

    kafka_bootstrap_servers: Annotated[str, AfterValidator(_brokers)] = Field(
        validation_alias=common("KAFKA_BOOTSTRAP_SERVERS"), description="Kafka brokers, host:port, comma-separated"
    )
    kafka_security_protocol: Literal["SASL_SSL", "PLAINTEXT"] = Field(
        default="SASL_SSL",
        validation_alias=common("KAFKA_SECURITY_PROTOCOL"),
        description="`SASL_SSL`, or `PLAINTEXT` where `DEPLOYMENT` is not production",
    )
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        default="SCRAM-SHA-512",
        validation_alias=common("KAFKA_SASL_MECHANISM"),
        description="SASL mechanism: `SCRAM-SHA-512`, `SCRAM-SHA-256` or `PLAIN`",
    )
    kafka_user: str = Field(
        default="",
        validation_alias=common("KAFKA_USER"),
        description="This process's own user on Kafka; apps, and the registry's worker, need none",
    )
    kafka_password: SecretStr = Field(
        default=SecretStr(""), validation_alias=common("KAFKA_PASSWORD"), description="Password of `KAFKA_USER`"
    )
    kafka_ca_file: Path | None = Field(
        default=None,
        validation_alias=common("KAFKA_CA_FILE"),
        description="PEM file with the authority that signed the brokers' certificates; without it the system's authorities",
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield settings that are unsafe in production: a field, and the message about its `variable`, with the remedy."""
        if any(server.rpartition(":")[0] in LOOPBACK for server in self.kafka_bootstrap_servers.split(",")):
            yield (
                "kafka_bootstrap_servers",
                N_(
                    "{variable} names a broker on loopback, like the demonstration's, which may lose its log:"
                    " use the cluster's brokers."
                ),
            )
        if self.kafka_security_protocol == "PLAINTEXT":
            yield (
                "kafka_security_protocol",
                N_("{variable} lets everybody on the network read and write events: use SASL_SSL."),
            )
        if self.kafka_user and weak(self.kafka_password.get_secret_value()):
            yield (
                "kafka_password",
                N_("{variable} is empty, well known or shorter than {characters} characters: use another one."),
            )


class ServiceSettings(KafkaSettings, ProcessSettings):
    """Settings of one service; prefixed with the service's name unless an alias is given."""

    database_url: PostgresUrl = Field(description="PostgreSQL URL of the application role")
    owner_database_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL URL of the owner role, for migrations only"
    )
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections per process")
    event_key: Annotated[SecretStr, AfterValidator(_event_key)] | None = Field(
        default=None,
        description="Private key that signs the service's events, as JSON Web Key; read by its relay alone."
        " `subsidies event-key` makes one",
    )
    event_keys: Annotated[str, AfterValidator(_event_keys)] = Field(
        default='{"keys": []}',
        validation_alias=common("EVENT_KEYS"),
        description="Public keys of all services' events, as JSON Web Key Set",
    )
    unsigned_events_until: AwareDatetime | None = Field(
        default=None,
        validation_alias=common("UNSIGNED_EVENTS_UNTIL"),
        description="Until then events without a signature are accepted, for an upgrade from a version that did not sign",
    )
    client_requests_per_second: float = Field(
        default=300,
        gt=0,
        validation_alias=common("CLIENT_REQUESTS_PER_SECOND"),
        description="Requests that a client may send on average; ten seconds' worth at once. More are answered with 429",
    )
    client_requests_in_flight: int = Field(
        default=64,
        ge=1,
        validation_alias=common("CLIENT_REQUESTS_IN_FLIGHT"),
        description="Requests of a client that are answered at a time; more are answered with 429",
    )
    long_answers: int = Field(
        default=16,
        ge=1,
        validation_alias=common("LONG_ANSWERS"),
        description="Snapshots and changes that an app sends at a time, half of them to one client; more are answered with 503",
    )
    statement_timeout_seconds: int = Field(
        default=60,
        ge=1,
        validation_alias=common("STATEMENT_TIMEOUT_SECONDS"),
        description="How long a statement of an app may take in the database",
    )
    policy_packages: str = Field(
        default=DEFAULT_PACKAGES,
        validation_alias=common(VARIABLE),
        description="Policies of this installation: packages that can be imported, comma-separated; the same for all services,"
        " and migrations run after a change",
    )
    task_working_days: int = Field(
        default=5,
        ge=1,
        le=90,
        validation_alias=common("TASK_WORKING_DAYS"),
        description="Within how many working days a task (`GET /v1/tasks`) is to be done, unless a procedure says how many",
    )
    offices_file: Path | None = Field(
        default=None,
        validation_alias=common(OFFICES),
        description="YAML file of the city with the offices, courts and document numbers that papers name, by policy;"
        " read at the start, the same for all services",
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield what must not be in production."""
        yield from KafkaSettings.unsafe(self)
        yield from ProcessSettings.unsafe(self)
        for name in ("database_url", "owner_database_url"):
            if getattr(self, name) is not None:
                yield from ((name, mistake) for mistake in _unsafe_database(getattr(self, name)))
        if not public_keys(self.event_keys):
            yield (
                "event_keys",
                N_("{variable} is empty, so no event could be verified: list every service's public key."),
            )


def _unsafe_database(url: str) -> Iterator[str]:
    found = split_url(url)
    query = parse_qs(found.query)
    local = found.hostname is None and query.get("host", [""])[0].startswith("/")
    if not local and query.get("sslmode", [""])[0] != "verify-full":
        yield N_(
            "{variable} does not verify the server: add ?sslmode=verify-full&sslrootcert=/path/to/authority.pem,"
            " or connect by a socket (?host=/path)."
        )
    if weak(found.password or ""):
        yield N_(
            "{variable} has a password that is empty, well known or shorter than {characters} characters: use another one."
        )
