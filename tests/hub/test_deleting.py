"""What deleting a message promises: its words are gone, its place stays, and nothing brings them back."""

import re
from typing import Any

from azure.data.tables.aio import TableServiceClient
from azure.storage.blob.aio import BlobServiceClient

from contracts.message import Message
from contracts.names import CANCELS_CONTAINER
from tests.client import HOME, Client, account_for
from tests.hub.conftest import EngineSide, Join, StartHub, failed, finished, progress

SECRET = "my secret recipe"


async def delete(person: Client, comment_id: int) -> Any:
    answer = await person.call("DeleteMessage", channel=HOME, commentId=comment_id)
    return True if answer["ok"] else answer["error"]["code"]


async def asked(alice: Client, text: str = f"@EchoBot {SECRET}", **more: Any) -> tuple[int, int]:
    """The ids of a question and of its placeholder."""
    posted = await alice.post(text, **more)
    return posted["message"]["commentId"], posted["answers"][0]["commentId"]


async def rows_that_hold(text: str, connection_string: str) -> list[str]:
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        table = tables.get_table_client("messages")
        return [str(row["RowKey"]) async for row in table.list_entities() if text in str(row)]


def is_erased(message: Message) -> bool:
    return message.deleted_at is not None and (message.text, message.images, message.prompt) == ("", (), None)


async def test_what_was_deleted_keeps_its_place_and_loses_its_words(alice: Client, connection_string: str) -> None:
    posted = await alice.post(SECRET, topic="Hens")
    reply = await alice.post("tell me more", parentId=posted["message"]["commentId"])
    assert await delete(alice, posted["message"]["commentId"]) is True
    await alice.until(lambda person: person.messages[posted["message"]["commentId"]].deleted_at is not None)
    first, second = await alice.history()
    assert is_erased(first)
    assert (first.sender, first.topic, first.revision) == ("alice", "Hens", 3)
    assert second.parent_id == first.comment_id == reply["message"]["parentId"]
    assert await rows_that_hold(SECRET, connection_string) == []
    assert await delete(alice, first.comment_id) is True
    assert (await alice.history())[0].revision == 3


async def test_nobody_deletes_what_is_not_their_own(hub: str, alice: Client, join: Join, engine: EngineSide) -> None:
    bob = await join(hub, "Bob", token=await account_for(hub, "Bob"))
    question, answer = await asked(alice)
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) == 1)
    assert await delete(bob, question) == "forbidden"
    assert await delete(bob, answer) == "forbidden"
    assert await delete(alice, 12345) == "not_found"
    assert not any(is_erased(one) for one in await alice.history())
    assert await delete(alice, answer) is True
    assert [is_erased(one) for one in await alice.history()] == [False, True]


async def test_who_has_a_guests_name_later_does_not_own_what_the_guest_wrote(
    hub: str, alice: Client, join: Join, engine: EngineSide, connection_string: str
) -> None:
    guest = await join(hub, "wanderer")
    posted = await guest.post("@EchoBot hello")
    await engine.events.send([finished(await engine.thinks(), "Hello.")])
    await alice.until(lambda person: len(person.answers()) == 1)
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        accounts = tables.get_table_client("accounts")
        row = await accounts.get_entity("account", "wanderer")
        row["body0"] = re.sub('"freeAgainAt":[0-9]+', '"freeAgainAt":0', row["body0"])
        await accounts.upsert_entity(row)
    heir = await join(hub, "wanderer", token=await account_for(hub, "wanderer"))
    assert await delete(heir, posted["message"]["commentId"]) == "forbidden"
    again = await heir.call("Regenerate", channel=HOME, commentId=posted["answers"][0]["commentId"])
    assert again["error"]["code"] == "forbidden"


async def test_deleting_a_thinking_answer_stops_it_and_late_events_bring_nothing_back(
    alice: Client, engine: EngineSide, connection_string: str
) -> None:
    _, answer = await asked(alice)
    job = await engine.thinks()
    await engine.events.send([progress(job, "so far", 1)])
    await alice.until(lambda person: person.messages[answer].text == "so far")
    assert await delete(alice, answer) is True
    await engine.events.send([progress(job, "more", 2), finished(job, "all of it", 3)])
    await engine.events.send([finished(job, "all of it", 3)])
    await marker_came_through(alice, engine)
    erased = next(one for one in await alice.history() if one.comment_id == answer)
    assert is_erased(erased)
    assert not erased.is_thinking
    assert await rows_that_hold("open!", connection_string) == []
    assert await is_called_off(job.job_id, connection_string)


async def test_deleting_a_question_stops_its_answers(alice: Client, engine: EngineSide, connection_string: str) -> None:
    question, first = await asked(alice)
    await engine.events.send([failed(await engine.thinks())])
    await alice.until(lambda person: not person.messages[first].is_thinking)
    answers, jobs = [], []
    for _ in range(2):
        again = await alice.call("Regenerate", channel=HOME, commentId=first)
        answers.append(again["answers"][0]["commentId"])
        jobs.append(await engine.thinks())
    assert await delete(alice, question) is True
    await alice.until(lambda person: not any(person.messages[answer].is_thinking for answer in answers))
    assert all([await is_called_off(job.job_id, connection_string) for job in jobs])
    await engine.events.send([finished(job, SECRET) for job in jobs])
    await marker_came_through(alice, engine)
    assert await rows_that_hold(SECRET, connection_string) == []


async def test_no_prompt_beneath_keeps_the_words_whether_it_came_before_or_after(
    alice: Client, engine: EngineSide, connection_string: str
) -> None:
    root, first = await asked(alice)
    job = await engine.thinks()
    await engine.events.send([finished(job, "Nice.").model_copy(update={"prompt": f"given: {SECRET}"})])
    await alice.until(lambda person: len(person.answers()) == 1)
    await asked(alice, "@EchoBot and then?", parentId=first)
    job = await engine.thinks()
    assert SECRET in job.thread[0].text
    assert await delete(alice, root) is True
    await engine.events.send([finished(job, "Then?").model_copy(update={"prompt": f"given: {SECRET}"})])
    await alice.until(lambda person: len(person.answers()) == 2)
    assert await rows_that_hold(SECRET, connection_string) == []
    assert [one.text for one in await alice.history()] == ["", "Nice.", "@EchoBot and then?", "Then?"]


async def test_bots_are_not_told_what_was_deleted_and_nobody_replies_to_it(alice: Client, engine: EngineSide) -> None:
    root = (await alice.post("root"))["message"]["commentId"]
    middle = (await alice.post(SECRET, parentId=root))["message"]["commentId"]
    leaf = (await alice.post("leaf", parentId=middle))["message"]["commentId"]
    assert await delete(alice, middle) is True
    assert (await alice.post("what?", parentId=middle))["error"]["code"] == "conflict"
    await asked(alice, "@EchoBot hello", parentId=leaf)
    assert [turn.text for turn in (await engine.thinks()).thread] == ["root", "leaf", "@EchoBot hello"]


async def test_a_row_from_before_there_was_deleting_is_read(
    start_hub: StartHub, join: Join, connection_string: str
) -> None:
    alice = await join(await start_hub())
    posted = await alice.post("old")
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        table = tables.get_table_client("messages")
        async for row in table.query_entities("RowKey lt ':'"):
            for new in (',"alternativeOf":null', ',"deletedAt":null', ',"alternatives":[]'):
                assert new in row["body0"]
                row["body0"] = row["body0"].replace(new, "")
            await table.upsert_entity(row)
    again = await join(await start_hub(), "alice", token=alice.token)
    assert [one.comment_id for one in await again.history()] == [posted["message"]["commentId"]]


async def marker_came_through(alice: Client, engine: EngineSide) -> None:
    """Everything that was sent before is taken in."""
    before = len(alice.answers())
    await alice.post("@EchoBot marker")
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) > before)


async def is_called_off(job_id: str, connection_string: str) -> bool:
    async with BlobServiceClient.from_connection_string(connection_string) as blobs:
        return bool(await blobs.get_blob_client(CANCELS_CONTAINER, job_id).exists())
