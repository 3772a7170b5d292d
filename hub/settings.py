"""What the hub reads from its environment and an optional `.env`, once, at its start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from limits import RateLimitItem
from pydantic import AfterValidator, Field, SecretStr, model_validator

from contracts.logs import LogFormat, LogLevel
from contracts.settings import ProcessSettings
from contracts.wire import ChannelName
from hub.chatter.rules import Rules, RulesSetting
from hub.doors.origins import as_origin
from hub.limits import SHARES, Action
from hub.oauth.providers import checked
from hub.rates import Rate, rates

DAY_S = 86_400


class Settings(ProcessSettings):
    """What the hub can be told. Each name in capitals is the environment's."""

    azure_storage_connection_string: SecretStr | None = None
    azure_storage_account: str | None = None
    hub_host: str = "127.0.0.1"
    hub_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    hub_secret: Annotated[SecretStr, Field(min_length=32)] | None = None
    hub_engine_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    hub_redis_url: SecretStr | None = None
    hub_home_channel: ChannelName = "CoopAndPabloPlayHouse"
    # By account, unless hub/limits.py says otherwise.
    hub_limit_calls: Rate = "1200/minute"
    hub_limit_joins: Rate = "120/minute"
    hub_limit_keys: Rate = "20/hour"
    hub_limit_posts: Rate = "120/minute"
    hub_limit_registrations: Rate = "60/hour"
    hub_limit_searches: Rate = "60/minute"
    hub_limit_sign_ins: Rate = "20/minute"
    hub_limit_uploads: Rate = "60/hour"
    hub_limit_votes: Rate = "120/minute"
    hub_limit_waiting: Annotated[int, Field(ge=1)] = 20
    hub_limit_connections: Annotated[int, Field(ge=1)] = 500
    hub_trusted_proxies: Annotated[int, Field(ge=0, le=9)] = 0
    hub_job_deadline_s: Annotated[int, Field(ge=1, le=30 * DAY_S)] = 7 * DAY_S
    hub_chatter: RulesSetting = Rules()
    hub_metrics: bool = False
    hub_metrics_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    log_format: LogFormat = "plain"
    log_level: LogLevel = "info"
    otel_exporter_otlp_endpoint: Annotated[str, Field(pattern="^https?://")] | None = None
    hub_upload_mib: Annotated[int, Field(ge=1, le=100)] = 10
    hub_guests: bool = True
    hub_public_url: Annotated[str, AfterValidator(as_origin)] | None = None
    hub_oauth: Annotated[SecretStr, AfterValidator(checked)] | None = None
    hub_page: Path = Path("frontend/web/dist")
    playhouse_data: Path = Path(".data")

    def limits(self) -> Mapping[Action, tuple[RateLimitItem, ...]]:
        """How often each action may be done."""
        return {action: rates(getattr(self, f"hub_limit_{action}")) for action in SHARES}

    @property
    def redis_url(self) -> str | None:
        """With its password, if it has one."""
        return self.hub_redis_url.get_secret_value() if self.hub_redis_url is not None else None

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.azure_storage_connection_string is None and self.azure_storage_account is None:
            raise ValueError("set AZURE_STORAGE_CONNECTION_STRING (Azurite) or AZURE_STORAGE_ACCOUNT (Azure)")
        if self.hub_oauth is not None and self.hub_public_url is None:
            raise ValueError("HUB_OAUTH needs HUB_PUBLIC_URL, the address to which providers send people back")
        return self
