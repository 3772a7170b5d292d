"""All that the house holds of one person, as files: for whoever asks for a copy of the own data."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from azure.core.exceptions import ResourceNotFoundError
from pydantic import JsonValue

from contracts.message import Image
from contracts.names import UPLOADS_CONTAINER
from contracts.wire import Wire
from hub.accounts.accounts import Accounts
from hub.accounts.belongings import Belongings
from hub.accounts.rows import Account
from hub.admin import parts
from hub.admin.desk import Desk
from hub.admin.memberships import memberships, person_of
from hub.admin.new_folder import NewFolder, new_folder
from hub.pictures.book import PictureBook
from hub.rooms.members import Members
from hub.talk.report_book import ReportBook

MESSAGES: Final = "messages.jsonl"


async def export(desk: Desk, name: str, folder: Path) -> None:
    """Write a new folder, whole or not at all. Raises NotFoundError, ConflictError or OSError. Changes nothing."""
    accounts, channels = await parts.accounts(desk), await parts.channels(desk)
    account = await parts.account(accounts, name)
    belongings = Belongings(parts.archive(desk), channels, desk.tables.votes, ReportBook(desk.tables.channels))
    with new_folder(folder) as files:
        await _account(accounts, account, files)
        places = await memberships(channels, Members(desk.tables.channels), account)
        files.write_json("memberships.json", _dumped(places))
        images = await _said(belongings, account, files)
        await _judged(belongings, account, files)
        await _pictures(desk, account, images, files)
    print(f"What the house holds of {account.name} lies in {folder}.")


async def _account(accounts: Accounts, account: Account, files: NewFolder) -> None:
    person = person_of(account)
    files.write_json("account.json", account.model_dump(mode="json", exclude={"password_hash", "identities"}))
    files.write_json("identities.json", _dumped(account.identities))
    files.write_json("sessions.json", _dumped(await accounts.sessions.cards(person)))
    files.write_json("keys.json", _dumped(await accounts.keys.cards(person)))


async def _said(belongings: Belongings, account: Account, files: NewFolder) -> list[Image]:
    """The messages, one a line; gives the pictures in them."""
    images: list[Image] = []
    files.write(MESSAGES, b"")
    async for _, one in belongings.messages(account.name, account.created_at):
        files.append_line(MESSAGES, one.message.to_json())
        images += one.message.images
    return images


async def _judged(belongings: Belongings, account: Account, files: NewFolder) -> None:
    votes = [vote async for vote in belongings.votes(account.name)]
    files.write_json("votes.json", [{"channel": at, "commentId": to, "value": value} for at, to, value in votes])
    reports = [report async for report in belongings.reports(account.name, account.created_at)]
    files.write_json("reports.json", _dumped(reports))


async def _pictures(desk: Desk, account: Account, images: list[Image], files: NewFolder) -> None:
    """Those in messages, and those that were sent and not posted yet; with their bytes where these are still there."""
    book = PictureBook(desk.tables.pictures)
    names = {name for image in images for name in (image.name, image.thumbnail) if name is not None}
    names |= {name async for name in book.sent_by(account.name, account.created_at)}
    told: list[JsonValue] = []
    for name in sorted(names):
        kept = (await book.read(name)).kept
        blob = desk.storage.blobs.get_blob_client(kept.container if kept is not None else UPLOADS_CONTAINER, name)
        try:
            files.write(f"pictures/{name}", await (await blob.download_blob()).readall())
        except ResourceNotFoundError:
            told.append({"name": name, "isThere": False})
        else:
            told.append({"name": name, "isThere": True})
    files.write_json("pictures.json", told)


def _dumped(values: Sequence[Wire]) -> JsonValue:
    return [value.model_dump(mode="json") for value in values]
