"""Who may see a picture: whoever may read a channel that shows it, and whoever sent it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.message import Image
from contracts.wire import PictureName
from hub.errors import HubError, NotFoundError, UnknownChannelError
from hub.people import Person
from hub.pictures.book import NO_PICTURE, PictureBook
from hub.pictures.rows import Entry
from hub.rooms.access import Access
from hub.rooms.channels import Channels

# Channels that are asked about one person; a picture is hardly ever in more.
MOST_ASKED: Final = 50


@dataclass(frozen=True)
class View:
    """What somebody may have of a picture: from which container, and whether everybody may."""

    container: str | None
    is_public: bool


class Gallery:
    """Decides about pictures."""

    def __init__(self, book: PictureBook, access: Access, channels: Channels) -> None:
        self._book = book
        self._access = access
        self._channels = channels

    async def view(self, name: PictureName, person: Person | None) -> View | None:
        """None: for this person there is no such picture.

        One that is older than the book of pictures is open to everybody, as it always was.
        """
        known = self._book.known(name)
        view = await self._view(known, person) if known is not None else None
        # Another hub may have shown it meanwhile.
        return view or await self._view(await self._book.read(name), person)

    def is_known_to_be_public(self, name: PictureName) -> bool:
        """Whether everybody may see a picture, by what is remembered of it alone."""
        known = self._book.known(name)
        return known is not None and self._is_shown_to_all(known)

    async def images(self, names: Sequence[PictureName], person: Person) -> tuple[Image, ...]:
        """Pictures that a person may post: sent by this person, or seen elsewhere. Raises NotFoundError."""
        found = []
        for name in dict.fromkeys(names):
            seen = await self._book.read(name)
            may = self._is_shown_to_all(seen) or await self._is_for(seen, person)
            # A thumbnail is no picture of its own: who posts it would post something else than was sent.
            if seen.kept is None or seen.kept.image.name != name or not may:
                raise NotFoundError(NO_PICTURE)
            found.append(seen.kept.image)
        return tuple(found)

    async def _view(self, seen: Entry, person: Person | None) -> View | None:
        container = seen.kept.container if seen.kept is not None else None
        is_older = seen.kept is None and not seen.shown and not seen.sent
        if is_older or self._is_shown_to_all(seen):
            return View(container, is_public=True)
        return View(container, is_public=False) if person is not None and await self._is_for(seen, person) else None

    def _is_shown_to_all(self, seen: Entry) -> bool:
        return any(self._is_open(shown.channel) for shown in seen.shown)

    def _is_open(self, channel: str) -> bool:
        """Whether a channel can be read without being asked in."""
        try:
            return self._channels.get(channel).card.visibility != "invite"
        except UnknownChannelError:
            return False

    async def _is_for(self, seen: Entry, person: Person) -> bool:
        if any(sent.is_by(person) for sent in seen.sent):
            return True
        channels = list(dict.fromkeys(shown.channel for shown in seen.shown))[-MOST_ASKED:]
        return any(await asyncio.gather(*(self._reads(person, channel) for channel in channels)))

    async def _reads(self, person: Person, channel: str) -> bool:
        try:
            await self._access.reader(person, channel)
        except HubError:
            return False
        return True
