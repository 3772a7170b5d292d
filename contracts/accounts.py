"""The HTTP forms of accounts and sessions."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from contracts.wire import Milliseconds, PersonName, Wire

Password = Annotated[SecretStr, Field(min_length=8, max_length=256)]


class Register(Wire):
    """`POST /api/accounts`."""

    name: PersonName
    password: Password
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None


class LogIn(Wire):
    """`POST /api/sessions`."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=256)]


class EnterAsGuest(Wire):
    """`POST /api/guests`: a name for as long as the token lives."""

    name: PersonName


class ChangeAccount(Wire):
    """`PATCH /api/account`. Agreement is true or false, and nothing that could be taken for it."""

    shares_for_training: Annotated[bool, Field(strict=True)]


class AccountCard(Wire):
    """What the bearer of a token may know of the account; `shares_for_training`: bots may learn from what it wrote."""

    name: str
    is_guest: bool
    shares_for_training: bool


class Session(Wire):
    """What registering, logging in and entering as a guest answer."""

    access_token: str
    name: str
    is_guest: bool
    expires_at: Milliseconds
    token_type: Literal["Bearer"] = "Bearer"
