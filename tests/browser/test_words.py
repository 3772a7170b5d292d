"""What people write is shown as what they wrote, or refused with a reason before it is sent."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse

pytestmark = pytest.mark.asyncio(loop_scope="session")

HTML = '<img src=x onerror="document.title=1"> <script>document.title=2</script> <b>bold</b>'


@pytest.mark.parametrize("text", [HTML, "שלום עולם, مرحبا", "🐔👩‍🌾🏳️‍🌈 emoji", "x"])
async def test_a_text_is_shown_to_others_as_it_was_written(house: Playhouse, visit: Visit, text: str) -> None:
    ada, ben = await visit(house), await visit(house)
    await ada.come_as_guest()
    await ben.come_as_guest()
    await ada.say(text)
    for reader in (ada, ben):
        await expect(reader.by(ada.name).last).to_contain_text(text)
        assert "Playhouse" in await reader.page.title()


async def test_a_topic_is_shown_as_it_was_written(house: Playhouse, visit: Visit) -> None:
    ada = await visit(house)
    await ada.come_as_guest()
    await ada.page.get_by_role("textbox", name="Topic").fill("<b>Eggs</b> ביצים")
    await ada.say("How many a day?")
    await expect(ada.page.get_by_role("heading", name="<b>Eggs</b> ביצים")).to_be_visible()


async def test_forty_thousand_characters_are_taken_and_one_more_is_refused_before_sending(
    house: Playhouse, visit: Visit
) -> None:
    ada = await visit(house)
    await ada.come_as_guest()
    await ada.field.fill("🐔" * 40_001)
    await expect(ada.page.get_by_text("1 character too long")).to_be_visible()
    await expect(ada.page.get_by_role("button", name="Send")).to_be_disabled()
    await ada.say("🐔" * 39_994 + "Hallo!")
    await expect(ada.by(ada.name).last).to_contain_text("Hallo!")
    await expect(ada.page.get_by_text("Not sent.")).to_be_hidden()


async def test_a_channel_that_does_not_exist_is_said_so(house: Playhouse, visit: Visit) -> None:
    ada = await visit(house)
    await ada.come_as_guest()
    await ada.page.goto(f"{house.address}/c/NoSuchPlace")
    await expect(ada.page.get_by_role("heading", name="There is no channel called NoSuchPlace.")).to_be_visible()
