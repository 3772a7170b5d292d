"""The rows of the table of accounts.

| partition       | row key         | what it is                                                        |
| `account`       | name            | an account, or a guest                                            |
| `session!` name | session id      | a place where somebody is logged in; while it stands, its tokens are good |
| `key!` name     | key id          | a key for programs                                                |
| `identity`      | hash            | who somebody is elsewhere (issuer and subject), and whose account that opens |
| `leaving`       | name            | an account that is being deleted                                  |

Names are in lower case there, so that Alice and alice are one.
"""

import hashlib
import re
from typing import Final

from contracts.accounts import KeyCard
from contracts.wire import NAME_PATTERN, Milliseconds, Wire

ACCOUNTS: Final = "account"
IDENTITIES: Final = "identity"
LEAVING: Final = "leaving"


class Identity(Wire):
    """Who somebody is elsewhere: `subject` is what never changes there, unlike names and addresses."""

    provider: str
    issuer: str
    subject: str


class Account(Wire):
    """A person; a guest has neither password nor identities. Times in ms since 1970.

    `shares_for_training`: this person agreed that bots learn from what was written since `created_at`.
    """

    name: str
    password_hash: str | None
    email: str | None
    created_at: Milliseconds
    free_again_at: Milliseconds | None
    shares_for_training: bool = False
    is_admin: bool = False
    is_closed: bool = False
    is_leaving: bool = False
    identities: tuple[Identity, ...] = ()

    @property
    def is_guest(self) -> bool:
        return self.free_again_at is not None


class StoredSession(Wire):
    """A session. The refresh tokens stand here as hashes: the present one and the one before it."""

    name: str
    refresh_hash: str
    previous_hash: str | None = None
    opened_at: Milliseconds
    refreshed_at: Milliseconds
    expires_at: Milliseconds


class StoredKey(Wire):
    """A key for programs, as a hash; `since` is when this holder took the name."""

    owner: str
    since: Milliseconds
    secret_hash: str
    card: KeyCard


class OwnerOfIdentity(Wire):
    """Whose account an identity opens, as long as that account lists it too."""

    name: str


class Leaving(Wire):
    """An account that is being deleted; `is_walked`: its messages were gone through once."""

    name: str
    since: Milliseconds
    asked_at: Milliseconds
    is_walked: bool = False


def name_key(name: str) -> str:
    """A key for whatever somebody typed as a name, also with blanks around it; what no name may hold finds nothing."""
    typed = name.strip()
    return typed.lower() if re.fullmatch(NAME_PATTERN, typed) else "-"


def sessions_of(name: str) -> str:
    return f"session!{name_key(name)}"


def keys_of(name: str) -> str:
    return f"key!{name_key(name)}"


def identity_key(identity: Identity) -> str:
    return hashlib.sha256(f"{identity.issuer}\n{identity.subject}".encode()).hexdigest()


def hashed(token: str) -> str:
    """Tokens are random and long, so that a quick hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
