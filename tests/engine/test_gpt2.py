"""Tagged text from a tiny GPT-2 with random weights: what holds whatever the model says."""

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
import torch

from contracts.jobs import Job, Turn
from contracts.message import Parameters
from engine.answers import Answer, Snapshot
from engine.bots import Bot
from engine.dialects import tags
from engine.failures import JobError, ModelUnavailableError, SpeechlessError
from engine.kinds.gpt2 import TRIES, TaggedText, open_model
from tests.engine.conftest import save_gpt2
from tests.engine.desk import job
from tests.engine.fetching import nothing

BOT = Bot(name="TinyBot", kind="gpt2", model="tiny", subreddit="CoopsLab")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tiny")
    save_gpt2(made, tags=tags("closed"))
    return made


@pytest.fixture(scope="module")
def tiny(folder: Path) -> TaggedText:
    return open_model(str(folder), "cpu")


@pytest.fixture(scope="module")
def chatty(tmp_path_factory: pytest.TempPathFactory) -> TaggedText:
    """Knows no tags, so that chance seldom ends its answers."""
    made = tmp_path_factory.mktemp("chatty")
    save_gpt2(made)
    return open_model(str(made), "cpu")


def ask(model: TaggedText, asked: Job, **parameters: float) -> tuple[list[str], Answer]:
    """The texts of the snapshots, and the answer."""
    asked = asked.model_copy(update={"parameters": Parameters.model_validate(parameters)})
    texts: list[str] = []
    for said in model.answer(BOT, asked, nothing):
        if isinstance(said, Answer):
            return texts, said
        if isinstance(said, Snapshot) and said.text and [said.text] != texts[-1:]:
            texts.append(said.text)
        model.step()
    raise AssertionError("no answer")


class Script(TaggedText):
    """The real thing, but for what the model says: these texts, one a try."""

    def says(self, *texts: str) -> None:
        self._texts = iter(texts)

    def tokens(
        self, prompt_ids: Sequence[int], chosen: Parameters, chance: torch.Generator, adapter: str
    ) -> Generator[list[int], None, None]:
        ids: list[int] = []
        for number in self._writer.encode(next(self._texts)):
            if number in self._writer.stops:
                return
            ids.append(number)
            yield ids


@pytest.fixture
def script(tiny: TaggedText) -> Script:
    scripted = Script.__new__(Script)
    scripted.__dict__.update(tiny.__dict__)
    return scripted


def test_a_seed_makes_an_answer_repeatable(chatty: TaggedText) -> None:
    _, first = ask(chatty, job("TinyBot"), seed=5, max_new_tokens=30)
    _, second = ask(chatty, job("TinyBot"), seed=5, max_new_tokens=30)
    _, other = ask(chatty, job("TinyBot"), seed=6, max_new_tokens=30)
    assert first.text == second.text != other.text


def test_an_answer_that_was_not_seeded_tells_the_seed_that_makes_it_again(chatty: TaggedText) -> None:
    _, first = ask(chatty, job("TinyBot"), max_new_tokens=30)
    assert first.seed is not None
    _, second = ask(chatty, job("TinyBot"), max_new_tokens=30, seed=first.seed)
    assert first.text == second.text


@pytest.mark.parametrize("narrow", [{"top_k": 1}, {"top_p": 1e-6}, {"temperature": 1e-5}])
def test_where_only_one_choice_is_left_it_is_the_greedy_one(chatty: TaggedText, narrow: dict[str, float]) -> None:
    _, greedy = ask(chatty, job("TinyBot"), temperature=0, max_new_tokens=20)
    _, answer = ask(chatty, job("TinyBot"), **{"max_new_tokens": 20, **narrow})
    assert answer.text == greedy.text


def test_an_answer_ends_at_a_tag_of_one_token(script: Script) -> None:
    script.says("Clean straw.<|eor|><|sor u/bob|>And mine?")
    assert ask(script, job("TinyBot"))[1].text == "Clean straw."


def test_an_answer_ends_at_a_tag_spelled_in_several_tokens(script: Script) -> None:
    script.says("Clean straw.<|what is this|> more")
    snapshots, answer = ask(script, job("TinyBot"))
    assert answer.text == "Clean straw."
    assert answer.completion_tokens == len("Clean straw.<|")
    assert not any("<" in text for text in snapshots)


def test_no_snapshot_ends_within_a_character(script: Script) -> None:
    script.says("🐔🍞 häh")
    snapshots, answer = ask(script, job("TinyBot"))
    assert snapshots == ["🐔", "🐔🍞", "🐔🍞 h", "🐔🍞 hä", "🐔🍞 häh"]
    assert answer.text == "🐔🍞 häh"


def test_an_empty_answer_and_one_that_repeats_the_thread_are_made_again(script: Script) -> None:
    script.says("<|eor|>", " Hello ", "Good morning")
    assert ask(script, job("TinyBot"))[1].text == "Good morning"


def test_a_repetition_that_will_not_go_away_is_better_than_nothing(script: Script) -> None:
    script.says(*["hello"] * TRIES)
    assert ask(script, job("TinyBot"))[1].text == "hello"


def test_a_repetition_is_taken_when_the_last_try_says_nothing(script: Script) -> None:
    script.says("hello", *["<|eor|>"] * (TRIES - 1))
    assert ask(script, job("TinyBot"))[1].text == "hello"


def test_nothing_but_tags_is_an_error_after_a_bounded_number_of_tries(script: Script) -> None:
    script.says(*["<|eor|>"] * TRIES)
    with pytest.raises(SpeechlessError):
        ask(script, job("TinyBot"))


def test_the_prompt_and_the_answer_fit_the_window(chatty: TaggedText) -> None:
    long = job("TinyBot", "word " * 8000)
    _, answer = ask(chatty, long, max_new_tokens=2000, seed=1)
    assert answer.parameters.max_new_tokens == 128
    assert answer.prompt_tokens is not None
    assert answer.prompt_tokens <= 128


def test_the_prompt_holds_the_thread_with_the_bots_own_name_taken_out_of_the_request(chatty: TaggedText) -> None:
    turns = (Turn(author="ann", text="Eggs?"), Turn(author="TinyBot", text="Two.", is_bot=True))
    asked = job("TinyBot").model_copy(update={"thread": (*turns, Turn(author="ann", text="@TinyBot and today?"))})
    _, answer = ask(chatty, asked, max_new_tokens=20, seed=1)
    assert answer.prompt == (
        "<|startoftext|><|soss r/CoopsLab|><|sot|>General<|eot|><|sost|>Eggs?<|eost|>"
        "<|sor u/TinyBot|>Two.<|eor|><|soopr u/ann|>and today?<|eoopr|><|soocr|>"
    )


def test_a_folder_without_a_model_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError):
        open_model(str(tmp_path), "cpu")


def test_a_damaged_model_is_unavailable(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{broken}")
    with pytest.raises(JobError):
        open_model(str(tmp_path), "cpu")
