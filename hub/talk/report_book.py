"""Reports as rows: one a person and message, open until somebody resolves it."""

from collections.abc import AsyncIterator
from typing import Any, Final

from azure.core import MatchConditions
from azure.core.async_paging import AsyncItemPaged
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableEntity, UpdateMode
from azure.data.tables.aio import TableClient

from contracts.reports import Report
from hub.errors import NotFoundError
from hub.log.channel_log import RANGE
from hub.log.rows import AFTER_BANG, row
from hub.log.tables import from_chunks, one_page
from hub.people import DELETED
from hub.rooms.channel_rows import reports_on

OPEN: Final = "open"
DONE: Final = "done"


class ReportBook:
    """The rows of the partitions `report!`."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    async def add(self, report: Report) -> None:
        """Keep a report; again by the same person, also after it was resolved, changes nothing."""
        if await self._find(DONE, report) is not None:
            return
        try:
            await self._table.create_entity(row(reports_on(report.channel), _key(OPEN, report), report))
        except ResourceExistsError:
            return

    async def open(self, channel: str, most: int) -> tuple[list[Report], bool]:
        """A channel's open ones by the message, and whether there are more."""
        parameters = {"channel": reports_on(channel), "low": f"{OPEN}!", "high": OPEN + AFTER_BANG}
        rows = await one_page(self._table, RANGE, parameters, most + 1)
        return [_report(entity) for entity in rows[:most]], len(rows) > most

    async def each(self, channel: str) -> AsyncIterator[Report]:
        """All of a channel, also those that were resolved."""
        async for entity in self._rows(channel):
            yield _report(entity)

    async def unname(self, channel: str, name: str, since: int, pseudonym: str) -> None:
        """Take the name of who held it since (ms since 1970) out of a channel's reports, each in one transaction.

        A reporter goes on under a pseudonym: one message may be reported by several who left.
        """
        async for entity in self._rows(channel):
            report = _report(entity)
            unnamed = _without_name(report, name, pseudonym)
            is_older = max(report.reported_at, report.resolved_at or 0) < since
            if unnamed != report and not is_older:
                await self._replace(entity, unnamed)

    async def find(self, channel: str, comment_id: int, reporter: str) -> Report:
        """An open one. Raises NotFoundError."""
        try:
            entity = await self._table.get_entity(reports_on(channel), _key_of(OPEN, comment_id, reporter))
        except ResourceNotFoundError as error:
            raise NotFoundError("There is no such open report.") from error
        return _report(entity)

    async def close(self, resolved: Report) -> None:
        """Move a report to the resolved ones, both rows at once. Raises NotFoundError when somebody else did."""
        partition = reports_on(resolved.channel)
        delete = {"PartitionKey": partition, "RowKey": _key(OPEN, resolved)}
        done = row(partition, _key(DONE, resolved), resolved)
        try:
            await self._table.submit_transaction([("delete", delete), ("upsert", done)])
        except ResourceNotFoundError as error:
            raise NotFoundError("There is no such open report.") from error

    def _rows(self, channel: str) -> AsyncItemPaged[TableEntity]:
        return self._table.query_entities("PartitionKey eq @p", parameters={"p": reports_on(channel)})

    async def _replace(self, entity: TableEntity, report: Report) -> None:
        """Unless it was resolved just now, or another hub did the same."""
        partition, key = str(entity["PartitionKey"]), str(entity["RowKey"])
        after = row(partition, _key(key.partition("!")[0], report), report)
        as_seen = {"etag": entity.metadata["etag"], "match_condition": MatchConditions.IfNotModified}
        operations: list[Any] = [("update", after, {"mode": UpdateMode.REPLACE, **as_seen})]
        if after["RowKey"] != key:
            operations = [("create", after), ("delete", {"PartitionKey": partition, "RowKey": key}, as_seen)]
        try:
            await self._table.submit_transaction(operations)
        except HttpResponseError as error:
            if error.status_code not in (404, 412):
                raise

    async def _find(self, state: str, report: Report) -> Any:
        try:
            return await self._table.get_entity(reports_on(report.channel), _key(state, report))
        except ResourceNotFoundError:
            return None


def _report(entity: Any) -> Report:
    return Report.from_json(from_chunks(entity))


def _without_name(report: Report, name: str, pseudonym: str) -> Report:
    whole = {"reporter": pseudonym, "sender": DELETED, "resolved_by": DELETED}
    return report.model_copy(
        update={field: instead for field, instead in whole.items() if getattr(report, field) == name}
    )


def _key(state: str, report: Report) -> str:
    return _key_of(state, report.comment_id, report.reporter)


def _key_of(state: str, comment_id: int, reporter: str) -> str:
    return f"{state}!{comment_id:016d}!{reporter.lower()}"
