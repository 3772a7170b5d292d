"""Going up through a long thread: older pages come, and what one reads stays where it is."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse
from tests.client import client

pytestmark = pytest.mark.asyncio(loop_scope="session")

MESSAGES = 180
MOST_MOVED_PX = 2

# Goes up step by step until the channel's beginning is there. Gives how far, beyond the step, a row moved that stood
# in the middle of the screen.
READ_UPWARDS = """async () => {
    const STEP = 150;
    const thread = document.querySelector('[role=log]');
    const rows = () => [...thread.querySelectorAll('article')];
    const rest = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const moved = [];
    await rest(500);
    while (!thread.innerText.includes('This is where') && moved.length < 200) {
        const middle = innerHeight / 2;
        const row = rows().find((each) => each.getBoundingClientRect().top > middle);
        const text = row.innerText;
        const before = row.getBoundingClientRect().top;
        thread.dispatchEvent(new WheelEvent('wheel'));
        thread.scrollBy(0, -STEP);
        await rest(250);
        const after = rows().find((each) => each.innerText === text).getBoundingClientRect().top;
        moved.push(after - before - STEP);
    }
    return moved;
}"""


async def test_older_messages_come_above_without_moving_what_is_read(house: Playhouse, visit: Visit) -> None:
    async with client(house.address, "writer") as writer:
        await writer.join()
        for number in range(MESSAGES):
            await writer.post(f"line {number:03} " + "bok " * (number * 7 % 90))
    ada = await visit(house)
    await ada.come_as_guest()
    newest = ada.by("writer").filter(has_text=f"line {MESSAGES - 1:03}")
    await expect(newest).to_be_in_viewport()

    moved = await ada.page.evaluate(READ_UPWARDS)
    assert moved
    assert [px for px in moved if abs(px) > MOST_MOVED_PX] == [], len(moved)

    await ada.page.get_by_role("button", name="To the newest").click()
    await expect(newest).to_be_in_viewport()
