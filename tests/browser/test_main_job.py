"""The main job: a person comes in, asks a GPT-2 bot and a painter, and finds both answers again."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse
from tests.browser.visitor import ANSWER_WITHIN_MS, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_person_asks_coopbot_and_imagebot_and_sees_the_same_after_a_reload(
    house: Playhouse, visit: Visit
) -> None:
    ada = await visit(house)
    await ada.register()
    await expect(ada.page).to_have_url(f"{house.address}/c/CoopAndPabloPlayHouse")

    await ada.say("@CoopBot Which hens lay blue eggs?")
    answer = ada.by("CoopBot").last
    await expect(answer.get_by_text("How this was made")).to_be_visible(timeout=ANSWER_WITHIN_MS)

    await ada.say("@ImageBot a red star on a blue background")
    painting = ada.by("ImageBot").last
    picture = painting.get_by_role("img", name="red star")
    await expect(picture).to_be_visible(timeout=ANSWER_WITHIN_MS)
    await expect(painting.get_by_text("How this was made")).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    await ada.keep_picture("main-job")

    before = await last_texts(ada)
    await ada.page.reload()
    await expect(ada.by("ImageBot").last.get_by_role("img", name="red star")).to_be_visible()
    assert await last_texts(ada) == before


async def last_texts(visitor: Visitor) -> list[str]:
    """The two questions and the two answers."""
    return (await visitor.thread.get_by_role("article").all_inner_texts())[-4:]
