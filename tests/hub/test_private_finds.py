"""What was said and shown by invitation is neither found nor seen by others, and lost at once with the right to it."""

from typing import Any

import aiohttp

from contracts.message import Image
from contracts.names import IMAGES_CONTAINER
from contracts.storage import open_storage
from tests.client import HOME, Client
from tests.hub.conftest import EngineSide, Join, finished
from tests.hub.pictures import drawn, looked_at, uploaded
from tests.hub.rooms import ROOM, account, bring, create, said, told

SECRET = "the hens plan something"


async def found(person: Client, text: str = "hens", **more: Any) -> list[int]:
    answer = await person.call("Search", text=text, **more)
    assert answer["ok"], answer
    return [hit["commentId"] for hit in answer["hits"]]


async def test_what_is_said_by_invitation_is_found_by_members_alone(hub: str, join: Join) -> None:
    alice, bob, mallory = [await account(hub, join, name) for name in ("alice", "bob", "mallory")]
    guest = await join(hub, "wanderer")
    await create(alice)
    await bring(alice, bob)
    secret = await said(alice, SECRET)
    for person in (alice, bob):
        assert await found(person) == [secret]
        assert await found(person, channel=ROOM) == [secret]
    for person in (mallory, guest):
        for more in ({}, {"author": "alice"}, {"order": "newest"}, {"sentFrom": 0}, {"topic": "General"}):
            answer = await person.call("Search", text="hens", **more)
            assert (answer["hits"], answer["nextCursor"]) == ([], None), more
            assert ROOM not in str(answer)
        assert (await person.call("Search", author="alice"))["hits"] == []
        assert await told(person, "Search", text="hens") == "unknown_channel"
    # Nor does it change what is told of one's own finds.
    mine = await said(mallory, "hens", HOME)
    before = await mallory.call("Search", text="hens")
    await said(bob, f"{SECRET} and hens and hens")
    assert await mallory.call("Search", text="hens") == before
    assert await found(mallory) == [mine]
    assert await told(alice, "Kick", name="bob") is True
    assert await found(bob) == [mine]
    assert await told(bob, "Search", text="hens") == "unknown_channel"


async def test_an_unlisted_channel_is_searched_by_who_names_it(hub: str, join: Join) -> None:
    alice, mallory = await account(hub, join, "alice"), await account(hub, join, "mallory")
    await create(alice, "unlisted")
    quiet = await said(alice, SECRET)
    assert await found(alice) == [quiet]
    assert await found(mallory) == []
    assert await found(mallory, channel=ROOM) == [quiet]


async def test_what_was_deleted_with_its_channel_is_not_found(hub: str, join: Join) -> None:
    alice = await account(hub, join, "alice")
    await create(alice, "public")
    image = await uploaded(hub, alice.token)
    await said(alice, SECRET, images=[image["name"]])
    assert await told(alice, "DeleteChannel", confirm=ROOM) is True
    assert await found(alice) == []
    assert (await looked_at(hub, image["name"]))[0] == 404


async def test_a_picture_shown_by_invitation_is_seen_by_members_alone(
    hub: str, join: Join, engine: EngineSide, connection_string: str
) -> None:
    alice, bob, mallory = [await account(hub, join, name) for name in ("alice", "bob", "mallory")]
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await create(alice)
    await bring(alice, bob)
    sent = await uploaded(hub, alice.token, drawn("PNG", (800, 600)))
    await said(alice, "look", images=[sent["name"]])
    painted = await shown_by_bot(alice, engine, connection_string)
    for name in (sent["name"], sent["thumbnail"], painted.name, str(painted.thumbnail)):
        status, headers, _ = await looked_at(hub, name, bob.token)
        assert (status, headers["Cache-Control"]) == (200, "private, no-cache"), name
        await is_hidden(hub, name, None)
        await is_hidden(hub, name, mallory.token)
        assert (await mallory.post("mine", images=[name]))["error"]["code"] == "not_found"
    assert await told(alice, "Kick", name="bob") is True
    for name in (sent["name"], painted.name, str(painted.thumbnail)):
        await is_hidden(hub, name, bob.token)
        assert (await bob.post("mine", images=[name]))["error"]["code"] == "not_found"
    await said(alice, "for everybody", HOME, images=[sent["name"]])
    assert (await looked_at(hub, sent["name"]))[0] == 200
    await is_hidden(hub, painted.name, None)


async def test_a_browser_sees_a_picture_by_its_cookie_while_it_may(hub: str, join: Join) -> None:
    alice, bob = await account(hub, join, "alice"), await account(hub, join, "bob")
    await create(alice)
    await bring(alice, bob)
    path = f"/images/{(await uploaded(hub, alice.token))['name']}"
    await said(alice, "look", images=[path.rpartition("/")[2]])
    async with aiohttp.ClientSession(cookies={"playhouse": bob.token}) as browser:

        async def statuses() -> list[int]:
            found = []
            for method in ("GET", "HEAD"):
                async with browser.request(method, hub + path) as answer:
                    found.append(answer.status)
                    assert "public" not in answer.headers.get("Cache-Control", "")
            return found

        assert await statuses() == [200, 200]
        assert await told(alice, "Kick", name="bob") is True
        assert await statuses() == [404, 404]


async def shown_by_bot(alice: Client, engine: EngineSide, connection_string: str) -> Image:
    await said(alice, "@EchoBot paint")
    image = Image(name="1" * 64 + ".png", width=8, height=8, thumbnail="2" * 64 + ".webp")
    async with open_storage(connection_string, None) as storage:
        for name in (image.name, str(image.thumbnail)):
            await storage.blobs.get_blob_client(IMAGES_CONTAINER, name).upload_blob(drawn("PNG"))
    await engine.events.send([finished(await engine.thinks()).model_copy(update={"images": (image,)})])
    await alice.until(lambda person: len(person.answers()) == 1)
    return image


async def is_hidden(hub: str, name: str, token: str | None) -> None:
    """It is as if there were no such picture, also for who had it before."""
    missing = await looked_at(hub, "0" * 64 + ".png", token)
    hidden = await looked_at(hub, name, token, **{"If-None-Match": f'"{name}"'})
    assert (hidden[0], hidden[2]) == (missing[0], missing[2])
    assert hidden[0] == 404
    assert set(hidden[1]) == set(missing[1])
