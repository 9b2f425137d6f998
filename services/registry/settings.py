"""Settings of the registry, read from `REGISTRY_…`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the registry's processes read from their environment."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", extra="ignore", frozen=True, populate_by_name=True)

    port: int = Field(default=8001, description="HTTP port")
    account_key: SecretStr = Field(
        description="Key of the account numbers at rest: 64 bytes in base64 (AES-256-SIV); losing it loses the numbers"
    )
    upload_max_bytes: int = Field(default=512 * 1024 * 1024, ge=1, description="Largest file that may be uploaded")
    upload_max_seconds: float = Field(default=600, gt=0, description="Longest time that an upload may take")
    workbook_max_bytes: int = Field(
        default=1024 * 1024 * 1024, ge=1, description="Largest size of a workbook once it is unpacked"
    )
