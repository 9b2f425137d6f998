"""Settings that every process reads from its environment, and how they are read.

A service extends `ServiceSettings` (`shared.settings`) with its own `env_prefix`; settings common to all services have an
unprefixed name. `load` reads them. Missing, malformed or (in production) unsafe settings end the process with a sentence for
each variable.
"""

from __future__ import annotations

import os
import re
import ssl
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, NoReturn, TypeVar
from urllib.parse import SplitResult, urlsplit

import httpx
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.errors import InvalidValue, field_error
from shared.i18n import CHINESE, N_, Language, default_language, translate
from shared.offices import office_of_policy
from shared.policies import POLICIES, PolicyPackageError

NO_RANDOM_KEY = N_("{variable} is no random key: make one with `openssl rand -base64 64 | tr -d '\\n'`.")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MIN_SECRET_CHARACTERS = 16
_KNOWN_SECRETS = re.compile(r"(change|replace).?me|example|default|password|secret", re.IGNORECASE)
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


def split_url(url: str) -> SplitResult:
    """Return the parts of a URL; raises InvalidValue for what is none."""
    try:
        found = urlsplit(url)
        _ = found.port
    except ValueError as error:
        raise InvalidValue("must be a URL") from error
    return found


def _http_url(url: str) -> str:
    found = split_url(url)
    if found.scheme not in ("http", "https") or not found.hostname:
        raise InvalidValue("must be an http or https URL")
    return url


def _level(level: str) -> str:
    if level.upper() not in _LEVELS:
        raise InvalidValue("must be one of {levels}", levels=list(_LEVELS))
    return level.upper()


HttpUrl = Annotated[str, AfterValidator(_http_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]


WEAK_SECRET = N_("{variable} is empty, known or short: give the secret that the identity provider holds.")


def weak(secret: str) -> bool:
    """Return whether a secret is empty, short, or taken from an example."""
    return len(secret) < MIN_SECRET_CHARACTERS or _KNOWN_SECRETS.search(secret) is not None


class ProcessSettings(BaseSettings):
    """Settings that every process has, whatever it does."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True, env_ignore_empty=True)

    renamed: ClassVar[Mapping[str, str]] = {}
    """Variables of earlier versions and what they are called now: one that is still set is refused, not passed over."""

    deployment: Deployment = Field(
        default=Deployment.PRODUCTION,
        validation_alias=common("DEPLOYMENT"),
        description="`production` refuses to start with settings that are unsafe for real money; `demonstration` allows them",
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
        description="PEM file of authorities beside the public ones: of the other services' certificates, and of the identity"
        " provider's if no public authority signed it",
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
    default_language: Language = Field(
        default=CHINESE,
        validation_alias=common("DEFAULT_LANGUAGE"),
        description="Language of answers to callers that name none in `Accept-Language`: `zh-CN` or `en`",
    )
    log_level: Annotated[str, AfterValidator(_level)] = Field(
        default="INFO", validation_alias=common("LOG_LEVEL"), description="Lowest level that is logged"
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield settings that are unsafe in production: a field, and the message about its `variable`, with the remedy."""
        for name in ("otlp_endpoint", "registry_url", "eligibility_url", "payout_url", "public_url"):
            url = getattr(self, name, None)
            if url is not None and split_url(url).scheme != "https":
                yield (
                    name,
                    N_("{variable} is plain http, which anybody in between could read and change: use an https URL."),
                )
        for name in ("token_issuer", "token_jwks_url", "token_url"):
            url = split_url(getattr(self, name))
            if url.hostname in LOOPBACK:
                yield name, N_("{variable} names the demonstration's issuer: use the city's identity provider.")
            elif url.scheme != "https":
                yield (
                    name,
                    N_("{variable} is plain http, so tokens could be forged in transit: use an https URL."),
                )


def require_files(settings: ProcessSettings) -> None:
    """End the process with a sentence if a file that a setting names cannot be read, or the city's offices are malformed."""
    for name in ("tls_certificate_file", "tls_key_file", "tls_ca_file", "kafka_ca_file", "offices_file"):
        file = getattr(settings, name, None)
        if file is not None and not (file.is_file() and os.access(file, os.R_OK)):
            variable = variable_of(type(settings), name)
            end_process("{variable} names the file {file}, which cannot be read.", variable=variable, file=str(file))
    try:
        for policy in POLICIES if getattr(settings, "offices_file", None) is not None else ():
            office_of_policy(policy)
    except PolicyPackageError as error:
        end_process("The offices that papers name cannot be used. {problem}", problem=str(error))


def trusted_authorities(settings: ProcessSettings) -> ssl.SSLContext:
    """Return the authorities whose certificates a process accepts: the public ones, and those of TLS_CA_FILE.

    One set for services and identity provider: a token is requested and used on one connection pool.
    """
    return _authorities(settings.tls_ca_file)


@cache
def _authorities(own: Path | None) -> ssl.SSLContext:
    """Return the public authorities and those of the file `own`: read once for all clients of a process."""
    context = httpx.create_ssl_context()
    if own is not None:
        try:
            context.load_verify_locations(own)
        except ssl.SSLError:
            end_process(
                "{variable} names the file {file}, which holds no certificate in PEM.",
                variable="TLS_CA_FILE",
                file=str(own),
            )
    return context


Settings = TypeVar("Settings", bound=ProcessSettings)


def variable_of(settings: type[ProcessSettings], field: str) -> str:
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


def _sentence(settings: type[ProcessSettings], item: Any) -> str:
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
