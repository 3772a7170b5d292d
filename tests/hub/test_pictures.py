"""Who sees a picture and how long it lives: as what refers to it, and by every door the same."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from contracts.message import Image
from contracts.names import IMAGES_CONTAINER, UPLOADS_CONTAINER
from contracts.storage import Storage, open_storage
from contracts.wire import PictureName
from hub.clock import now_ms
from hub.log.archive import Archive
from hub.log.rows import message_key
from hub.log.tables import Tables, open_tables
from hub.pictures.book import SETTLED_MS, UNPOSTED_MS, PictureBook
from hub.pictures.clearing import GRACE_MS, Clearing
from hub.pictures.rows import Entry
from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, StartHub, finished
from tests.hub.pictures import drawn, looked_at, uploaded

DAY_MS = 86_400_000


@dataclass
class Backstage:
    """The tables and blobs of a hub, and a sweep of pictures whose clock can be set."""

    storage: Storage
    tables: Tables
    book: PictureBook
    clearing: Clearing

    async def clear(self, *later_ms: int) -> None:
        """Sweep at these times from now."""
        for after in later_ms:
            await self.clearing.clear(now_ms() + after)

    async def has_blob(self, name: str) -> bool:
        clients = [self.storage.blobs.get_blob_client(where, name) for where in (IMAGES_CONTAINER, UPLOADS_CONTAINER)]
        return any([await client.exists() for client in clients])


@pytest_asyncio.fixture
async def backstage(hub: str, connection_string: str) -> AsyncIterator[Backstage]:
    async with open_storage(connection_string, None) as storage, open_tables(storage) as tables:
        archive = Archive(tables.messages, lambda _channel, _messages: None)
        book = PictureBook(tables.pictures)
        yield Backstage(storage, tables, book, Clearing(book, archive, storage))


async def posted(person: Client, image: dict[str, object], channel: str = HOME) -> int:
    answer = await person.post("look", images=[image["name"]], channel=channel)
    assert answer["ok"], answer
    return int(answer["message"]["commentId"])


async def painted(alice: Client, engine: EngineSide, storage: Storage, data: bytes) -> tuple[int, Image]:
    """An answer that shows a picture, as an engine makes it."""
    await alice.post("@EchoBot paint")
    job = await engine.thinks()
    image = Image(name="1" * 64 + ".png", width=8, height=8, thumbnail="2" * 64 + ".webp")
    for name in (image.name, str(image.thumbnail)):
        await storage.blobs.get_blob_client(IMAGES_CONTAINER, name).upload_blob(data)
    await engine.events.send([finished(job, "here").model_copy(update={"images": (image,)})])
    await alice.until(lambda person: len(person.answers()) == 1)
    return job.comment_id, image


async def test_what_was_sent_is_seen_by_nobody_else_until_it_is_posted(hub: str, alice: Client, join: Join) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    image = await uploaded(hub, alice.token, drawn("PNG", (800, 600)))
    for name in (image["name"], image["thumbnail"]):
        etag = f'"{name}"'
        status, headers, _ = await looked_at(hub, name, alice.token)
        assert (status, headers["Cache-Control"]) == (200, "private, no-cache")
        assert (await looked_at(hub, name, alice.token, **{"If-None-Match": etag}))[0] == 304
        missing = await looked_at(hub, "0" * 64 + ".png", bob.token)
        for token in (None, bob.token, "nonsense"):
            hidden = await looked_at(hub, name, token, **{"If-None-Match": etag})
            assert (hidden[0], hidden[2]) == (missing[0], missing[2]) == (404, b"404: Not Found")
            assert set(hidden[1]) == set(missing[1])
        assert (await bob.post("mine", images=[name]))["error"]["code"] == "not_found"
    await posted(alice, image)
    for name in (image["name"], image["thumbnail"]):
        status, headers, _ = await looked_at(hub, name)
        assert (status, headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    assert (await bob.post("seen here", images=[image["name"]]))["ok"]


async def test_the_same_picture_of_two_people_belongs_to_both(hub: str, alice: Client, join: Join) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    image = await uploaded(hub, alice.token)
    assert await uploaded(hub, bob.token) == image
    for person in (alice, bob):
        assert (await looked_at(hub, image["name"], person.token))[0] == 200
        await posted(person, image)


async def test_what_is_posted_on_one_hub_is_seen_on_the_other(start_hub: StartHub, join: Join) -> None:
    first, second = await start_hub(), await start_hub()
    alice = await join(first, token=await account_for(first, "alice"))
    image = await uploaded(first, alice.token)
    assert (await looked_at(second, image["name"], alice.token))[0] == 200
    assert (await looked_at(second, image["name"]))[0] == 404
    await posted(alice, image)
    assert (await looked_at(second, image["name"]))[0] == 200


async def test_a_retry_of_a_post_with_a_picture_is_one_post(alice: Client, hub: str, backstage: Backstage) -> None:
    image = await uploaded(hub, alice.token)
    answers = [await alice.post("", images=[image["name"]], clientId="the-same-1") for _ in range(2)]
    assert answers[0]["message"] == answers[1]["message"]
    seen = await backstage.book.read(image["name"])
    assert [shown.comment_id for shown in seen.shown] == [answers[0]["message"]["commentId"]]


async def test_what_nobody_posted_goes_after_a_day(hub: str, alice: Client, backstage: Backstage) -> None:
    image = await uploaded(hub, alice.token, drawn("PNG", (800, 600)))
    await backstage.clear(UNPOSTED_MS - 60_000, UNPOSTED_MS - 1_000)
    assert await backstage.has_blob(image["name"])
    await backstage.clear(UNPOSTED_MS + 1_000, UNPOSTED_MS + 2_000)
    assert await backstage.has_blob(image["name"])
    await backstage.clear(UNPOSTED_MS + GRACE_MS + 2_000)
    assert not await backstage.has_blob(image["name"])
    assert not await backstage.has_blob(image["thumbnail"])
    assert (await looked_at(hub, image["name"], alice.token))[0] == 404
    assert [row async for row in backstage.tables.pictures.list_entities()] == []


async def test_a_deleted_messages_picture_is_hidden_at_once_and_goes(
    hub: str, alice: Client, backstage: Backstage
) -> None:
    image = await uploaded(hub, alice.token)
    comment_ids = [await posted(alice, image) for _ in range(2)]
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=comment_ids[0]))["ok"]
    assert (await looked_at(hub, image["name"]))[0] == 200
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=comment_ids[1]))["ok"]
    assert (await looked_at(hub, image["name"]))[0] == 404
    await backstage.clear(DAY_MS + SETTLED_MS, DAY_MS + SETTLED_MS + 2 * GRACE_MS)
    assert not await backstage.has_blob(image["name"])


async def test_a_bots_picture_lives_as_long_as_its_answer(
    hub: str, alice: Client, engine: EngineSide, backstage: Backstage
) -> None:
    comment_id, image = await painted(alice, engine, backstage.storage, drawn("PNG"))
    for name in (image.name, str(image.thumbnail)):
        assert (await looked_at(hub, name))[0] == 200
    await backstage.clear(DAY_MS, 2 * DAY_MS)
    assert await backstage.has_blob(image.name)
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=comment_id))["ok"]
    for name in (image.name, str(image.thumbnail)):
        assert (await looked_at(hub, name))[0] == 404
    await backstage.clear(DAY_MS, DAY_MS + 2 * GRACE_MS)
    assert not await backstage.has_blob(image.name)
    assert not await backstage.has_blob(str(image.thumbnail))


async def test_a_picture_that_came_too_late_for_its_answer_goes(
    alice: Client, engine: EngineSide, backstage: Backstage
) -> None:
    posted_one = await alice.post("@EchoBot paint")
    job = await engine.thinks()
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=posted_one["message"]["commentId"]))["ok"]
    image = Image(name="3" * 64 + ".png", width=8, height=8)
    await backstage.storage.blobs.get_blob_client(IMAGES_CONTAINER, image.name).upload_blob(drawn("PNG"))
    await engine.events.send([finished(job, "late").model_copy(update={"images": (image,)})])
    await alice.post("@EchoBot marker")
    await engine.answer_next()
    await alice.until(lambda person: any(one.text == "marker" for one in person.answers()))
    await backstage.clear(DAY_MS, DAY_MS + 2 * GRACE_MS)
    assert not await backstage.has_blob(image.name)


async def test_a_picture_goes_also_when_its_messages_row_is_gone_and_nobody_said_so(
    hub: str, alice: Client, backstage: Backstage
) -> None:
    image = await uploaded(hub, alice.token)
    comment_id = await posted(alice, image)
    await backstage.clear(2 * DAY_MS, 9 * DAY_MS)
    assert await backstage.has_blob(image["name"])
    await backstage.tables.messages.delete_entity(HOME, message_key(comment_id))
    await backstage.clear(17 * DAY_MS, 18 * DAY_MS)
    assert not await backstage.has_blob(image["name"])


async def test_who_posts_a_picture_that_is_about_to_go_keeps_it(hub: str, alice: Client, backstage: Backstage) -> None:
    image = await uploaded(hub, alice.token)
    first = await posted(alice, image)
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=first))["ok"]
    await backstage.clear(DAY_MS + SETTLED_MS)  # condemned
    seen = await backstage.book.read(image["name"])
    assert seen.kept is not None
    assert seen.kept.condemned_at is not None
    await uploaded(hub, alice.token)
    await posted(alice, image)
    assert not await backstage.book.strike(image["name"], seen)
    await backstage.clear(3 * DAY_MS, 3 * DAY_MS + 2 * GRACE_MS, 5 * DAY_MS)
    assert (await looked_at(hub, image["name"]))[0] == 200


async def test_posting_and_removing_at_once_never_leaves_a_message_without_its_picture(
    hub: str, alice: Client, backstage: Backstage
) -> None:
    for number in range(6):
        data = drawn("PNG", colour=f"#00000{number}")
        image = await uploaded(hub, alice.token, data)
        await backstage.book.forgotten(image["name"], "alice")
        await posted_in_spirit(backstage, image)
        await backstage.clear(DAY_MS + SETTLED_MS)
        again, _ = await asyncio.gather(
            sent_and_posted(hub, alice, data), backstage.clear(DAY_MS + SETTLED_MS + 2 * GRACE_MS)
        )
        if again:
            assert await backstage.has_blob(image["name"]), number


async def posted_in_spirit(backstage: Backstage, image: dict[str, object]) -> None:
    """A reference whose message was never written: the hub died in between."""
    await backstage.book.posted([Image.model_validate(image)], HOME, 12345)


async def sent_and_posted(hub: str, person: Client, data: bytes) -> bool:
    image = await uploaded(hub, person.token, data)
    return bool((await person.post("again", images=[image["name"]]))["ok"])


class Dying(PictureBook):
    """Of a hub that dies after its next-to-last step."""

    async def strike(self, name: PictureName, seen: Entry) -> str | None:
        await super().strike(name, seen)
        raise asyncio.CancelledError


async def test_a_picture_that_a_dying_hub_was_removing_is_seen_by_nobody_and_goes(
    hub: str, alice: Client, engine: EngineSide, backstage: Backstage
) -> None:
    comment_id, image = await painted(alice, engine, backstage.storage, drawn("PNG"))
    assert (await alice.call("DeleteMessage", channel=HOME, commentId=comment_id))["ok"]
    await backstage.clear(DAY_MS + SETTLED_MS)
    archive = Archive(backstage.tables.messages, lambda _channel, _messages: None)
    dying = Clearing(Dying(backstage.tables.pictures), archive, backstage.storage)
    with pytest.raises(asyncio.CancelledError):
        await dying.clear(now_ms() + DAY_MS + SETTLED_MS + 2 * GRACE_MS)
    for name in (image.name, str(image.thumbnail)):
        assert await backstage.has_blob(name)
        assert (await looked_at(hub, name))[0] == 404
    await backstage.clear(DAY_MS + SETTLED_MS + 3 * GRACE_MS)
    for name in (image.name, str(image.thumbnail)):
        assert not await backstage.has_blob(name)
    assert [row async for row in backstage.tables.pictures.list_entities()] == []


async def test_who_sends_anew_what_is_being_removed_keeps_it(hub: str, alice: Client, backstage: Backstage) -> None:
    image = await uploaded(hub, alice.token)
    struck = await backstage.book.strike(image["name"], await backstage.book.read(image["name"]))
    assert struck is not None
    assert await uploaded(hub, alice.token) == image
    assert not await backstage.book.erase(image["name"], struck)
    await posted(alice, image)
    assert (await looked_at(hub, image["name"]))[0] == 200


async def test_a_picture_from_before_the_book_is_open_as_it_was(hub: str, backstage: Backstage) -> None:
    name = "4" * 64 + ".png"
    await backstage.storage.blobs.get_blob_client(IMAGES_CONTAINER, name).upload_blob(drawn("PNG"))
    assert (await looked_at(hub, name))[0] == 200
    assert [row async for row in backstage.tables.pictures.list_entities()] == []
