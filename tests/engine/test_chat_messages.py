"""How a thread becomes the messages of a chat model."""

from contracts.jobs import Job, Turn
from engine.bots import Bot
from engine.chat_messages import ChatMessage, chat_messages
from tests.engine.desk import job

BOT = Bot(name="TalkBot", kind="remote", model="some/model", system="You keep hens.")
EGG = f"{'e' * 64}.png"


def thread(*turns: Turn) -> Job:
    return job("TalkBot").model_copy(update={"thread": turns})


def bots(text: str, author: str = "TalkBot") -> Turn:
    return Turn(author=author, text=text, is_bot=True)


def told(asked: Job) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in chat_messages(BOT, asked)]


def test_the_bots_own_turns_are_the_assistants_and_its_name_is_taken_out_of_the_request() -> None:
    asked = thread(Turn(author="ann", text="Eggs?"), bots("Two."), Turn(author="ann", text="@TalkBot and today?"))
    assert told(asked) == [
        ("system", "You keep hens."),
        ("user", "Eggs?"),
        ("assistant", "Two."),
        ("user", "and today?"),
    ]


def test_where_several_people_speak_each_is_named_and_texts_in_a_row_are_one_message() -> None:
    asked = thread(Turn(author="ann", text="Eggs?"), bots("Cluck.", "CoopBot"), Turn(author="bob", text="Well?"))
    assert told(asked)[1:] == [("user", "ann: Eggs?\n\nCoopBot: Cluck.\n\nbob: Well?")]


def test_a_bot_without_a_system_text_has_no_system_message() -> None:
    silent = BOT.model_copy(update={"system": ""})
    assert chat_messages(silent, job("TalkBot", "Hi")) == [ChatMessage("user", "Hi")]


def test_the_user_speaks_first_and_last_whoever_did() -> None:
    asked = thread(bots("Good morning."), bots("Anybody?"))
    assert told(asked)[1:] == [("user", "General"), ("assistant", "Good morning."), ("user", "Anybody?")]


def test_a_name_alone_asks_about_the_topic() -> None:
    assert told(job("TalkBot", "@TalkBot"))[1:] == [("user", "General")]


def test_pictures_stay_with_their_messages() -> None:
    asked = thread(Turn(author="ann", text="", images=(EGG,)), bots("An egg."), Turn(author="ann", text="Whose?"))
    assert [message.images for message in chat_messages(BOT, asked)] == [(), (EGG,), (), ()]
