"""People report messages; moderators judge."""

from collections.abc import Awaitable, Callable
from functools import partial

from contracts.calls import Done
from contracts.reports import ListReports, Report, ReportMessage, Reports, ResolveReport
from hub.clock import now_ms
from hub.errors import ConflictError, ForbiddenError, NotFoundError
from hub.house import House
from hub.people import Person
from hub.talk import erasing
from hub.talk.report_book import ReportBook


async def report(house: House, person: Person, call: ReportMessage) -> Done:
    """Tell the moderators of a message. Its words are kept until they have judged. Raises HubError."""
    card = await house.access.reader(person, call.channel)
    found = await house.archive.channel(card.name).stored(call.comment_id)
    if found is None:
        raise NotFoundError("There is no such message in this channel.")
    message = found.message
    if message.deleted_at is not None:
        raise ConflictError("This message was deleted.")
    if person.wrote(message):
        raise ForbiddenError("Nobody reports a message of their own; delete it.")
    await house.reports.add(
        Report(
            channel=card.name,
            comment_id=message.comment_id,
            reporter=person.name,
            reason=call.reason,
            words=call.words,
            sender=message.sender,
            text=message.text,
            reported_at=now_ms(),
        )
    )
    return Done()


async def listed(house: House, person: Person, call: ListReports) -> Reports:
    """What moderators have to judge."""
    channel, _ = await house.access.moderator(person, call.channel)
    reports, has_more = await house.reports.open(channel.card.name, call.limit)
    return Reports(reports=tuple(reports), has_more=has_more)


async def resolve(house: House, person: Person, call: ResolveReport) -> Done:
    """Judge a report. Its copy of the words goes; with `removed` the message goes first. Raises NotFoundError."""
    channel, _ = await house.access.moderator(person, call.channel)
    channel_log = house.archive.channel(channel.card.name)
    remove = partial(erasing.delete, house.storage, house.pictures, channel_log, call.comment_id, person)
    await judge(house.reports, channel.card.name, call, person.name, partial(remove, moderates=True))
    return Done()


async def judge(
    book: ReportBook, channel: str, call: ResolveReport, by: str, remove: Callable[[], Awaitable[None]]
) -> None:
    """Write down a judgement, after `remove` where the message is to go. Raises NotFoundError."""
    found = await book.find(channel, call.comment_id, call.reporter)
    if call.resolution == "removed":
        await remove()
    judged = {"text": "", "resolution": call.resolution, "resolved_by": by, "resolved_at": now_ms()}
    await book.close(found.model_copy(update=judged))
