"""Who may vouch for people: what the setting says, and what is known of three providers beforehand."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from contracts.wire import Wire

WELL_KNOWN: Final = "/.well-known/openid-configuration"
GITHUB: Final = "github"
DISCOVERED: Final[Mapping[str, str]] = {
    "google": f"https://accounts.google.com{WELL_KNOWN}",
    "microsoft": f"https://login.microsoftonline.com/common/v2.0{WELL_KNOWN}",
}
TITLES: Final[Mapping[str, str]] = {"github": "GitHub", "google": "Google", "microsoft": "Microsoft"}
PROVIDER_NAME: Final = re.compile(r"[a-z0-9-]{1,32}")


class Provider(Wire):
    """One entry of the setting. `discovery` is where the provider describes itself; the known ones need none."""

    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    discovery: Annotated[str, Field(pattern=rf"^https?://[^\s?#]+{re.escape(WELL_KNOWN)}$")] | None = None
    title: Annotated[str, Field(min_length=1, max_length=40)] | None = None


PROVIDERS: Final = TypeAdapter(dict[str, Provider])


def providers(setting: SecretStr) -> dict[str, Provider]:
    """The providers by name, complete. Raises ValueError, whose sentence holds no secret."""
    try:
        found = PROVIDERS.validate_json(setting.get_secret_value())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")) from None
    return {name: _complete(name, provider) for name, provider in found.items()}


def checked(setting: SecretStr) -> SecretStr:
    """The setting as it is. Raises ValueError when it names no usable providers."""
    providers(setting)
    return setting


def _complete(name: str, provider: Provider) -> Provider:
    if not PROVIDER_NAME.fullmatch(name):
        raise ValueError("a provider's name has lower-case letters, digits and dashes only")
    discovery = provider.discovery or DISCOVERED.get(name)
    if discovery is None and name != GITHUB:
        raise ValueError(f"{name}.discovery: is missing; only github, google and microsoft are known without it")
    title = provider.title or TITLES.get(name, name.capitalize())
    return provider.model_copy(update={"discovery": discovery, "title": title})
