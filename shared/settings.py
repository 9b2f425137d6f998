"""Settings that every process reads from its environment.

A service extends `ServiceSettings` with its own `env_prefix`; settings common to all services have an unprefixed name. `load`
reads them. Missing, malformed or (in production) unsafe settings end the process with a sentence for each variable.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NoReturn, TypeVar
from urllib.parse import SplitResult, parse_qs, urlsplit

from pydantic import AfterValidator, AliasChoices, AwareDatetime, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import InvalidValue, field_error
from shared.event_keys import private_key, public_keys
from shared.i18n import CHINESE, N_, Language, default_language, translate
from shared.offices import VARIABLE as OFFICES
from shared.policies import DEFAULT_PACKAGES, VARIABLE

NO_RANDOM_KEY = N_("{variable} is no random key: make one with `openssl rand -base64 64 | tr -d '\\n'`.")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MIN_SECRET_CHARACTERS = 16
_KNOWN_SECRETS = re.compile(r"(change|replace).?me|example|default|password|secret", re.IGNORECASE)
_BROKER = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def made_up(key: bytes) -> bool:
    """Return whether a key was typed rather than drawn: few different bytes, or bytes in their order."""
    return len(set(key)) < len(key) // 4 or key == bytes(range(len(key)))


class Deployment(StrEnum):
    """What a process runs for: real money or a demonstration."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"


def common(name: str) -> AliasChoices:
    """Return the alias for the unprefixed environment variable `name` of a setting that all services share."""
    return AliasChoices(name, name.lower())


def _split(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        _ = found.port
    except ValueError as error:
        raise InvalidValue("must be a URL") from error
    return found


def _postgres_url(url: str) -> str:
    found = _split(url)
    if found.scheme not in ("postgresql", "postgres") or not found.path.strip("/"):
        raise InvalidValue("must have the form postgresql://role:password@host:port/database")
    return url


def _http_url(url: str) -> str:
    found = _split(url)
    if found.scheme not in ("http", "https") or not found.hostname:
        raise InvalidValue("must be an http or https URL")
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


def _level(level: str) -> str:
    if level.upper() not in _LEVELS:
        raise InvalidValue("must be one of {levels}", levels=list(_LEVELS))
    return level.upper()


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]


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


class ServiceSettings(KafkaSettings):
    """Settings of one service; prefixed with the service's name unless an alias is given."""

    renamed: ClassVar[Mapping[str, str]] = {}
    """Variables of earlier versions and what they are called now: one that is still set is refused, not passed over."""

    deployment: Deployment = Field(
        default=Deployment.PRODUCTION,
        validation_alias=common("DEPLOYMENT"),
        description="`production` refuses to start with settings that are unsafe for real money; `demonstration` allows them",
    )
    database_url: PostgresUrl = Field(description="PostgreSQL URL of the application role")
    owner_database_url: PostgresUrl | None = Field(
        default=None, description="PostgreSQL URL of the owner role, for migrations only"
    )
    port: Port = Field(description="HTTP port")
    host: str = Field(default="127.0.0.1", validation_alias=common("BIND_HOST"), description="Address to listen on")
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        validation_alias=common("METRICS_PORT"),
        description="Port of `/metrics` and `/healthz` of a worker or relay; 0 takes any free port, which is logged",
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
    token_issuer: HttpUrl = Field(
        validation_alias=common("TOKEN_ISSUER"), description="Accepted `iss` of access tokens"
    )
    token_audience: str = Field(
        default="ecommerce-subsidies",
        validation_alias=common("TOKEN_AUDIENCE"),
        description="Accepted `aud` of services that have none of their own",
    )
    audience: str | None = Field(
        default=None, description="Accepted `aud` of this service alone; `TOKEN_AUDIENCE` where it is not set"
    )
    token_typed: bool = Field(
        default=True,
        validation_alias=common("TOKEN_TYPED"),
        description="Whether tokens must have the type `at+jwt` (RFC 9068); `false` for an identity provider that sets none",
    )
    token_max_lifetime_seconds: int = Field(
        default=12 * 3_600,
        ge=60,
        le=7 * 86_400,
        validation_alias=common("TOKEN_MAX_LIFETIME_SECONDS"),
        description="A token that was issued for longer is refused",
    )
    token_jwks_url: HttpUrl = Field(
        validation_alias=common("TOKEN_JWKS_URL"), description="Where the issuer publishes its public keys (RFC 7517)"
    )
    token_url: HttpUrl = Field(
        validation_alias=common("TOKEN_URL"), description="OAuth2 token endpoint, for calls between services"
    )
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of the service's own OAuth2 client; its id is the service's name"
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
    hsts_seconds: int = Field(
        default=31_536_000,
        ge=0,
        validation_alias=common("HSTS_SECONDS"),
        description="`max-age` of Strict-Transport-Security; 0 leaves it out",
    )
    tls_certificate_file: Path | None = Field(
        default=None,
        validation_alias=common("TLS_CERTIFICATE_FILE"),
        description="PEM file of the certificate that an app serves https with; without it, it serves http",
    )
    tls_key_file: Path | None = Field(
        default=None, validation_alias=common("TLS_KEY_FILE"), description="PEM file of that certificate's private key"
    )
    tls_ca_file: Path | None = Field(
        default=None,
        validation_alias=common("TLS_CA_FILE"),
        description="PEM file of the authority that signed the other services' certificates; without it the system's count",
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=300,
        validation_alias=common("DRAIN_SECONDS"),
        description="How long a stopping app still serves while `/readyz` answers 503, so that load balancers notice",
    )
    otlp_endpoint: HttpUrl | None = Field(
        default=None,
        validation_alias=common("OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="Where traces are sent (OTLP over HTTP; `/v1/traces` is appended); without it none are sent",
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
    default_language: Language = Field(
        default=CHINESE,
        validation_alias=common("DEFAULT_LANGUAGE"),
        description="Language of answers to callers that name none in `Accept-Language`: `zh-CN` or `en`",
    )
    log_level: Annotated[str, AfterValidator(_level)] = Field(
        default="INFO", validation_alias=common("LOG_LEVEL"), description="Lowest level that is logged"
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield what must not be in production."""
        yield from super().unsafe()
        for name in ("otlp_endpoint", "registry_url", "eligibility_url", "payout_url"):
            url = getattr(self, name, None)
            if url is not None and _split(url).scheme != "https":
                yield (
                    name,
                    N_("{variable} is plain http, which anybody in between could read and change: use an https URL."),
                )
        for name in ("token_issuer", "token_jwks_url", "token_url"):
            url = _split(getattr(self, name))
            if url.hostname in LOOPBACK:
                yield name, N_("{variable} names the demonstration's issuer: use the city's identity provider.")
            elif url.scheme != "https":
                yield (
                    name,
                    N_("{variable} is plain http, so tokens could be forged in transit: use an https URL."),
                )
        for name in ("database_url", "owner_database_url"):
            if getattr(self, name) is not None:
                yield from ((name, mistake) for mistake in _unsafe_database(getattr(self, name)))
        if not public_keys(self.event_keys):
            yield (
                "event_keys",
                N_("{variable} is empty, so no event could be verified: list every service's public key."),
            )


WEAK_SECRET = N_("{variable} is empty, known or short: give the secret that the identity provider holds.")


def weak(secret: str) -> bool:
    """Return whether a secret is empty, short, or taken from an example."""
    return len(secret) < MIN_SECRET_CHARACTERS or _KNOWN_SECRETS.search(secret) is not None


def _unsafe_database(url: str) -> Iterator[str]:
    found = _split(url)
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


Settings = TypeVar("Settings", bound=ServiceSettings)


def variable_of(settings: type[ServiceSettings], field: str) -> str:
    """Return the environment variable of `field`."""
    alias = settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{settings.model_config['env_prefix']}{field}".upper()


def load(settings: type[Settings]) -> Settings:
    """Return `settings` from the environment, or end the process with a sentence for each variable to correct."""
    renamed = [
        _said("{old} is now {new}: rename it.", old=old, new=new)
        for old, new in settings.renamed.items()
        if os.environ.get(old)
    ]
    if renamed:
        sys.exit("\n".join(renamed))
    try:
        loaded = settings()
    except ValidationError as error:
        sys.exit("\n".join(_sentence(settings, mistake) for mistake in error.errors(include_input=False)))
    if loaded.deployment is Deployment.PRODUCTION:
        unsafe = [
            _said(message, variable=variable_of(settings, name), characters=MIN_SECRET_CHARACTERS)
            for name, message in loaded.unsafe()
        ]
        if unsafe:
            last = _said("DEPLOYMENT is production; a demonstration sets DEPLOYMENT=demonstration.")
            sys.exit("\n".join([*unsafe, last]))
    return loaded


def end_process(message: str, **parameters: object) -> NoReturn:
    """End a process that cannot work with its settings: say why in the language of the installation."""
    sys.exit(_said(message, **parameters))


def _said(message: str, **parameters: object) -> str:
    return translate(message, default_language(), parameters)


def _sentence(settings: type[ServiceSettings], item: Any) -> str:
    place = str(item["loc"][0]) if item["loc"] else ""
    by_variable = {variable_of(settings, name).lower(): name for name in settings.model_fields}
    name = place if place in settings.model_fields else by_variable.get(place.lower(), "")
    mistake = field_error(place, item)
    problem = _said(mistake.message, **mistake.parameters)
    if not name:
        return _said("The settings contradict each other: {problem}.", problem=problem)
    known = {"variable": variable_of(settings, name), "meaning": settings.model_fields[name].description or ""}
    if item["type"] == "missing":
        return _said("{variable} is missing. Set it to: {meaning}.", **known)
    return _said(
        "{variable} is not valid: {problem}. Meaning: {meaning}.", problem=problem[:1].lower() + problem[1:], **known
    )
