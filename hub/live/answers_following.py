"""Following one question: each of its answers as it grows, until all have ended."""

import time
from collections.abc import AsyncGenerator

from contracts.message import Message
from contracts.streams import AnswersEnded
from hub.errors import NotFoundError
from hub.live.following import LOOK_EVERY_S, Check, Told, told
from hub.live.listening import Ear
from hub.log.channel_log import ChannelLog


class AnswersFollowing:
    """Answers are snapshots, so that a listener who missed some needs the newest alone."""

    def __init__(self, channel_log: ChannelLog, ear: Ear, check: Check, comment_id: int, after: int | None) -> None:
        self._log = channel_log
        self._ear = ear
        self._check = check
        self._comment_id = comment_id
        self._after = -1 if after is None else after
        self._latest: dict[int, int] = {}
        self._thinking: set[int] = set()

    async def has_news(self) -> bool:
        """Whether anything is left to be told. Raises NotFoundError."""
        answers = await self._answers()
        return any(one.is_thinking or one.revision > self._after for one in answers)

    async def tell(self) -> AsyncGenerator[Told]:
        """Every answer as it stands, then as it changes, then that all have ended."""
        look_at = 0.0
        while True:
            if time.monotonic() >= look_at:
                await self._check()
                for answer in await self._answers():
                    if self._is_news(answer):
                        yield told("message", answer, answer.revision)
                if not self._thinking:
                    break
                look_at = time.monotonic() + LOOK_EVERY_S
            heard = await self._ear.next(max(look_at - time.monotonic(), 0))
            if heard is None or heard.event != "SendMessage":
                continue
            answer = Message.model_validate(heard.data)
            if self._is_mine(answer) and self._is_news(answer):
                await self._check()
                yield told("message", answer, answer.revision)
            if not self._thinking:
                look_at = 0.0
        yield told("done", AnswersEnded(channel=self._log.channel, comment_id=self._comment_id))

    async def _answers(self) -> list[Message]:
        """From the table; a bot's message is followed itself."""
        asked = await self._log.read(self._comment_id)
        if asked is None:
            raise NotFoundError("There is no such message in this channel.")
        return [asked.message] if asked.message.is_bot else await self._log.answers(self._comment_id)

    def _is_mine(self, message: Message) -> bool:
        return message.is_bot and self._comment_id in (message.parent_id, message.comment_id)

    def _is_news(self, answer: Message) -> bool:
        """Keep in mind how an answer stands, and whether that was not told yet."""
        if answer.revision <= self._latest.get(answer.comment_id, -1):
            return False
        self._latest[answer.comment_id] = answer.revision
        (self._thinking.add if answer.is_thinking else self._thinking.discard)(answer.comment_id)
        return answer.revision > self._after
