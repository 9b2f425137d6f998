"""What payout's processes read from their environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings, common


class Settings(ServiceSettings):
    """Settings of payout, prefixed `PAYOUT_`."""

    model_config = SettingsConfigDict(env_prefix="PAYOUT_")

    port: int = Field(default=8003, description="HTTP port")
    registry_url: str = Field(
        default="http://127.0.0.1:8001",
        validation_alias=common("REGISTRY_URL"),
        description="Base URL of the registry: payees' accounts",
    )
    eligibility_url: str = Field(
        default="http://127.0.0.1:8002",
        validation_alias=common("ELIGIBILITY_URL"),
        description="Base URL of eligibility: decisions, for forecast and reconciliation",
    )
