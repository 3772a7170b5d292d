"""The export of one channel: read its rows once, find out what is shared, write three files."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from azure.data.tables.aio import TableClient

from hub.export import reddit
from hub.export.people import People
from hub.export.preferences import preferences
from hub.export.reasons import Reason, reason_against
from hub.export.shelf import Shelf
from hub.log.channel_log import RANGE
from hub.log.rows import END_OF_MESSAGES, FIRST_MESSAGE_KEY, stored
from hub.talk.dispatch import MOST_ANCESTORS


@dataclass(frozen=True)
class Summary:
    """What became of a channel's messages."""

    channel: str
    submissions: int
    comments: int
    pairs: int
    left_out: Counter[Reason]

    def told(self) -> str:
        shared = self.submissions + self.comments
        first = (
            f"{self.channel}: read {shared + self.left_out.total():,} messages, shared {shared:,} "
            f"({self.submissions:,} submissions, {self.comments:,} comments), {self.pairs:,} preference pairs"
        )
        rest = [f"  left out: {self.left_out[reason]:,} {reason}" for reason in Reason if self.left_out[reason]]
        return "\n".join((first, *rest))


async def export_channel(channel: str, table: TableClient, people: People, folder: Path) -> Summary:
    """Write what is shared of a channel. Raises OSError and what storage raises; then no file has changed.

    In memory are a page of rows and SQLite's cache; the rest of a large channel lies in a temporary file.
    """
    with Shelf() as shelf:
        parameters = {"channel": channel, "low": FIRST_MESSAGE_KEY, "high": END_OF_MESSAGES}
        async for entity in table.query_entities(RANGE, parameters=parameters):
            message = stored(entity).message
            shelf.put(message, reason_against(message, people))
        shelf.share()
        return _write(channel, shelf, people, folder)


def _write(channel: str, shelf: Shelf, people: People, folder: Path) -> Summary:
    folder.mkdir(parents=True, exist_ok=True)
    lines = {"submissions": _submissions(shelf, people), "comments": _comments(shelf, people)}
    lines["preferences"] = _preferences(shelf, people)
    counts = {name: _write_lines(_part(folder, channel, name), each) for name, each in lines.items()}
    for name in lines:
        part = _part(folder, channel, name)
        part.replace(part.with_suffix(""))
    return Summary(channel, counts["submissions"], counts["comments"], counts["preferences"], shelf.left_out())


def _part(folder: Path, channel: str, name: str) -> Path:
    """The file until it is whole."""
    return folder / f"{channel}_{name}.ndjson.part"


def _write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> int:
    """How many there were."""
    number = 0
    with path.open("w", encoding="ascii", newline="\n") as file:
        for line in lines:
            file.write(json.dumps(line) + "\n")
            number += 1
    return number


def _submissions(shelf: Shelf, people: People) -> Iterable[dict[str, Any]]:
    for message, root in shelf.shared():
        if message.comment_id == root:
            bots = shelf.bots_asked(root)
            yield reddit.submission(message, people, bots, shelf.comments(root))


def _comments(shelf: Shelf, people: People) -> Iterable[dict[str, Any]]:
    for message, root in shelf.shared():
        if message.comment_id != root:
            yield reddit.comment(message, people, shelf.bots_asked(message.comment_id), root)


def _preferences(shelf: Shelf, people: People) -> Iterable[dict[str, Any]]:
    for siblings in shelf.siblings():
        yield from preferences(siblings, shelf.thread(siblings[0], MOST_ANCESTORS), people)
