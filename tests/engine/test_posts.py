"""Posts that bots write by themselves: a title and a text, from the kinds that can; the others say that they cannot."""

from contextlib import suppress
from pathlib import Path

import pytest

from contracts.events import Failed, Finished
from contracts.jobs import Job
from contracts.message import Parameters
from engine.answers import Answer, Snapshot
from engine.bots import Bot, read_bots
from engine.dialects import TAG, Dialect, Thread, post_opening, render
from engine.failures import SpeechlessError
from engine.kinds.chat import open_model as open_chat
from engine.kinds.chat import title_and_text
from engine.kinds.gpt2 import open_model
from tests.engine.conftest import running_engine
from tests.engine.desk import Desk, job
from tests.engine.fetching import nothing
from tests.engine.test_chat import save_llama

BOTS = Path(__file__).parents[2] / "engine" / "bots.toml"


def post_by(bot: str, parameters: Parameters | None = None) -> Job:
    return job(bot, parameters=parameters).model_copy(update={"thread": (), "title": "", "is_chatter": True})


@pytest.mark.parametrize("dialect", ["plain", "open", "closed"])
def test_a_model_is_prompted_with_what_stands_before_a_title_and_before_a_body(dialect: Dialect) -> None:
    whole = render(dialect, Thread("Hens at night", "Do they dream?", False, "CoopsLab", ()))
    before_title, _, rest = whole.partition("Hens at night")
    assert post_opening(dialect, "CoopsLab") == before_title
    assert post_opening(dialect, "CoopsLab", "Hens at night") == whole.partition("Do they dream?")[0]
    assert rest


def test_the_demo_bot_writes_posts_with_a_title_and_a_text_without_tags() -> None:
    bot = next(bot for bot in read_bots(BOTS) if bot.name == "CoopBot")
    model = open_model(bot.model, "cpu")
    for seed in range(3):
        shown: list[str] = []
        for said in model.answer(bot, post_by("CoopBot", Parameters(seed=seed)), nothing):
            model.step()
            shown += [said.text] if isinstance(said, Snapshot) else []
        assert isinstance(said, Answer)
        assert said.topic
        assert said.text
        assert not TAG.search(said.topic + said.text)
        assert "@CoopBot" not in said.text
        # What people see while it is written is the text, never the title.
        assert said.topic not in shown
        assert (said.prompt or "").endswith(f"<|sot|>{said.topic}<|eot|><|sost|>")


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Hens\n\nThey sleep.", "Hens"),
        ("**Title: Hens at night**\nThey sleep.", "Hens at night"),
        ("# Hens\nThey sleep.", "Hens"),
        ('Title: "Do hens dream?"\nThey sleep.', "Do hens dream?"),
    ],
)
def test_the_first_line_of_a_chat_model_is_the_title(written: str, title: str) -> None:
    assert title_and_text(post_by("TalkBot"), written) == (title, "They sleep.")
    assert title_and_text(job("TalkBot"), written) == ("", written)


def test_a_chat_model_is_asked_for_a_post_in_words(tmp_path: Path) -> None:
    save_llama(tmp_path)
    model, written = open_chat(str(tmp_path), "cpu"), list[Answer]()
    # What it says is random, and not always a title and a text.
    for seed in range(6):
        wanted = post_by("TalkBot", Parameters(seed=seed, max_new_tokens=60, temperature=1.5))
        with suppress(SpeechlessError):
            for said in model.answer(Bot(name="TalkBot", kind="chat", model="tiny"), wanted, nothing):
                model.step()
                written += [said] if isinstance(said, Answer) else []
    assert written
    for post in written:
        assert (bool(post.topic), bool(post.text)) == (True, True)
        assert "CoopsLab: first its title" in (post.prompt or "")


async def test_an_engine_posts_with_the_kinds_that_can_and_refuses_with_the_others(
    desk: Desk, connection_string: str, tmp_path: Path
) -> None:
    file = tmp_path / "bots.toml"
    file.write_text(
        '[[bot]]\nname = "EchoBot"\nkind = "echo"\n[[bot]]\nname = "EyeBot"\nkind = "vision"\nmodel = "none"\n'
    )
    echoed, refused = post_by("EchoBot"), post_by("EyeBot")
    async with running_engine(connection_string, file):
        await desk.input.send([echoed, refused])
        await desk.until("ended", echoed, refused)
    end = desk.end(echoed)
    assert isinstance(end, Finished)
    assert (bool(end.topic), bool(end.text)) == (True, True)
    failure = desk.end(refused)
    assert isinstance(failure, Failed)
    assert failure.code == "bad_request"
