"""Settings of the eligibility service, from the environment."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.eligibility.corrections.domain import AutomaticReevaluation
from shared.process_settings import WEAK_SECRET, HttpUrl, Port, common, weak
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """`ELIGIBILITY_…`, and the settings of all services."""

    model_config = SettingsConfigDict(env_prefix="ELIGIBILITY_")

    renamed = MappingProxyType(
        {
            "ELIGIBILITY_STANDING": "ELIGIBILITY_AUTOMATIC_REEVALUATION",
            "ELIGIBILITY_STANDING_QUIET_SECONDS": "ELIGIBILITY_REEVALUATION_QUIET_SECONDS",
            "ELIGIBILITY_SHARD_ENTERPRISES": "ELIGIBILITY_PARTITION_ENTERPRISES",
        }
    )

    port: Port = Field(default=8002, description="HTTP port")
    registry_url: HttpUrl = Field(
        validation_alias=common("REGISTRY_URL"), description="Base URL of the registry service"
    )
    payout_url: HttpUrl = Field(
        default="http://127.0.0.1:8003",
        validation_alias=common("PAYOUT_URL"),
        description="Base URL of payout: arrangements for simulations, orders for impact previews",
    )
    notice_working_days: int = Field(
        default=5, ge=0, le=90, description="Length of a public notice in working days; 0: decisions need none"
    )
    automatic_reevaluation: AutomaticReevaluation = Field(
        default=AutomaticReevaluation.RESTATE,
        description="Evaluate again when facts change: off, restate existing awards, or propose new awards too",
    )
    reevaluation_quiet_seconds: float = Field(
        default=10, ge=0, le=3600, description="How long facts must be unchanged before they are evaluated again"
    )
    partition_enterprises: int = Field(
        default=200_000,
        ge=1,
        description="An evaluation of more enterprises is split into partitions of about this size",
    )

    system_clients: str = Field(
        default="data-platform",
        description="Clients that are systems, with commas: who imports facts as one of them is no person,"
        " so the facts that it records keep nobody from approving",
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield what production must not have."""
        yield from super().unsafe()
        if weak(self.client_secret.get_secret_value()):
            yield "client_secret", WEAK_SECRET
