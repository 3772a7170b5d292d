"""The calls of people, by their names on the wire: the same rules and functions, whatever door they come through."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.calls import (
    DeleteMessage,
    Done,
    GetMessagesForChannel,
    Page,
    Posted,
    ReceiveMessage,
    Regenerate,
    StopThinking,
    Vote,
    Voted,
)
from contracts.search import Found, Search
from contracts.wire import Wire
from hub import erasing, stopping
from hub.channel_log import ChannelLog
from hub.errors import BadRequestError, ForbiddenError
from hub.house import House
from hub.people import Person, Scope
from hub.watching import watched


@dataclass(frozen=True)
class Call:
    """One thing that people can ask for: its form, what does it, and what a token must allow."""

    form: type[Wire]
    act: Callable[[House, Person, Any], Awaitable[Wire]]
    scope: Scope


@watched
async def perform(house: House, person: Person, name: str, data: Any) -> Wire:
    """Do a call for a person. Raises HubError, pydantic.ValidationError, or what storage raises."""
    call = CALLS[name]
    if call.scope not in person.scopes:
        raise ForbiddenError(f"This key has no right to {call.scope}.")
    return await call.act(house, person, call.form.model_validate(data, strict=False))


async def post(house: House, person: Person, call: ReceiveMessage) -> Posted:
    card = await house.access.writer(person, call.channel)
    return await house.post_office.receive(call, person, card, await house.gallery.images(call.images, person))


async def history(house: House, person: Person, call: GetMessagesForChannel) -> Page:
    if call.before is not None and call.after is not None:
        raise BadRequestError("Ask for messages before an id or after a revision, not both.")
    channel_log = await _readable(house, person, call.channel)
    revision = 0
    if call.after is not None:
        messages, has_more, revision = await channel_log.changed_after(call.after, call.limit)
    elif call.before is not None:
        messages, has_more = await channel_log.before(call.before, call.limit)
    else:
        messages, has_more, revision = await channel_log.newest(call.limit)
    return Page(messages=tuple(messages), has_more=has_more, revision=revision)


async def stop(house: House, person: Person, call: StopThinking) -> Done:
    await stopping.stop(house.storage, await _writable(house, person, call.channel), call.comment_id, person)
    return Done()


async def regenerate(house: House, person: Person, call: Regenerate) -> Posted:
    return await house.regeneration.again(call, person, await house.access.writer(person, call.channel))


async def delete(house: House, person: Person, call: DeleteMessage) -> Done:
    channel_log = await _readable(house, person, call.channel)
    await erasing.delete(house.storage, house.pictures, channel_log, call.comment_id, person)
    return Done()


async def vote(house: House, person: Person, call: Vote) -> Voted:
    return await house.votes.cast(await _writable(house, person, call.channel), call, person)


async def search(house: House, person: Person, call: Search) -> Found:
    """What is found lies in channels that the person may read at this moment."""
    if call.channel is not None:
        return await house.searching.find(call, [(await house.access.reader(person, call.channel)).name])
    return await house.searching.find(call, [card.name for card in await house.access.readable(person)])


async def _readable(house: House, person: Person, channel: str) -> ChannelLog:
    return house.archive.channel((await house.access.reader(person, channel)).name)


async def _writable(house: House, person: Person, channel: str) -> ChannelLog:
    return house.archive.channel((await house.access.writer(person, channel)).name)


CALLS: Final[Mapping[str, Call]] = {
    "ReceiveMessage": Call(ReceiveMessage, post, "write"),
    "GetMessagesForChannel": Call(GetMessagesForChannel, history, "read"),
    "StopThinking": Call(StopThinking, stop, "write"),
    "Regenerate": Call(Regenerate, regenerate, "write"),
    "DeleteMessage": Call(DeleteMessage, delete, "write"),
    "Vote": Call(Vote, vote, "write"),
    "Search": Call(Search, search, "read"),
}
