"""Who agreed that bots learn from them, and the names under which they appear."""

import re
from dataclasses import dataclass
from itertools import count
from typing import Final

from azure.data.tables.aio import TableClient

from contracts.message import Message
from hub.accounts.rows import ACCOUNTS, Account
from hub.log.tables import from_chunks

# What addresses a person: @Name as in this house, u/Name as on Reddit; behind a letter or a digit it is something else.
ADDRESS: Final = re.compile(r"(?<![^\W_])(@|u/)([A-Za-z0-9][A-Za-z0-9_-]{1,31})", re.IGNORECASE)
# A dash or underscore may belong to a name, or be a mark of markdown or the beginning of another word behind it.
MARKS: Final = "-_"


@dataclass(frozen=True)
class Agreement:
    """What an account says now, and since when (ms since 1970) it is this person's."""

    is_guest: bool
    shares: bool
    since: int


async def agreements(table: TableClient) -> dict[str, Agreement]:
    """By the lower-case name, for everybody who ever entered."""
    found = {}
    async for entity in table.query_entities("PartitionKey eq @p", parameters={"p": ACCOUNTS}):
        account = Account.from_json(from_chunks(entity))
        found[account.name.lower()] = Agreement(account.is_guest, account.shares_for_training, account.created_at)
    return found


class People:
    """The people of the playhouse; one object for a whole export, so that a person has one name in all its files."""

    def __init__(self, agreements: dict[str, Agreement]) -> None:
        self._agreements = agreements
        self._pseudonyms: dict[str, str] = {}
        self._numbers = count(1)

    def agreement(self, name: str) -> Agreement | None:
        return self._agreements.get(name.lower())

    def author(self, message: Message) -> str:
        """The name of a bot, or what stands for the name of a person."""
        return message.sender if message.is_bot else self._pseudonym(message.sender)

    def without_names(self, text: str) -> str:
        """A text in which those who are addressed have the names that they have as authors."""
        return ADDRESS.sub(lambda found: found[1] + self._instead(found[2]), text)

    def _instead(self, name: str) -> str:
        """The longest beginning that is a person's is replaced: all of it, or up to a mark."""
        ends = [len(name), *(at for at in range(len(name) - 1, 0, -1) if name[at] in MARKS)]
        for end in ends:
            if name[:end].lower() in self._agreements:
                return self._pseudonym(name[:end]) + name[end:]
        return name

    def _pseudonym(self, name: str) -> str:
        """Numbered as they appear, so that no name can be guessed and tried."""
        key = name.lower()
        if key not in self._pseudonyms:
            self._pseudonyms[key] = f"person_{next(self._numbers)}"
        return self._pseudonyms[key]
