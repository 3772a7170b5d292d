"""What the engine reads from its environment and an optional `.env`, once, at its start."""

from pathlib import Path
from typing import Annotated, Literal, Self

from azure.storage.queue import QueueServiceClient
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from contracts.jobs import Pool
from contracts.logs import LogFormat, LogLevel
from contracts.settings import ProcessSettings

DeviceChoice = Literal["auto", "cpu", "cuda", "mps"]


class Settings(ProcessSettings):
    """Storage by connection string (Azurite) or by account name with the process's own identity (Azure)."""

    model_config = SettingsConfigDict(env_prefix="ENGINE_")

    storage_connection_string: SecretStr | None = Field(None, validation_alias="AZURE_STORAGE_CONNECTION_STRING")
    storage_account: str | None = Field(None, validation_alias="AZURE_STORAGE_ACCOUNT")
    hub_url: Annotated[str, Field(pattern="^https?://")] | None = None
    token: SecretStr | None = None
    bots: Path = Path(__file__).with_name("bots.toml")
    # None: the pools that the bots name.
    pools: Annotated[tuple[Pool, ...] | None, NoDecode] = None
    device: DeviceChoice = "auto"
    # At most three missed renewals, and what a crash costs until the next engine takes over.
    lease_s: Annotated[int, Field(ge=2, le=3600)] = 30
    grace_s: Annotated[float, Field(ge=0, le=600)] = 10
    # What models and their caches may fill; None: as much as seems wise on the device.
    memory_mib: Annotated[int, Field(ge=1)] | None = None

    log_format: LogFormat = Field("plain", validation_alias="LOG_FORMAT")
    log_level: LogLevel = Field("info", validation_alias="LOG_LEVEL")
    traces: Annotated[str, Field(pattern="^https?://")] | None = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT"
    )

    @field_validator("pools", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value

    @field_validator("storage_connection_string")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            QueueServiceClient.from_connection_string(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.storage_connection_string is None and self.storage_account is None:
            raise ValueError("AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT must be set")
        if (self.hub_url is None) != (self.token is None):
            raise ValueError("ENGINE_HUB_URL and ENGINE_TOKEN belong together: set both or neither")
        return self
