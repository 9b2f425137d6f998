"""What the desk reads from its environment."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.errors import InvalidValue
from shared.process_settings import (
    NO_RANDOM_KEY,
    WEAK_SECRET,
    HttpUrl,
    Port,
    ProcessSettings,
    common,
    made_up,
    weak,
)

KEY_BYTES = 32


def session_key(text: str) -> bytes:
    """Return a key of sessions; raises InvalidValue for what is none."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidValue("must be 32 bytes in base64") from error
    if len(key) != KEY_BYTES:
        raise InvalidValue("must be 32 bytes in base64")
    return key


def _key(key: SecretStr) -> SecretStr:
    session_key(key.get_secret_value())
    return key


class Settings(ProcessSettings):
    """Settings of the desk, prefixed `DESK_`."""

    model_config = SettingsConfigDict(env_prefix="DESK_")

    port: Port = Field(default=8004, description="HTTP port")
    public_url: HttpUrl = Field(
        default="http://127.0.0.1:8004",
        description="Where browsers find the desk; the identity provider sends people back to `/signed-in` below it",
    )
    client_id: str = Field(default="desk", description="The desk's own client at the identity provider")
    session_key: Annotated[SecretStr, AfterValidator(_key)] = Field(
        description="Key of the cookies that hold sessions: 32 random bytes in base64; another key signs everybody out"
    )
    registry_url: HttpUrl = Field(
        default="http://127.0.0.1:8001", validation_alias=common("REGISTRY_URL"), description="Base URL of the registry"
    )
    eligibility_url: HttpUrl = Field(
        default="http://127.0.0.1:8002",
        validation_alias=common("ELIGIBILITY_URL"),
        description="Base URL of eligibility",
    )
    payout_url: HttpUrl = Field(
        default="http://127.0.0.1:8003", validation_alias=common("PAYOUT_URL"), description="Base URL of payout"
    )
    answer_seconds: float = Field(
        default=30.0, gt=0, le=300, description="How long a service may take to answer before a page does without it"
    )

    upload_max_bytes: int = Field(
        default=512 * 1024 * 1024,
        ge=1,
        description="Largest file that may be uploaded; the registry's own limit holds too",
    )
    upload_max_seconds: float = Field(default=600, gt=0, description="Longest time that an upload may take")

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield what must not be in production."""
        yield from super().unsafe()
        if made_up(session_key(self.session_key.get_secret_value())):
            yield "session_key", NO_RANDOM_KEY
        if weak(self.client_secret.get_secret_value()):
            yield "client_secret", WEAK_SECRET
