"""A search: the index is brought up to date as far as that is quick, then asked, and its lines become fragments."""

import asyncio
import base64
import re
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from contracts.search import Found, Fragment, Hit, Search
from contracts.wire import LARGEST_ID
from hub.clock import now_ms
from hub.errors import BadSearchError, StorageUnavailableError
from hub.ids import highest
from hub.search.following import Follower
from hub.search.index import Index, Line, Question
from hub.search.segments import CLOSING, OPENING, joined
from hub.search.wishes import Wish, wish

# Each look is a call of storage. What changed in further channels shows when the hub looks there by itself.
MOST_LOOKS: Final = 16
# Deeper than anybody reads: for a page of the best, all better ones are found again.
MOST_PAGED: Final = 1_000
# A text without spaces is one word, however long it is.
LONGEST_SHOWN: Final = 600
MARKED: Final = re.compile(f"{OPENING}([^{CLOSING}]*){CLOSING}")
POSITION: Final = re.compile(r"([0-9]{1,16})\.([0-9]{1,4})")


class Searching:
    """Answers what people look for, in channels that the caller may read: whoever asks has seen to that."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._looked_at: dict[str, float] = {}

    async def find(self, form: Search, channels: Sequence[str]) -> Found:
        """A page of messages. Raises BadSearchError or StorageUnavailableError, or what storage raises."""
        newest, offset = _position(form.cursor)
        question = _question(form, channels, newest, offset)
        try:
            await self._follower.opened()
            looked = sorted(channels, key=self._order)[:MOST_LOOKS]
            is_all = await self._look(looked)
            lines = await self._ask(question)
            # What was found elsewhere may be changed or gone by now.
            if unseen := {line.channel for line in lines} - {*looked}:
                is_all = await self._look(unseen) and is_all
                lines = await self._ask(question)
        except sqlite3.Error as error:
            raise _told(error) from error
        return _found(form, question, lines, is_all and all(map(self._follower.is_whole, channels)))

    async def _ask(self, question: Question) -> list[Line]:
        await self._follower.flush()
        proven = tuple(filter(self._follower.is_proven, question.channels))
        return await self._follower.do(Index.ask, replace(question, channels=proven))

    def _order(self, channel: str) -> tuple[bool, float]:
        """What the index does not answer for yet comes first, then what was not looked at for long."""
        return self._follower.is_proven(channel), self._looked_at.get(channel, 0)

    async def _look(self, channels: Collection[str]) -> bool:
        self._looked_at |= dict.fromkeys(channels, time.monotonic())
        return all(await asyncio.gather(*map(self._follower.look, channels)))


def _told(error: sqlite3.Error) -> BadSearchError | StorageUnavailableError:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        return BadSearchError("That would take too long; please look for something rarer.")
    return StorageUnavailableError("Searching is not possible at this moment; please try again soon.")


def _question(form: Search, channels: Sequence[str], newest: int, offset: int) -> Question:
    """Raises BadSearchError."""
    wanted = wish(form.text, form.topic)
    told = (form.channel, form.author, form.by, form.sent_from, form.sent_before, form.has_picture)
    if wanted == Wish(None, None) and all(one is None for one in told):
        raise BadSearchError("Please say what to look for.")
    return Question(
        channels=tuple(channels),
        match=wanted.match,
        without=wanted.without,
        author=form.author,
        is_bot=None if form.by is None else form.by == "bots",
        has_picture=form.has_picture,
        sent_from=_ms(form.sent_from),
        sent_before=_ms(form.sent_before),
        newest=newest,
        is_ranked=_is_ranked(form, wanted.match),
        # One more shows whether there is another page.
        limit=form.limit + 1,
        offset=offset,
    )


def _is_ranked(form: Search, match: str | None) -> bool:
    return form.order == "best" and match is not None


def _ms(when: int | str | None) -> int | None:
    return int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp() * 1000) if isinstance(when, str) else when


def _position(cursor: str | None) -> tuple[int, int]:
    """The highest id, and how many of the best are to be passed over. No rank: it would tell of others' messages."""
    if cursor is None:
        return LARGEST_ID, 0
    try:
        found = POSITION.fullmatch(base64.urlsafe_b64decode(cursor).decode("ascii"))
    except ValueError:
        found = None
    if found is None or int(found[1]) > LARGEST_ID or int(found[2]) > MOST_PAGED:
        raise BadSearchError("This is no cursor of a search.")
    return int(found[1]), int(found[2])


def _found(form: Search, question: Question, lines: Sequence[Line], is_complete: bool) -> Found:
    shown, cursor = lines[: form.limit], None
    if len(lines) > form.limit:
        # What is posted meanwhile does not move the pages.
        newest, offset = min(question.newest, highest(now_ms())), question.offset + form.limit
        if not question.is_ranked:
            newest, offset = shown[-1].comment_id - 1, 0
        if offset <= MOST_PAGED:
            cursor = base64.urlsafe_b64encode(f"{newest}.{offset}".encode()).decode()
    return Found(hits=tuple(map(_hit, shown)), next_cursor=cursor, is_complete=is_complete)


def _hit(line: Line) -> Hit:
    return Hit(
        comment_id=line.comment_id,
        channel=line.channel,
        sender=line.sender,
        is_bot=line.is_bot,
        sent_at=line.sent_at,
        has_picture=line.has_picture,
        topic=tuple(_fragments(line.topic)),
        text=tuple(_fragments(line.text)),
    )


def _fragments(marked: str) -> Iterator[Fragment]:
    left = LONGEST_SHOWN
    for number, piece in enumerate(MARKED.split(joined(marked))):
        text = piece[:left]
        left -= len(text)
        if text:
            yield Fragment(text=text, is_match=number % 2 == 1)
