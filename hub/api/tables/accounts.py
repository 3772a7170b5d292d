"""Addresses: accounts and sessions."""

from typing import Final

from contracts.accounts import ChangeAccount, EnterAsGuest, LogIn, Register, Session
from hub.api import people
from hub.api.route import Route

ROUTES: Final = (
    Route(
        "POST",
        "/api/accounts",
        "Make an account",
        "accounts",
        handler=people.register,
        form=Register,
        gives=Session,
        status=201,
        is_open=True,
        refuses=(409,),
        example={"name": "alice", "password": "correct horse battery"},
    ),
    Route(
        "POST",
        "/api/sessions",
        "Log in",
        "accounts",
        handler=people.log_in,
        form=LogIn,
        gives=Session,
        status=201,
        is_open=True,
        refuses=(401,),
        example={"name": "alice", "password": "correct horse battery"},
    ),
    Route("DELETE", "/api/sessions", "Log out", "accounts", handler=people.log_out, status=204),
    Route(
        "POST",
        "/api/guests",
        "Enter as a guest",
        "accounts",
        handler=people.enter_as_guest,
        form=EnterAsGuest,
        gives=Session,
        status=201,
        is_open=True,
        refuses=(409,),
        example={"name": "bob"},
    ),
    Route("GET", "/api/account", "The own account", "accounts", handler=people.get_account),
    Route(
        "PATCH", "/api/account", "Change the own account", "accounts", handler=people.change_account, form=ChangeAccount
    ),
)
