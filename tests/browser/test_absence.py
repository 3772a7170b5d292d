"""The engine sleeps, the hub goes away: the page says so, and nothing that was written is lost."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse
from tests.browser.visitor import ANSWER_WITHIN_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_question_to_a_sleeping_bot_is_taken_and_answered_when_it_wakes(
    frail_house: Playhouse, visit: Visit
) -> None:
    ada = await visit(frail_house)
    await ada.come_as_guest()
    await expect(ada.page.get_by_role("listitem").filter(has_text="EchoBot")).to_contain_text("awake")
    await frail_house.stop("engine")
    await expect(ada.page.get_by_role("status").filter(has_text="EchoBot is asleep.")).to_be_visible()

    await ada.say("@EchoBot good night")
    promise = ada.by("EchoBot").last
    await expect(promise).to_contain_text("EchoBot is asleep and answers when it wakes.")
    assert await ada.violations() == []
    await ada.keep_picture("asleep")

    await frail_house.start("engine")
    await expect(promise).to_contain_text("good night", timeout=ANSWER_WITHIN_MS)
    await expect(ada.page.get_by_text("EchoBot is asleep.")).to_be_hidden()


async def test_what_is_written_while_the_hub_is_away_is_sent_when_it_is_back(
    frail_house: Playhouse, visit: Visit
) -> None:
    ada, ben = await visit(frail_house), await visit(frail_house)
    await ada.come_as_guest()
    await ben.come_as_guest()
    await ada.say("before")
    await expect(ben.by(ada.name)).to_contain_text("before")
    await frail_house.stop("hub")
    await expect(ada.page.get_by_text("Connection lost.")).to_be_visible()
    await ada.say("meanwhile")
    await expect(ada.by(ada.name).last).to_contain_text("meanwhile")
    await ada.keep_picture("offline")

    await frail_house.start("hub")
    await expect(ben.by(ada.name).last).to_contain_text("meanwhile", timeout=ANSWER_WITHIN_MS)
    for reader in (ada, ben):
        await expect(reader.by(ada.name).filter(has_text="meanwhile")).to_have_count(1)
        await expect(reader.page.get_by_text("Connection lost.")).to_be_hidden()
        # The browser itself tells of each connection that was refused meanwhile.
        reader.complaints[:] = [said for said in reader.complaints if "ERR_CONNECTION_REFUSED" not in said]
