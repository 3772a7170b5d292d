"""What one person has left in the channels: every message, vote and report, found by reading all of them.

Nothing leads from a person to the messages, and both uses are rare: an account that is deleted, an export of a
person's data.
"""

from collections.abc import AsyncIterator
from typing import Final

from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from contracts.reports import Report
from hub.log.archive import Archive
from hub.log.channel_log import ChannelLog
from hub.log.rows import Stored
from hub.rooms.channels import Channels
from hub.talk.report_book import ReportBook

EVERY_MESSAGE: Final = 0


class Belongings:
    """Reads all channels, one after the other."""

    def __init__(self, archive: Archive, channels: Channels, votes: TableClient, reports: ReportBook) -> None:
        self._archive = archive
        self._channels = channels
        self._votes = votes
        self._reports = reports

    async def channel_logs(self) -> AsyncIterator[ChannelLog]:
        for card in self._channels.all():
            yield self._archive.channel(card.name)

    async def messages(self, name: str, since: int) -> AsyncIterator[tuple[ChannelLog, Stored]]:
        """What the holder of a name has written since (ms since 1970); of each channel the newest first."""
        async for channel_log in self.channel_logs():
            async for one in channel_log.newer_than(EVERY_MESSAGE):
                if is_by(one, name, since):
                    yield channel_log, one

    async def votes(self, name: str) -> AsyncIterator[tuple[str, int, int]]:
        """Every vote of a person: the channel, the message's id, and 1 or -1."""
        async for channel, key, value in self._votes_of(name):
            yield channel, int(key.partition("!")[0]), value

    async def unname_votes(self, name: str, pseudonym: str) -> None:
        """Let a person's votes count on under another name, one transaction for each."""
        async for channel, key, value in self._votes_of(name):
            entity = {"PartitionKey": channel, "RowKey": f"{key.partition('!')[0]}!{pseudonym}", "value": value}
            await self._votes.submit_transaction(
                [
                    ("upsert", entity, {"mode": UpdateMode.REPLACE}),
                    ("delete", {"PartitionKey": channel, "RowKey": key}),
                ]
            )

    async def reports(self, name: str, since: int) -> AsyncIterator[Report]:
        """Every report that the holder of a name has made since (ms since 1970)."""
        for card in self._channels.all():
            async for report in self._reports.each(card.name):
                if report.reporter == name and report.reported_at >= since:
                    yield report

    async def unname_reports(self, name: str, since: int, pseudonym: str) -> None:
        """Let the reports that name a person stand without the name."""
        for card in self._channels.all():
            await self._reports.unname(card.name, name, since, pseudonym)

    async def _votes_of(self, name: str) -> AsyncIterator[tuple[str, str, int]]:
        for card in self._channels.all():
            rows = self._votes.query_entities("PartitionKey eq @channel", parameters={"channel": card.name})
            async for row in rows:
                if row["RowKey"].partition("!")[2] == name.lower():
                    yield card.name, row["RowKey"], int(row["value"])


def is_by(one: Stored, name: str, since: int) -> bool:
    """Whether a person, and no bot or earlier holder of the name, wrote a message."""
    return not one.message.is_bot and one.message.sender == name and one.message.sent_at >= since
