"""Reports in a terminal: what nobody has judged yet, over all channels, and a judgement."""

from typing import Final

from pydantic import ValidationError

from contracts.reports import ResolveReport
from hub.admin import parts
from hub.admin.desk import Desk, day, table
from hub.errors import BadRequestError
from hub.people import Person
from hub.pictures.book import PictureBook
from hub.talk import erasing
from hub.talk.report_book import ReportBook
from hub.talk.reporting import judge

# Of one channel; those after them come when these are judged.
MOST_SHOWN: Final = 200
SHOWN_CHARACTERS: Final = 80
# A name that nobody can register.
JUDGE: Final = Person("administrator", is_guest=False, session_id="", since=0, is_admin=True)
HEAD: Final = ("channel", "comment id", "reporter", "reason", "reported (UTC)", "sender", "what it said", "words")


async def show(desk: Desk) -> None:
    book = ReportBook(desk.tables.channels)
    found = [
        report for card in (await parts.channels(desk)).all() for report in (await book.open(card.name, MOST_SHOWN))[0]
    ]
    rows = [
        (
            one.channel,
            one.comment_id,
            one.reporter,
            one.reason,
            day(one.reported_at),
            one.sender,
            one.text[:SHOWN_CHARACTERS],
            one.words[:SHOWN_CHARACTERS],
        )
        for one in found
    ]
    print(table(HEAD, rows) if rows else "No report is open.")


async def resolve(desk: Desk, channel: str, comment_id: str, reporter: str, resolution: str) -> None:
    """Judge a report. Raises HubError.

    A message that is removed is gone from the table when this returns; pages that show it catch up with the next
    message of the channel, or when they are opened again.
    """
    card = (await parts.channels(desk)).get(channel).card
    try:
        wanted = {"channel": card.name, "comment_id": comment_id, "reporter": reporter, "resolution": resolution}
        call = ResolveReport.model_validate(wanted, strict=False)
    except ValidationError as error:
        raise BadRequestError("Name the comment id and the reporter as `reports` shows them.") from error

    async def remove() -> None:
        log, pictures = parts.archive(desk).channel(card.name), PictureBook(desk.tables.pictures)
        await erasing.delete(desk.storage, pictures, log, call.comment_id, JUDGE, moderates=True)

    await judge(ReportBook(desk.tables.channels), card.name, call, JUDGE.name, remove)
    print("The message is removed." if resolution == "removed" else "The report is dismissed.")
