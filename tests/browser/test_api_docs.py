"""The page to try the API: whole under its strict policy, with nothing from elsewhere."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse
from tests.browser.visitor import ARTEFACTS

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_api_is_tried_on_a_page_of_the_hubs_own(house: Playhouse, visit: Visit) -> None:
    visitor = await visit(house)
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{house.address}/api/docs")
    await expect(page.get_by_role("heading", name="The Coop & Pablo Playhouse")).to_be_visible()
    await page.get_by_text("All bots, and whether they are awake").click()
    await page.get_by_role("button", name="Try it out").click()
    await page.get_by_role("button", name="Execute").click()
    await expect(page.get_by_text('"bots"').first).to_be_visible()
    await page.screenshot(path=ARTEFACTS / "api-docs.png")
    elsewhere = [url for url in asked if not url.startswith((house.address, "data:"))]
    assert elsewhere == []
