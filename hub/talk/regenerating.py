"""Another answer of the same bot to the same message; the earlier ones stay beside it."""

from dataclasses import dataclass

from contracts.bots import BotCard
from contracts.calls import ChannelCard, Posted, Regenerate
from contracts.message import Message, Parameters
from hub.bots import Bots
from hub.clock import now_ms
from hub.errors import ConflictError, ForbiddenError, NotFoundError, UnknownBotError
from hub.log.archive import Archive
from hub.log.draft import Draft
from hub.log.rows import OpenJob, Posting, Stored, client_key
from hub.people import Person
from hub.talk.dispatch import is_allowed
from hub.talk.placeholders import Placeholders
from hub.talk.posting import repeated

# Each is work for the card and a row in the thread; who has not found a good answer by then should ask differently.
MOST_ANSWERS = 10


@dataclass(frozen=True)
class Answered:
    """A question, the first answer that a bot gave to it, and the bot."""

    question: Message
    first: Stored
    card: BotCard


class Regeneration:
    """Asks again, by the same way as a post."""

    def __init__(self, archive: Archive, bots: Bots, placeholders: Placeholders) -> None:
        self._archive = archive
        self._bots = bots
        self._placeholders = placeholders

    async def again(self, request: Regenerate, person: Person, channel: ChannelCard) -> Posted:
        """The question, and the new placeholder. Raises HubError; the same `client_id` again gives the same answer."""
        channel_log = self._archive.channel(channel.name)
        posted, opened = await channel_log.commit(lambda draft: self._write(draft, request, person, channel))
        await self._placeholders.ask_all(channel_log, posted.answers, opened)
        return posted

    async def _write(
        self, draft: Draft, request: Regenerate, person: Person, channel: ChannelCard
    ) -> tuple[Posted, tuple[OpenJob, ...]]:
        key = client_key(person.name, request.client_id) if request.client_id is not None else None
        earlier = await draft.posting(key) if key is not None else None
        if earlier is not None:
            return await repeated(draft, earlier), ()
        answered = await self._checked(draft, request.comment_id, person)
        if not is_allowed(answered.card.name, channel):
            raise ForbiddenError(f"{answered.card.name} does not answer in this channel.")
        question, first = answered.question, answered.first
        message, job = self._placeholders.put(
            draft,
            question,
            answered.card,
            at=now_ms(),
            parameters=_without_seed(question.parameters),
            asked_by=person.name,
            alternative_of=first.message.comment_id,
        )
        shown = first.message.model_copy(update={"shown": message.comment_id})
        alternatives = (*first.alternatives, message.comment_id)
        draft.put(first.model_copy(update={"message": shown, "alternatives": alternatives}), first)
        if key is not None:
            draft.claim(key, Posting(comment_id=question.comment_id, answers=(message.comment_id,)))
        return Posted(message=question, answers=(message,)), (job,)

    async def _checked(self, draft: Draft, comment_id: int, person: Person) -> Answered:
        answer = await draft.stored(comment_id)
        if answer is None or not answer.message.is_bot or answer.message.parent_id is None:
            raise NotFoundError("There is no such answer in this channel.")
        question = await draft.stored(answer.message.parent_id)
        first = await draft.stored(answer.message.alternative_of or comment_id)
        if question is None or first is None or not person.wrote(question.message):
            raise ForbiddenError("Only the person who asked can ask for another answer.")
        if answer.message.deleted_at is not None or question.message.deleted_at is not None:
            raise ConflictError("What was deleted is not answered again.")
        if answer.message.is_thinking:
            raise ConflictError("This answer is still being made.")
        if len(first.alternatives) + 1 >= MOST_ANSWERS:
            raise ConflictError(f"A bot answers a message at most {MOST_ANSWERS} times.")
        card = self._bots.find(answer.message.sender)
        if card is None:
            raise UnknownBotError(f"There is no bot called {answer.message.sender} any more.")
        return Answered(question.message, first, card)


def _without_seed(asked: Parameters | None) -> Parameters | None:
    """What was wished for, as it was asked; the same seed would give the same answer."""
    return asked.model_copy(update={"seed": None}) if asked is not None else None
