"""What every process reads from its environment.

A service extends `ServiceSettings` with an `env_prefix` of its own; what is common to all services has one unprefixed name.
"""

from __future__ import annotations

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def common(name: str) -> AliasChoices:
    """Name the unprefixed environment variable of a setting that all services share."""
    return AliasChoices(name, name.lower())


class ServiceSettings(BaseSettings):
    """Settings of one service; prefixed with the service's name unless an alias is given."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    database_url: str = Field(description="PostgreSQL URL of the application role")
    owner_database_url: str | None = Field(
        default=None, description="PostgreSQL URL of the owner role; migrations only"
    )
    port: int = Field(description="HTTP port")
    host: str = Field(default="127.0.0.1", validation_alias=common("BIND_HOST"), description="Address to listen on")
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        validation_alias=common("METRICS_PORT"),
        description="Port of a worker's or relay's `/metrics` and `/healthz`; 0: any free one, which the log names",
    )
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections per process")
    kafka_bootstrap_servers: str = Field(
        validation_alias=common("KAFKA_BOOTSTRAP_SERVERS"), description="Kafka brokers, host:port, comma-separated"
    )
    token_issuer: str = Field(validation_alias=common("TOKEN_ISSUER"), description="Accepted `iss` of access tokens")
    token_audience: str = Field(
        default="ecommerce-subsidies", validation_alias=common("TOKEN_AUDIENCE"), description="Accepted `aud`"
    )
    token_jwks_url: str = Field(
        validation_alias=common("TOKEN_JWKS_URL"), description="Where the issuer publishes its public keys (RFC 7517)"
    )
    token_url: str = Field(
        validation_alias=common("TOKEN_URL"), description="OAuth2 token endpoint, for calls between services"
    )
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of the service's own OAuth2 client; its id is the service's name"
    )
    log_level: str = Field(
        default="INFO", validation_alias=common("LOG_LEVEL"), description="Least level that is logged"
    )
