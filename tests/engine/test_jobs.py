"""What becomes of a job, with one engine that lives."""

import asyncio
from pathlib import Path

import pytest

from contracts.events import Failed, Finished, Progress
from contracts.jobs import MAX_ATTEMPTS
from contracts.message import Parameters
from engine import service
from engine.events import EVENTS_PER_TRY
from tests.engine.conftest import running_engine
from tests.engine.desk import Desk, job


async def test_a_job_ends_in_one_finished_event_and_leaves_the_queue(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("EchoBot", "@EchoBot, 🐔 <b>שלום</b>")
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
        await desk.until_empty()
    end = desk.end(asked)
    assert isinstance(end, Finished)
    assert end.text == "🐔 <b>שלום</b>"
    assert (end.channel, end.comment_id) == (asked.channel, asked.comment_id)


async def test_a_finished_event_says_how_the_answer_was_made(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("SlowBot", parameters=Parameters(max_new_tokens=20, seed=7))
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
    end = desk.end(asked)
    assert isinstance(end, Finished)
    assert end.prompt is not None
    assert end.prompt.startswith("<|startoftext|><|soss r/CoopsLab|><|sot|>General<|eot|><|sost|>hello")
    assert end.usage.model.startswith("slow@")
    assert (end.usage.dialect, end.usage.seed, end.usage.completion_tokens) == ("closed", 7, 20)
    assert end.usage.prompt_tokens
    assert end.usage.tokens_per_second
    assert end.usage.compute_ms > 0
    assert end.parameters.max_new_tokens == 20


async def test_progress_is_a_growing_text_with_rising_seq(desk: Desk, connection_string: str, bots_file: Path) -> None:
    asked = job("SlowBot", parameters=Parameters(max_new_tokens=300))
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
    shown = [event for event in desk.said(asked, "progress") if isinstance(event, Progress)]
    assert shown
    assert [event.seq for event in shown] == sorted({event.seq for event in shown})
    end = desk.end(asked)
    assert isinstance(end, Finished)
    assert all(end.text.startswith(event.text) for event in shown)
    assert end.seq > shown[-1].seq


async def test_malformed_jobs_go_to_poison_and_the_loop_lives(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    good = job("EchoBot")
    for body in ("", "not json", "[]", "{}", '{"items":[]}', good.to_json().replace('"bot"', '"robot"'), "[" * 5000):
        await desk.input.client.send_message(body)
    await desk.input.client.send_message(f'{{"items":[{{"no":"job"}},{good.to_json()}]}}')
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", good)
        await desk.until_empty()
    assert len(await desk.poisoned()) == 8


async def test_a_job_that_fails_three_times_is_answered_once_and_poisoned(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("BrokenBot")
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
        await desk.until_empty()
    end = desk.end(asked)
    assert isinstance(end, Failed)
    assert end.code == "bot_failed"
    assert "index" not in end.message
    assert end.seq // EVENTS_PER_TRY == MAX_ATTEMPTS - 1
    (poison,) = await desk.poisoned()
    assert poison["code"] == "bot_failed"
    assert "IndexError" in poison["reason"]
    assert asked.job_id in poison["body"]


@pytest.mark.parametrize(
    ("bot", "deadline_ms", "code"),
    [
        ("NobodyBot", 1000, "unknown_bot"),
        ("EchoBot", -1, "expired"),
        ("LostBot", 60_000, "model_unavailable"),
    ],
)
async def test_what_another_try_would_not_mend_fails_at_once(
    desk: Desk, connection_string: str, bots_file: Path, bot: str, deadline_ms: int, code: str
) -> None:
    asked = job(bot, deadline_ms=deadline_ms)
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
        await desk.until_empty()
    end = desk.end(asked)
    assert isinstance(end, Failed)
    assert end.code == code
    assert end.seq < EVENTS_PER_TRY
    assert await desk.poisoned() == []


async def test_a_stopped_job_ends_in_the_middle_and_takes_its_marker_with_it(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked, next_one = job("SlowBot"), job("EchoBot")
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("progress", asked)
        await desk.stop(asked)
        await desk.until("ended", asked)
        await desk.until_empty()
        await desk.input.send([next_one])
        await desk.until("ended", next_one)
    end = desk.end(asked)
    assert isinstance(end, Failed)
    assert end.code == "stopped"
    assert await desk.markers() == []


async def test_a_job_past_its_deadline_is_stopped(desk: Desk, connection_string: str, bots_file: Path) -> None:
    asked = job("SlowBot", deadline_ms=1500)
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
    end = desk.end(asked)
    assert isinstance(end, Failed)
    assert end.code == "expired"


async def test_each_job_of_a_pack_is_answered_once(desk: Desk, connection_string: str, bots_file: Path) -> None:
    asked = [job("EchoBot", str(number)) for number in range(10)]
    await desk.input.send(asked)
    assert await desk.left() == 1
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", *asked)
        await desk.until_empty()
        await desk.listen()
    assert [end.text for each in asked if isinstance(end := desk.end(each), Finished)] == [str(n) for n in range(10)]


async def test_a_pack_that_came_back_is_taken_apart_and_its_jobs_count_the_attempt(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = [job("EchoBot"), job("EchoBot")]
    await desk.input.send(asked)
    await desk.input.receive(1, 1)
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", *asked)
        await desk.until_empty()
    assert [desk.end(each).seq // EVENTS_PER_TRY for each in asked] == [1, 1]


async def test_a_job_is_not_deleted_before_its_end_is_told(desk: Desk, connection_string: str, bots_file: Path) -> None:
    first, asked = job("EchoBot"), job("EchoBot")
    await desk.input.send([first])
    async with running_engine(connection_string, bots_file, lease_s=2):
        await desk.until("ended", first)
        await desk.until_empty()
        await desk.output.client.delete_queue()
        await desk.input.send([asked])
        # Longer than the lease: it is renewed while the end cannot be told.
        await asyncio.sleep(3)
        assert await desk.left() == 1
        assert await desk.input.receive(1, 1) == []
        await desk.output.client.create_queue()
        await desk.until("ended", asked)
        await desk.until_empty()
    assert isinstance(desk.end(asked), Finished)


async def test_an_engine_says_nothing_more_of_a_job_whose_lease_it_lost(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked, after = job("SlowBot"), job("EchoBot")
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file, lease_s=3):
        await desk.until("progress", asked)
        await desk.input.client.clear_messages()
        await desk.input.send([after])
        await desk.until("ended", after)
    assert desk.said(asked, "ended") == []


async def test_a_busy_channel_does_not_keep_another_waiting_behind_all_its_jobs(
    desk: Desk, connection_string: str, bots_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PLACES", {"text": 1})
    long = Parameters(max_new_tokens=1500)
    busy = [job("SlowBot", parameters=long).model_copy(update={"channel": "Busy"}) for _ in range(6)]
    quiet = job("EchoBot").model_copy(update={"channel": "Quiet"})
    for asked in (*busy, quiet):
        await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", quiet)
    assert len([asked for asked in busy if desk.said(asked, "finished")]) <= 2


async def test_the_heartbeat_tells_how_soon_each_bot_can_begin(
    desk: Desk, connection_string: str, bots_file: Path
) -> None:
    asked = job("SlowBot", parameters=Parameters(max_new_tokens=20))
    await desk.input.send([asked])
    async with running_engine(connection_string, bots_file):
        await desk.until("ended", asked)
        async with asyncio.timeout(30):
            while not any(beat.states.get("SlowBot") == "warm" for beat in desk.heartbeats()):
                await desk.listen()
                await asyncio.sleep(0.05)
    newest = max(desk.heartbeats(), key=lambda beat: (beat.at, bool(beat.states)))
    assert newest.states.get("LostBot", "cold") == "cold"
    assert set(desk.heartbeats()[0].states) == {"EchoBot", "SlowBot", "BrokenBot", "LostBot"}
