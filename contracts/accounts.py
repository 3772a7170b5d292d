"""The HTTP forms of accounts, sessions, keys for programs, and the doors of the house."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from contracts.wire import Milliseconds, PersonName, Wire

Password = Annotated[SecretStr, Field(min_length=8, max_length=256)]
# Whatever somebody types: what no password can be is simply wrong.
TypedPassword = Annotated[SecretStr, Field(min_length=1, max_length=256)]
# Where the tokens go: into the answer's body, or into cookies that no script can read.
Keep = Literal["body", "cookie"]
# What a token lets its bearer do: read; write messages, votes and reports; manage channels; manage the own account.
Scope = Literal["read", "write", "manage", "account"]
KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{12}$")]
MOST_KEYS = 20


class Register(Wire):
    """`POST /api/accounts`."""

    name: PersonName
    password: Password
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    keep: Keep = "body"


class LogIn(Wire):
    """`POST /api/sessions`."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    password: TypedPassword
    keep: Keep = "body"


class EnterAsGuest(Wire):
    """`POST /api/guests`: a name for as long as the session lives."""

    name: PersonName
    keep: Keep = "body"


class RefreshSession(Wire):
    """`POST /api/sessions/refresh`; without a token, the one in the cookie is meant, and the answer goes there."""

    refresh_token: Annotated[str, Field(max_length=1024)] | None = None


class ChangeAccount(Wire):
    """`PATCH /api/account`. Agreement is true or false, and nothing that could be taken for it."""

    shares_for_training: Annotated[bool, Field(strict=True)]


class ChangePassword(Wire):
    """`POST /api/account/password`: all other sessions end."""

    current: TypedPassword
    new: Password


class DeleteAccount(Wire):
    """`DELETE /api/account`. An account without a password shows instead that it signed in a moment ago."""

    password: TypedPassword | None = None


class MakeKey(Wire):
    """`POST /api/account/keys`: a key for a program. It may not manage the account unless that is asked for."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = ("read", "write")
    expires_at: Milliseconds | None = None


class AccountCard(Wire):
    """What the bearer of a token may know of the account; `shares_for_training`: bots may learn from what it wrote.

    `providers`: where this account can sign in without its password.
    """

    name: str
    is_guest: bool
    is_admin: bool
    has_password: bool
    providers: tuple[str, ...]
    shares_for_training: bool


class Session(Wire):
    """What every way in answers; the tokens are null where they went into cookies.

    Times in ms since 1970: `expires_at` of the access token, `refresh_expires_at` of the refresh token.
    """

    access_token: str | None
    refresh_token: str | None
    name: str
    is_guest: bool
    is_admin: bool
    expires_at: Milliseconds
    refresh_expires_at: Milliseconds
    token_type: Literal["Bearer"] = "Bearer"


class SessionCard(Wire):
    """One place where the account is logged in."""

    opened_at: Milliseconds
    refreshed_at: Milliseconds
    expires_at: Milliseconds
    is_current: bool


class SessionCards(Wire):
    """`GET /api/sessions`."""

    sessions: tuple[SessionCard, ...]


class KeyCard(Wire):
    """A key without what makes it one. `last_used_at` is right to the day."""

    key_id: KeyId
    name: str
    scopes: tuple[Scope, ...]
    created_at: Milliseconds
    expires_at: Milliseconds | None
    last_used_at: Milliseconds | None


class KeyCards(Wire):
    """`GET /api/account/keys`."""

    keys: tuple[KeyCard, ...]


class NewKey(Wire):
    """The only answer that ever holds the key itself."""

    key: str
    card: KeyCard


class ProviderCard(Wire):
    """Somebody else who can say who a person is; `GET /api/oauth/{name}/start` leads there."""

    name: str
    title: str


class Doors(Wire):
    """`GET /api/doors`: the ways in that are open."""

    guests: bool
    providers: tuple[ProviderCard, ...]
