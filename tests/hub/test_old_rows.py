"""Rows as they were written before channels had owners and accounts had keys: they are read as ever."""

from typing import Final

from argon2 import PasswordHasher
from azure.data.tables.aio import TableClient, TableServiceClient

from contracts.names import TABLES
from hub.clock import now_ms
from hub.ids import highest
from hub.log.rows import CHANGE_PREFIX, message_key
from tests.client import client
from tests.hub.asking import ALICE, send, token_of
from tests.hub.conftest import StartHub

PLACE: Final = "OldPlace"
COMMENT: Final = highest(now_ms()) - 5_000_000
PASSWORD_HASH: Final = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(ALICE["password"])
ACCOUNT: Final = (
    f'{{"name":"Alice","passwordHash":"{PASSWORD_HASH}","email":null,"createdAt":1,"freeAgainAt":null,'
    '"sharesForTraining":false}'
)
SESSION: Final = '{"name":"Alice","expiresAt":9007199254740991}'
GUEST: Final = (
    '{"name":"wanderer","passwordHash":null,"email":null,"createdAt":1,"freeAgainAt":2,"sharesForTraining":false}'
)
CARD: Final = '{"name":"OldPlace","title":"Old","description":"","defaultTopic":"General","bot":null}'
MESSAGE: Final = (
    f'{{"message":{{"commentId":{COMMENT},"channel":"OldPlace","topic":"General","sender":"Alice",'
    '"text":"said before","prompt":null,"connectionId":null,"isBot":false,"isThinking":false,"parentId":null,'
    '"alternativeOf":null,"sentAt":2,"editedAt":null,"deletedAt":null,"revision":1,"images":[],"parameters":null,'
    '"usage":null,"up":0,"down":0,"error":null,"progress":null},"jobId":null,"seq":-1,"alternatives":[]}'
)


async def written(table: TableClient, partition: str, key: str, **properties: str) -> None:
    await table.create_entity({"PartitionKey": partition, "RowKey": key, **properties})


async def old_house(connection_string: str) -> None:
    async with TableServiceClient.from_connection_string(connection_string) as service:
        tables = {name: await service.create_table_if_not_exists(name) for name in TABLES}
        await written(tables["accounts"], "account", "alice", body0=ACCOUNT)
        await written(tables["accounts"], "account", "wanderer", body0=GUEST)
        await written(tables["accounts"], "session", "an-old-session", body0=SESSION)
        await written(tables["channels"], "channel", PLACE.lower(), body0=CARD)
        await written(tables["messages"], PLACE, message_key(COMMENT), body0=MESSAGE)
        await written(tables["messages"], PLACE, "head", revision="1")
        await written(tables["messages"], PLACE, f"{CHANGE_PREFIX}{1:016d}", messages=str(COMMENT))


async def test_what_was_there_before_is_used_as_if_it_were_new(start_hub: StartHub, connection_string: str) -> None:
    await old_house(connection_string)
    hub = await start_hub()
    token = await token_of(hub, "/api/sessions")
    async with client(hub, "Alice", token) as alice:
        joined = await alice.join(PLACE)
        assert [message["text"] for message in joined["page"]["messages"]] == ["said before"]
        card = joined["channel"]
        assert (card["visibility"], card["archived"], card["ownerless"], card["version"]) == ("public", False, True, 0)
        edited = await alice.call("EditMessage", channel=PLACE, commentId=COMMENT, text="said before, and better")
        assert edited["ok"], edited
        (hit,) = (await alice.call("Search", text="better", channel=PLACE))["hits"]
        assert hit["commentId"] == COMMENT
        assert (await alice.call("JoinChannel", channel=PLACE))["role"] == "member"
        (mine,) = [one for one in (await alice.call("ListChannels"))["channels"] if one["channel"]["name"] == PLACE]
        assert mine["role"] == "member"
    assert (await send(hub, "GET", "/api/account", token))[1]["hasPassword"] is True
    await token_of(hub, "/api/guests", {"name": "wanderer"})
