"""The engine's blobs: pictures that a lane fetches, and the cheapest way to look for what nobody wants any more."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from azure.core.pipeline import PipelineResponse
from azure.storage.blob.aio import BlobServiceClient

from contracts.names import CANCELS_CONTAINER, IMAGES_CONTAINER, UPLOADS_CONTAINER
from contracts.storage import Storage, open_storage
from contracts.wire import PictureName
from engine.blobs import LARGEST_PICTURE_BYTES, READS_FOR_A_LIST, Gallery, Markers
from engine.failures import PictureGoneError

CONTAINERS = (IMAGES_CONTAINER, UPLOADS_CONTAINER, CANCELS_CONTAINER)


@pytest_asyncio.fixture
async def storage(connection_string: str) -> AsyncIterator[Storage]:
    async with open_storage(connection_string, None) as opened:
        for name in CONTAINERS:
            await opened.blobs.create_container(name)
        yield opened


def name_of(data: bytes) -> PictureName:
    return f"{hashlib.sha256(data).hexdigest()}.png"


async def fetched(storage: Storage, name: PictureName) -> bytes:
    arriving = await asyncio.to_thread(Gallery(storage).fetch, name)
    return await asyncio.wrap_future(arriving)


@pytest.mark.parametrize("container", [IMAGES_CONTAINER, UPLOADS_CONTAINER])
async def test_pictures_of_bots_and_of_people_are_fetched_from_a_thread(storage: Storage, container: str) -> None:
    name = name_of(b"picture")
    await storage.blobs.get_blob_client(container, name).upload_blob(b"picture")
    assert await fetched(storage, name) == b"picture"


async def test_picture_that_is_nowhere_is_gone(storage: Storage) -> None:
    with pytest.raises(PictureGoneError):
        await fetched(storage, name_of(b"picture"))


async def test_picture_is_gone_where_no_container_is_yet(connection_string: str) -> None:
    async with open_storage(connection_string, None) as empty:
        with pytest.raises(PictureGoneError):
            await fetched(empty, name_of(b"picture"))


async def test_bytes_that_are_not_those_of_the_name_are_no_picture(storage: Storage) -> None:
    name = name_of(b"picture")
    await storage.blobs.get_blob_client(UPLOADS_CONTAINER, name).upload_blob(b"another")
    with pytest.raises(PictureGoneError):
        await fetched(storage, name)


# aiohttp says that sending more than a megabyte at once may hold up the event loop: here it may.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
@pytest.mark.parametrize(("more_bytes", "is_gone"), [(0, False), (1, True)])
async def test_pictures_are_fetched_up_to_the_largest(storage: Storage, more_bytes: int, is_gone: bool) -> None:
    data = b"p" * (LARGEST_PICTURE_BYTES + more_bytes)
    await storage.blobs.get_blob_client(UPLOADS_CONTAINER, name_of(data)).upload_blob(data)
    if is_gone:
        with pytest.raises(PictureGoneError):
            await fetched(storage, name_of(data))
    else:
        assert await fetched(storage, name_of(data)) == data


@pytest.mark.parametrize(("jobs", "calls"), [(1, 1), (READS_FOR_A_LIST, READS_FOR_A_LIST), (READS_FOR_A_LIST + 1, 1)])
async def test_markers_are_found_one_by_one_while_that_costs_less_than_a_list(
    storage: Storage, jobs: int, calls: int
) -> None:
    unwanted, running = f"{0:032x}", [f"{number:032x}" for number in range(jobs)]
    for job_id in (unwanted, f"{jobs:032x}"):
        await storage.blobs.get_blob_client(CANCELS_CONTAINER, job_id).upload_blob(b"")
    asked: list[str] = []

    def note(response: PipelineResponse) -> None:  # type: ignore[type-arg]
        asked.append(response.http_request.url)

    options = storage.options | {"raw_response_hook": note}
    blobs = BlobServiceClient.from_connection_string(storage.connection_string or "", **options)
    markers = Markers(replace(storage, blobs=blobs))
    # The first look is a list, which also clears away what was forgotten.
    assert await markers.look(running) == {unwanted}
    assert [("comp=list" in url) for url in asked] == [True]
    asked.clear()
    assert await markers.look(running) == {unwanted}
    assert len(asked) == calls
    assert any("comp=list" in url for url in asked) == (jobs > READS_FOR_A_LIST)
    await markers.drop(unwanted)
    assert await markers.look(running) == frozenset()
