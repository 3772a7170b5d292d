"""A browser keeps its visit over a reload, and no script can read what it keeps."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

SEEN_BY_SCRIPTS = """() => ({
    cookie: document.cookie,
    local: { ...localStorage },
    session: { ...sessionStorage },
})"""


async def test_who_logs_in_is_still_in_after_a_reload_and_scripts_see_the_name_alone(
    house: Playhouse, visit: Visit
) -> None:
    ada = await visit(house)
    await ada.register()
    await ada.page.reload()
    await expect(ada.thread).to_be_visible()
    await ada.say("still here")
    await expect(ada.by(ada.name).last).to_contain_text("still here")
    seen = await ada.page.evaluate(SEEN_BY_SCRIPTS)
    assert (seen["cookie"], seen["local"].pop("playhouse.name")) == ("", ada.name)
    assert "ey" not in str(seen)
    kept = {
        cookie["name"]: cookie for cookie in await ada.page.context.cookies(f"{house.address}/api/sessions/refresh")
    }
    assert set(kept) == {"playhouse", "playhouse-refresh"}
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in kept.values())


async def test_a_second_tab_is_the_same_person_until_one_of_them_logs_out(house: Playhouse, visit: Visit) -> None:
    ada = await visit(house)
    await ada.register()
    second = await ada.page.context.new_page()
    await second.goto(house.address)
    await expect(second.get_by_role("log")).to_be_visible()
    await second.get_by_role("button", name="Log out").click()
    await expect(second.get_by_role("tab", name="Log in")).to_be_visible()
    await expect(ada.page.get_by_role("tab", name="Log in")).to_be_visible()
    assert await ada.page.context.cookies(house.address) == []


async def test_an_access_token_that_is_gone_is_renewed_without_a_visible_seam(house: Playhouse, visit: Visit) -> None:
    ada = await visit(house)
    await ada.register()
    await ada.page.context.clear_cookies(name="playhouse")
    await ada.page.reload()
    await expect(ada.thread).to_be_visible()
    assert ada.complaints == []
