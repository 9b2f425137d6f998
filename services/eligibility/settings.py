"""Settings of the eligibility service, from the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, common


class Settings(ServiceSettings):
    """`ELIGIBILITY_…`, and what all services share."""

    model_config = SettingsConfigDict(env_prefix="ELIGIBILITY_", extra="ignore", frozen=True, populate_by_name=True)

    port: int = Field(default=8002, ge=1, le=65_535, description="HTTP port")
    registry_url: str = Field(validation_alias=common("REGISTRY_URL"), description="Base URL of the registry service")
    payout_url: str = Field(
        default="http://127.0.0.1:8003",
        validation_alias=common("PAYOUT_URL"),
        description="Base URL of payout: arrangements for simulations, orders for impact previews",
    )
    notice_working_days: int = Field(
        default=5, ge=0, le=90, description="Length of a public notice in working days; 0: decisions need none"
    )
