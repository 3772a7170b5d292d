"""Text that grows with its tokens."""

from engine.growing import GrowingText
from tests.engine.bytewise import bytewise_tokenizer


class Words:
    """As sentencepiece does: each piece begins with the space before it, and the first one of a text loses it."""

    def decode(self, token_ids: list[int], *, skip_special_tokens: bool) -> str:
        assert skip_special_tokens
        return "".join([" two", " hens", "."][number] for number in token_ids).removeprefix(" ")


def test_no_text_ends_within_a_character() -> None:
    tokenizer = bytewise_tokenizer("<|im_end|>")
    ids = tokenizer("🐔 hä!").input_ids
    growing = GrowingText(tokenizer)
    texts = [growing.read(ids[: count + 1]) for count in range(len(ids))]
    assert texts == ["", "", "", "🐔", "🐔 ", "🐔 h", "🐔 h", "🐔 hä", "🐔 hä!"]


def test_spaces_between_words_stay() -> None:
    growing = GrowingText(Words())
    assert [growing.read([0, 1, 2][:count]) for count in (1, 2, 2, 3)] == ["two", "two hens", "two hens", "two hens."]


def test_marks_are_not_shown() -> None:
    tokenizer = bytewise_tokenizer("<|im_end|>", ["<|im_start|>"])
    growing = GrowingText(tokenizer)
    assert growing.read(tokenizer("a<|im_start|>b").input_ids) == "ab"
