"""Several answers to one message: all see the one that was chosen, and each can be reached."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse
from tests.browser.visitor import ANSWER_WITHIN_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_of_several_answers_all_see_the_one_that_was_chosen(house: Playhouse, visit: Visit) -> None:
    ada, eve = await visit(house), await visit(house)
    await ada.register()
    await ada.say("@CoopBot why do hens dust themselves?")
    answer = ada.by("CoopBot").last
    await answer.get_by_role("button", name="Another answer").click(timeout=ANSWER_WITHIN_MS)
    await expect(answer.get_by_text("2 of 2")).to_be_visible()
    await expect(answer.get_by_text("How this was made")).to_be_visible(timeout=ANSWER_WITHIN_MS)

    await eve.come_as_guest()
    seen = eve.by("CoopBot").last
    await expect(seen.get_by_text("2 of 2")).to_be_visible()
    await answer.get_by_role("button", name="The answer before this one").click()
    await expect(answer.get_by_text("1 of 2")).to_be_visible()
    await expect(seen.get_by_text("1 of 2")).to_be_visible()
    await eve.page.reload()
    await expect(seen.get_by_text("1 of 2")).to_be_visible()

    await seen.get_by_role("button", name="The answer after this one").click()
    await expect(seen.get_by_text("2 of 2")).to_be_visible()
    await ada.page.reload()
    await expect(answer.get_by_text("1 of 2")).to_be_visible()
