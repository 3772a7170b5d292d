"""A tagged thread taken apart again: what a bot is given, and what stood there."""

import re
from dataclasses import dataclass
from typing import Final

from engine.dialects import TAG, Comment, Thread

_REPLY: Final = re.compile(r"<\|so(?:r|opr|ocr)(?: u/[^|<>]*)?\|>")


@dataclass(frozen=True)
class Question:
    """`prompt` ends with the tag after which the bot answers; `answer` is what somebody did."""

    prompt: str
    answer: str

    @property
    def said(self) -> Thread:
        """All texts of the prompt, without who wrote them: enough to tell a repetition."""
        return Thread("", "", False, "", tuple(Comment("", part) for part in TAG.split(self.prompt) if part.strip()))


def question(tagged: str) -> Question | None:
    """The last comment of a thread as a question to a bot; None where nobody answered the post."""
    tags = list(_REPLY.finditer(tagged))
    if not tags:
        return None
    start = tags[-1].end()
    ending = TAG.search(tagged, start)
    return Question(tagged[:start], tagged[start : ending.start() if ending else None].strip())
