"""The sweep: what shows no sign of life is asked again under the same job id, what is past its deadline ends."""

import pytest

from hub import sweep
from tests.hub.conftest import EngineSide, Join, StartHub, finished


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "EVERY_S", 0.1)


async def test_a_job_that_vanished_is_asked_again_under_its_id_while_its_bot_is_awake(
    start_hub: StartHub, join: Join, engine: EngineSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "SILENT_AFTER_MS", 100)
    monkeypatch.setattr("hub.placeholders.MARK_AFTER_S", 0)
    alice = await join(await start_hub())
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot hello")
    lease, first = await engine.next_job()
    await lease.delete()
    _, second = await engine.next_job()
    assert (second.job_id, second.comment_id, second.requeue) == (first.job_id, first.comment_id, 1)
    await engine.events.send([finished(second), finished(first, "twice")])
    await alice.until(lambda person: len(person.answers()) == 1)
    assert [one.text for one in await alice.history()] == ["@EchoBot hello", "hello"]


async def test_a_placeholder_past_its_deadline_ends_with_a_friendly_error(
    start_hub: StartHub, join: Join, engine: EngineSide
) -> None:
    alice = await join(await start_hub(hub_job_deadline_s=1))
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot hello")
    await alice.until(lambda person: len(person.answers()) == 1)
    error = (await alice.history())[1].error
    assert error is not None
    assert error.code == "expired"


async def test_a_post_whose_job_could_not_be_queued_is_accepted_and_repaired(
    start_hub: StartHub, join: Join, engine: EngineSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "UNQUEUED_AFTER_MS", 100)
    alice = await join(await start_hub())
    await engine.wake()
    await alice.until(lambda person: person.is_awake("EchoBot"))
    await alice.post("@EchoBot warm up")
    await engine.answer_next()
    await engine.jobs.client.delete_queue()
    assert (await alice.post("@EchoBot hello"))["ok"]
    await engine.jobs.client.create_queue()
    await engine.answer_next()
    await alice.until(lambda person: len(person.answers()) == 2)
    assert not any(one.is_thinking for one in await alice.history())
