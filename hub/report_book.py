"""Reports as rows: one a person and message, open until somebody resolves it."""

from typing import Any, Final

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables.aio import TableClient

from contracts.reports import Report
from hub.channel_log import RANGE
from hub.channel_rows import reports_on
from hub.errors import NotFoundError
from hub.rows import AFTER_BANG, row
from hub.tables import from_chunks, one_page

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

    async def _find(self, state: str, report: Report) -> Any:
        try:
            return await self._table.get_entity(reports_on(report.channel), _key(state, report))
        except ResourceNotFoundError:
            return None


def _report(entity: Any) -> Report:
    return Report.from_json(from_chunks(entity))


def _key(state: str, report: Report) -> str:
    return _key_of(state, report.comment_id, report.reporter)


def _key_of(state: str, comment_id: int, reporter: str) -> str:
    return f"{state}!{comment_id:016d}!{reporter.lower()}"
