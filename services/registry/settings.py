"""Settings of the registry, read from `REGISTRY_…`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.registry.cipher import AccountCipher
from shared.process_settings import NO_RANDOM_KEY, Port, made_up
from shared.settings import ServiceSettings


def _key(key: SecretStr) -> SecretStr:
    AccountCipher(key.get_secret_value())
    return key


class Settings(ServiceSettings):
    """Settings of the registry's processes."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_")

    port: Port = Field(default=8001, description="HTTP port")
    account_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        description="Key of the account numbers at rest: 64 bytes in base64 (AES-256-SIV); losing it loses the numbers"
    )
    new_account_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None, description="The key to change to; read by `python -m services.registry.rotate_account_key` alone"
    )
    upload_max_bytes: int = Field(default=512 * 1024 * 1024, ge=1, description="Largest file that may be uploaded")
    upload_max_seconds: float = Field(default=600, gt=0, description="Longest time that an upload may take")
    workbook_max_bytes: int = Field(
        default=1024 * 1024 * 1024, ge=1, description="Largest size of a workbook once it is unpacked"
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield what must not be in production."""
        yield from super().unsafe()
        for name in ("account_key", "new_account_key"):
            key: SecretStr | None = getattr(self, name)
            if key is not None and made_up(base64.b64decode(key.get_secret_value())):
                yield name, NO_RANDOM_KEY
