"""The calls of people, by their names on the wire: the same rules and functions, whatever door they come through."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.calls import (
    Changed,
    ChooseAnswer,
    DeleteMessage,
    Done,
    EditMessage,
    GetMessage,
    GetMessagesForChannel,
    OneMessage,
    Page,
    Posted,
    ReceiveMessage,
    Regenerate,
    StopThinking,
    Typing,
    Vote,
    Voted,
)
from contracts.channels import (
    Ban,
    ChangeChannel,
    CreateChannel,
    DeleteChannel,
    Invite,
    JoinChannel,
    Kick,
    LeaveChannel,
    ListChannels,
    ListInvitations,
    ListMembers,
    MarkRead,
    Mute,
    RevokeInvitation,
    SetRole,
    Unban,
)
from contracts.reports import ListReports, ReportMessage, ResolveReport
from contracts.search import Found, Search
from contracts.wire import Wire
from hub.cursors import cursor, number_at
from hub.errors import BadRequestError, ForbiddenError, NotFoundError
from hub.house import House
from hub.limits import Action
from hub.log.channel_log import ChannelLog
from hub.people import Person, Scope
from hub.rooms import inviting, joining, keeping, ordering, reading
from hub.talk import choosing, editing, erasing, reporting, stopping
from hub.watching.calls import watched


@dataclass(frozen=True)
class Call:
    """One thing that people can ask for: its form, what does it, what a token must allow, and which limit counts it."""

    form: type[Wire]
    act: Callable[[House, Person, Any], Awaitable[Wire]]
    scope: Scope
    limit: Action | None = None


@watched
async def perform(house: House, person: Person, name: str, data: Any) -> Wire:
    """Do a call for a person. Raises HubError, pydantic.ValidationError, or what storage raises."""
    call = CALLS[name]
    allow(person, call.scope)
    await house.limits.of(person, "calls")
    form = call.form.model_validate(data, strict=False)
    if call.limit is not None:
        await house.limits.of(person, call.limit)
    return await call.act(house, person, form)


def allow(person: Person, scope: Scope) -> None:
    """Raises ForbiddenError where a key has no such right."""
    if scope not in person.scopes:
        raise ForbiddenError(f"This key has no right to {scope}.")


async def post(house: House, person: Person, call: ReceiveMessage) -> Posted:
    card = await house.access.writer(person, call.channel)
    await house.limits.use("posts", channel=card.name)
    return await house.post_office.receive(call, person, card, await house.gallery.images(call.images, person))


async def history(house: House, person: Person, call: GetMessagesForChannel) -> Page:
    if sum(one is not None for one in (call.cursor, call.before, call.after)) > 1:
        raise BadRequestError("Ask for messages by a cursor, before an id or after a revision, not by two of them.")
    channel_log = await _readable(house, person, call.channel)
    before = number_at(call.cursor, "before") if call.cursor is not None else call.before
    revision = 0
    if call.after is not None:
        messages, has_more, revision = await channel_log.changed_after(call.after, call.limit)
        return Page(messages=tuple(messages), has_more=has_more, revision=revision)
    if before is not None:
        messages, has_more = await channel_log.before(before, call.limit)
    else:
        messages, has_more, revision = await channel_log.newest(call.limit)
    older = cursor(before=messages[0].comment_id) if has_more and messages else None
    return Page(messages=tuple(messages), has_more=has_more, revision=revision, next_cursor=older)


async def message(house: House, person: Person, call: GetMessage) -> OneMessage:
    found = await (await _readable(house, person, call.channel)).read(call.comment_id)
    if found is None:
        raise NotFoundError("There is no such message in this channel.")
    return OneMessage(message=found.message)


async def stop(house: House, person: Person, call: StopThinking) -> Done:
    channel_log = await _writable(house, person, call.channel)
    moderates = await house.access.moderates(person, channel_log.channel)
    await stopping.stop(house.storage, channel_log, call.comment_id, person, moderates=moderates)
    return Done()


async def regenerate(house: House, person: Person, call: Regenerate) -> Posted:
    card = await house.access.writer(person, call.channel)
    await house.limits.use("posts", channel=card.name)
    return await house.regeneration.again(call, person, card)


async def edit(house: House, person: Person, call: EditMessage) -> Changed:
    return await editing.edit(await _writable(house, person, call.channel), call, person)


async def choose(house: House, person: Person, call: ChooseAnswer) -> Changed:
    channel_log = await _writable(house, person, call.channel)
    moderates = await house.access.moderates(person, channel_log.channel)
    return await choosing.choose(channel_log, call, person, moderates=moderates)


async def delete(house: House, person: Person, call: DeleteMessage) -> Done:
    # Also where one may not write any more: what one said stays one's own to take back.
    channel_log = await _readable(house, person, call.channel)
    moderates = await house.access.moderates(person, channel_log.channel)
    await erasing.delete(house.storage, house.pictures, channel_log, call.comment_id, person, moderates=moderates)
    return Done()


async def typing(house: House, person: Person, call: Typing) -> Done:
    card = await house.access.writer(person, call.channel)
    house.voice.typing(card.name, person.name, skip=person.connection)
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
    "ReceiveMessage": Call(ReceiveMessage, post, "write", "posts"),
    "GetMessagesForChannel": Call(GetMessagesForChannel, history, "read"),
    "GetMessage": Call(GetMessage, message, "read"),
    "StopThinking": Call(StopThinking, stop, "write"),
    "Regenerate": Call(Regenerate, regenerate, "write", "posts"),
    "DeleteMessage": Call(DeleteMessage, delete, "write"),
    "EditMessage": Call(EditMessage, edit, "write", "posts"),
    "ChooseAnswer": Call(ChooseAnswer, choose, "write"),
    "Typing": Call(Typing, typing, "write"),
    "Vote": Call(Vote, vote, "write", "votes"),
    "Search": Call(Search, search, "read", "searches"),
    "ReportMessage": Call(ReportMessage, reporting.report, "write", "posts"),
    "ListReports": Call(ListReports, reporting.listed, "manage"),
    "ResolveReport": Call(ResolveReport, reporting.resolve, "manage"),
    "ListChannels": Call(ListChannels, reading.channels, "read"),
    "MarkRead": Call(MarkRead, reading.mark_read, "write"),
    "JoinChannel": Call(JoinChannel, joining.join, "write", "joins"),
    "LeaveChannel": Call(LeaveChannel, joining.leave, "write"),
    "ListMembers": Call(ListMembers, ordering.people, "read"),
    "CreateChannel": Call(CreateChannel, keeping.create, "manage", "posts"),
    "ChangeChannel": Call(ChangeChannel, keeping.change, "manage"),
    "DeleteChannel": Call(DeleteChannel, keeping.delete, "manage"),
    "SetRole": Call(SetRole, ordering.set_role, "manage"),
    "Mute": Call(Mute, ordering.mute, "manage"),
    "Kick": Call(Kick, ordering.kick, "manage"),
    "Ban": Call(Ban, ordering.ban, "manage"),
    "Unban": Call(Unban, ordering.unban, "manage"),
    "Invite": Call(Invite, inviting.invite, "manage"),
    "ListInvitations": Call(ListInvitations, inviting.listed, "manage"),
    "RevokeInvitation": Call(RevokeInvitation, inviting.revoke, "manage"),
}
