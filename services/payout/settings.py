"""What payout's processes read from their environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.payout.seals import Seals
from shared.errors import InvalidValue
from shared.policies import UNITS
from shared.process_settings import NO_RANDOM_KEY, WEAK_SECRET, HttpUrl, Port, common, made_up, weak
from shared.settings import ServiceSettings


class Payer(BaseModel):
    """The account from which a budget unit pays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=140)
    number: str = Field(pattern=r"^[0-9]{8,32}$")
    bank_code: str = Field(pattern=r"^[0-9]{12}$")


def _of_units(payers: dict[str, Payer]) -> dict[str, Payer]:
    if not payers.keys() <= UNITS.keys():
        raise InvalidValue("must name budget units of the installed policies")
    return payers


def _keys(keys: SecretStr) -> SecretStr:
    Seals(keys.get_secret_value())
    return keys


class Settings(ServiceSettings):
    """Settings of payout, prefixed `PAYOUT_`."""

    model_config = SettingsConfigDict(env_prefix="PAYOUT_")

    port: Port = Field(default=8003, description="HTTP port")
    registry_url: HttpUrl = Field(
        default="http://127.0.0.1:8001",
        validation_alias=common("REGISTRY_URL"),
        description="Base URL of the registry: payees' accounts",
    )
    eligibility_url: HttpUrl = Field(
        default="http://127.0.0.1:8002",
        validation_alias=common("ELIGIBILITY_URL"),
        description="Base URL of eligibility: decisions, for forecast and reconciliation",
    )
    file_seal_key: Annotated[SecretStr, AfterValidator(_keys)] = Field(
        description="Key of the seals of payment files: at least 32 bytes in base64. Of several, with commas between, the first"
        " seals and the others recognise files of before"
    )
    payers: Annotated[dict[str, Payer], AfterValidator(_of_units)] = Field(
        default={},
        description="The account from which each budget unit pays, as JSON:"
        ' `{"<unit>": {"name": "…", "number": "…", "bank_code": "…"}}`. ISO 20022 messages need it: a unit without one takes its'
        " payment files as CSV or XLSX, and the bank's answers too",
    )
    consumers: int = Field(
        default=2,
        ge=1,
        le=6,
        description="Consumers of decisions in each worker: one computes while another waits for the database",
    )

    verification_sample_percent: int = Field(
        default=0,
        ge=0,
        le=100,
        description="How many of the orders of each batch are drawn at random and held for verification, in percent; a batch"
        " may ask for another share",
    )

    def unsafe(self) -> Iterator[tuple[str, str]]:
        """Yield what must not be in production."""
        yield from super().unsafe()
        if weak(self.client_secret.get_secret_value()):
            yield "client_secret", WEAK_SECRET
        if any(made_up(key) for key in Seals(self.file_seal_key.get_secret_value()).keys):
            yield "file_seal_key", NO_RANDOM_KEY
