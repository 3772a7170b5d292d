"""Passwords: not the first that anybody would try, the same work for every name, and changed with care."""

from typing import Final, Literal

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr

from contracts.accounts import LogIn, Register
from contracts.storage import open_storage
from hub.accounts.accounts import Accounts
from hub.accounts.rows import Identity
from hub.accounts.tokens import Tokens
from hub.errors import InvalidCredentialsError
from hub.log.tables import open_tables
from tests.client import client
from tests.hub.asking import ALICE, send, token_of

WEAK: Final = (
    *("password", "12345678", "Passw0rd!", "letmein123", "qwertyuiop", "iloveyou1"),
    *("alicealice", "aaaaaaaaaaaa", "a" * 256, "abcabcabcabc"),
)
# The last one has every sign that stands for a letter, which takes a judge of passwords longest.
STRONG: Final = ("correct horse", "zqj" * 85, "пароль-які-нікто", "4@8({[<369&6#!|1/10$5+7%2" * 10)


class CountingHasher(PasswordHasher):
    """Counts how often it verified something."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002  the library's name
        self.verified += 1
        return super().verify(hash, password)


async def test_what_anybody_would_try_first_is_refused(hub: str) -> None:
    for password in WEAK:
        status, problem = await send(hub, "POST", "/api/accounts", json={**ALICE, "password": password})
        assert (status, problem["code"]) == (422, "weak_password"), password
    assert (await send(hub, "POST", "/api/sessions", json={**ALICE, "password": WEAK[0]}))[0] == 401


async def test_a_stranger_or_longer_one_is_taken_and_all_of_it_counts(hub: str) -> None:
    for number, password in enumerate(STRONG):
        form = {"name": f"person{number}", "password": password}
        assert (await send(hub, "POST", "/api/accounts", json=form))[0] == 201
        assert (await send(hub, "POST", "/api/sessions", json={**form, "password": password[:-1]}))[0] == 401


async def test_a_log_in_does_the_same_work_for_every_name(connection_string: str) -> None:
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        hasher = CountingHasher()
        tokens = Tokens(SecretStr("s" * 40))
        accounts = Accounts(tables.accounts, tokens, lambda _name: False, lambda _ids: None, hasher=hasher)
        await accounts.register(Register(name="Alice", password=SecretStr("correct horse")))
        await accounts.sign_in(Identity(provider="p", issuer="i", subject="s"), "Elsewhere")
        work = {}
        for name in ("Alice", "nobody", "Elsewhere", "no/name"):
            before = hasher.verified
            with pytest.raises(InvalidCredentialsError, match="The name or the password is wrong"):
                await accounts.log_in(LogIn(name=name, password=SecretStr("wrong")))
            work[name] = hasher.verified - before
        assert work == dict.fromkeys(work, 1)


async def test_the_answer_is_the_same_for_unknown_names_and_wrong_passwords(hub: str) -> None:
    await token_of(hub)
    known = await send(hub, "POST", "/api/sessions", json={**ALICE, "password": "wrong"})
    unknown = await send(hub, "POST", "/api/sessions", json={"name": "Bob", "password": "wrong"})
    assert known == unknown
    assert known[0] == 401


async def test_a_new_password_ends_all_other_sessions(hub: str) -> None:
    here, there = await token_of(hub), await token_of(hub, "/api/sessions")
    form = {"current": "correct horse", "new": "battery staple"}
    async with client(hub, "Alice", there) as other, client(hub, "Alice", here) as one:
        assert (await send(hub, "POST", "/api/account/password", here, json=form))[0] == 204
        await other.gone()
        assert (await one.join())["you"] == "Alice"
    assert [(await send(hub, "GET", "/api/account", token))[0] for token in (here, there)] == [200, 401]
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 401
    assert (await send(hub, "POST", "/api/sessions", json={**ALICE, "password": "battery staple"}))[0] == 201


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"current": "wrong", "new": "battery staple"}, 401, "invalid_credentials"),
        ({"current": "correct horse", "new": "password1"}, 422, "weak_password"),
        ({"current": "correct horse", "new": "short"}, 422, "invalid_form"),
    ],
)
async def test_a_password_is_not_changed_for_nothing(hub: str, form: dict[str, str], status: int, code: str) -> None:
    here, there = await token_of(hub), await token_of(hub, "/api/sessions")
    answer, problem = await send(hub, "POST", "/api/account/password", here, json=form)
    assert (answer, problem["code"]) == (status, code)
    assert (await send(hub, "GET", "/api/account", there))[0] == 200
    assert (await send(hub, "POST", "/api/sessions", json=ALICE))[0] == 201
