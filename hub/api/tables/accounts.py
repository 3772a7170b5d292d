"""Addresses: the ways in, sessions, one's own account, and its keys."""

from typing import Final

from contracts.accounts import (
    ChangeAccount,
    ChangePassword,
    DeleteAccount,
    EnterAsGuest,
    LogIn,
    MakeKey,
    RefreshSession,
    Register,
    Session,
)
from hub.api import people, sessions, sign_in
from hub.api.route import Route

ACCOUNT: Final = "/api/account"
KEYS: Final = f"{ACCOUNT}/keys"
SESSIONS: Final = "/api/sessions"
OAUTH: Final = "/api/oauth/{provider}"
NAME: Final = {"name": "alice", "password": "a hen under the table"}

IN: Final = (
    Route("GET", "/api/doors", "The ways in", "accounts", handler=sessions.list_doors, is_open=True),
    Route(
        "POST",
        "/api/accounts",
        "Make an account",
        "accounts",
        handler=sessions.register,
        form=Register,
        gives=Session,
        status=201,
        is_open=True,
        refuses=(403, 409),
        example=NAME,
    ),
    Route(
        "POST",
        SESSIONS,
        "Log in",
        "accounts",
        handler=sessions.log_in,
        form=LogIn,
        gives=Session,
        status=201,
        is_open=True,
        refuses=(401, 403),
        example=NAME,
    ),
    Route(
        "POST",
        "/api/guests",
        "Enter as a guest",
        "accounts",
        handler=sessions.enter_as_guest,
        form=EnterAsGuest,
        gives=Session,
        status=201,
        is_open=True,
        refuses=(403, 409),
        example={"name": "bob"},
    ),
    Route(
        "POST",
        f"{SESSIONS}/refresh",
        "The next tokens of a session",
        "accounts",
        handler=sessions.refresh_session,
        form=RefreshSession,
        gives=Session,
        is_open=True,
        refuses=(401, 403),
    ),
    Route(
        "GET",
        f"{OAUTH}/start",
        "Sign in through somebody else",
        "accounts",
        handler=sign_in.start_sign_in,
        status=303,
        is_open=True,
        refuses=(401, 403),
    ),
    Route(
        "GET",
        f"{OAUTH}/callback",
        "Where a provider sends people back to",
        "accounts",
        handler=sign_in.end_sign_in,
        status=303,
        is_open=True,
    ),
)
OWN: Final = (
    Route("GET", SESSIONS, "Where one is logged in", "accounts", handler=sessions.list_sessions),
    Route("DELETE", SESSIONS, "Log out everywhere", "accounts", handler=sessions.log_out_everywhere, status=204),
    Route("DELETE", f"{SESSIONS}/current", "Log out here", "accounts", handler=sessions.log_out, status=204),
    Route("GET", ACCOUNT, "The own account", "accounts", handler=people.get_account),
    Route("PATCH", ACCOUNT, "Change the own account", "accounts", handler=people.change_account, form=ChangeAccount),
    Route(
        "DELETE",
        ACCOUNT,
        "Delete the own account; what it said stays without its name",
        "accounts",
        handler=people.delete_account,
        form=DeleteAccount,
        status=204,
    ),
    Route(
        "POST",
        f"{ACCOUNT}/password",
        "A new password, which ends all other sessions",
        "accounts",
        handler=people.change_password,
        form=ChangePassword,
        status=204,
    ),
    Route("GET", KEYS, "The keys for one's programs", "accounts", handler=people.list_keys),
    Route(
        "POST",
        KEYS,
        "Make a key, which is shown once",
        "accounts",
        handler=people.make_key,
        form=MakeKey,
        status=201,
    ),
    Route("DELETE", f"{KEYS}/{{keyId}}", "Revoke a key", "accounts", handler=people.revoke_key, status=204),
)
ROUTES: Final = (*IN, *OWN)
