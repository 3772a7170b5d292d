"""What the hub serves over HTTP beside the API: pictures, the page, and its health."""

import gzip
import hashlib
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from azure.storage.blob import ContentSettings

from contracts.names import IMAGES_CONTAINER
from contracts.storage import open_storage
from hub.doors.page import POLICY
from tests.hub.conftest import StartHub

PNG = b"\x89PNG\r\n\x1a\n and the rest"
NAME = hashlib.sha256(PNG).hexdigest() + ".png"


async def get(address: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_a_picture_is_served_by_its_hash_and_cached_for_ever(hub: str, connection_string: str) -> None:
    async with open_storage(connection_string, None) as storage:
        blob = storage.blobs.get_blob_client(IMAGES_CONTAINER, NAME)
        await blob.upload_blob(PNG, content_settings=ContentSettings(content_type="text/html"))
    status, headers, body = await get(f"{hub}/images/{NAME}")
    assert (status, body) == (200, PNG)
    assert headers["Content-Type"] == "image/png"
    assert "immutable" in headers["Cache-Control"]
    assert (await get(f"{hub}/images/{NAME}", **{"If-None-Match": headers["ETag"]}))[0] == 304


@pytest.mark.parametrize(
    "name", ["", "/", "nope.png", "0" * 64 + ".png", "0" * 64 + ".svg", "..%2Fpayloads%2Fx.json", NAME.upper()]
)
async def test_what_is_no_picture_is_not_found_and_there_is_no_listing(hub: str, name: str) -> None:
    assert (await get(f"{hub}/images/{name}"))[0] == 404


async def test_the_page_is_strict_and_its_assets_are_immutable(start_hub: StartHub, page: Path) -> None:
    (page / "assets" / "app-1a2b3c.js.gz").write_bytes(gzip.compress(b"export {}"))
    hub = await start_hub(hub_page=page)
    for path in ("/", "/c/CoopAndPabloPlayHouse", "/index.html"):
        status, headers, body = await get(hub + path)
        assert (status, headers["Cache-Control"]) == (200, "no-cache")
        assert headers["Content-Security-Policy"] == POLICY
        assert b"Playhouse" in body
    status, headers, body = await get(f"{hub}/assets/app-1a2b3c.js", **{"Accept-Encoding": "identity"})
    assert (status, body) == (200, b"export {}")
    assert "immutable" in headers["Cache-Control"]
    assert "javascript" in headers["Content-Type"]
    _, headers, body = await get(f"{hub}/assets/app-1a2b3c.js", **{"Accept-Encoding": "gzip"})
    assert (headers["Content-Encoding"], body) == ("gzip", b"export {}")


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/..%2f..%2fsecret", "/api/gone", "/images/gone"])
async def test_an_unknown_asset_is_not_the_page(start_hub: StartHub, page: Path, path: str) -> None:
    hub = await start_hub(hub_page=page)
    (page.parent / "secret").write_text("do not serve")
    status, _, body = await get(hub + path)
    assert status == 404
    assert b"do not serve" not in body


async def test_a_file_beside_the_page_is_out_of_reach(start_hub: StartHub, page: Path) -> None:
    (page.parent / "secret").write_text("do not serve")
    hub = await start_hub(hub_page=page)
    assert b"do not serve" not in (await get(f"{hub}/..%2fsecret"))[2]


async def test_a_hub_that_runs_is_alive_and_ready(hub: str) -> None:
    assert (await get(f"{hub}/health/live"))[0] == 200
    assert (await get(f"{hub}/health/ready"))[0] == 200
