"""Passwords: which ones are too easy to guess, and hashes that take as long for a name that nobody has."""

import asyncio
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import SecretStr
from zxcvbn import zxcvbn

from hub.errors import WeakPasswordError

# Of five classes; below it stand the top of the leaked lists and what is one of their entries with small changes:
# at most some 10⁶ guesses.
LOWEST_SCORE: Final = 2
# The beginning decides; the library takes 50 ms for so many characters at worst, and seconds for twice as many.
JUDGED_CHARACTERS: Final = 20
# Each takes 64 MiB for a tenth of a second.
HASHES_AT_ONCE: Final = 2


class Passwords:
    """Hashes passwords with argon2id, a few at a time."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        # Verified when a name is unknown, so that the time of an answer does not tell which names exist.
        self._decoy = hasher.hash(secrets.token_urlsafe(16))
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._judging = asyncio.Lock()

    async def hash(self, password: SecretStr, name: str) -> str:
        """Raises WeakPasswordError."""
        plain = password.get_secret_value()
        # One at a time: the library keeps the last caller's words in a global.
        async with self._judging:
            judged = await asyncio.to_thread(zxcvbn, plain[:JUDGED_CHARACTERS], [name])
        if judged["score"] < LOWEST_SCORE:
            raise WeakPasswordError(
                "This password is among the first that anybody would try; please choose a longer or a stranger one."
            )
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, plain)

    async def is_right(self, known: str | None, password: SecretStr) -> bool:
        """Whether the password belongs to the hash; the same work where there is none."""
        try:
            async with self._turns:
                await asyncio.to_thread(self._hasher.verify, known or self._decoy, password.get_secret_value())
        except (VerificationError, InvalidHashError):
            return False
        return known is not None
