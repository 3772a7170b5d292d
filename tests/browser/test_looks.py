"""The page in both themes and both widths: no barrier that axe knows, nothing wider than the screen."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.playhouse import Playhouse
from tests.browser.visitor import ANSWER_WITHIN_MS, Theme, Width

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("theme", ["light", "dark"]),
    pytest.mark.parametrize("width", ["desktop", "phone"]),
]

MARKDOWN = """**Hens** and `code`, a very long word: {long}

```python
def cluck(times: int) -> str:
    return "bok " * times
```

| hen | eggs |
|---|---|
| Ada | 4 |

> quoted

- [x] fed
"""


async def fits(page: Page) -> bool:
    """Whether nothing is wider than the screen."""
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_the_door_is_without_barriers(house: Playhouse, visit: Visit, width: Width, theme: Theme) -> None:
    ada = await visit(house, width, theme)
    await ada.knock()
    await ada.page.get_by_role("tab", name="Register").click()
    await ada.page.get_by_role("textbox", name="Name").fill("?")
    await ada.page.get_by_role("button", name="Make an account").click()
    await expect(ada.page.get_by_role("alert")).to_be_visible()
    assert await ada.violations() == []
    assert await fits(ada.page)
    await ada.keep_picture(f"door-{width}-{theme}")


async def test_the_thread_is_without_barriers(house: Playhouse, visit: Visit, width: Width, theme: Theme) -> None:
    ada = await visit(house, width, theme)
    await ada.come_as_guest()
    await ada.say(MARKDOWN.format(long="W" * 300))
    await ada.say("@ImageBot a yellow moon")
    picture = ada.by("ImageBot").last.get_by_role("img", name="yellow moon")
    await expect(picture).to_be_visible(timeout=ANSWER_WITHIN_MS)
    await ada.by("ImageBot").last.get_by_text("How this was made").click()
    await ada.by(ada.name).last.get_by_role("button", name="Reply to").click()
    assert await ada.violations() == []
    assert await fits(ada.page)
    await ada.keep_picture(f"thread-{width}-{theme}")


async def test_the_account_is_without_barriers(house: Playhouse, visit: Visit, width: Width, theme: Theme) -> None:
    guest, ada = await visit(house, width, theme), await visit(house, width, theme)
    await guest.come_as_guest()
    await expect(await guest.sharing()).to_be_disabled()
    assert await guest.violations() == []
    await ada.register()
    sharing = await ada.sharing()
    await expect(sharing).to_be_enabled()
    await sharing.click()
    await expect(sharing).to_be_checked()
    assert await ada.violations() == []
    assert await fits(ada.page)
    await ada.keep_picture(f"account-{width}-{theme}")
    await ada.page.reload()
    await expect(await ada.sharing()).to_be_checked()


async def test_what_one_may_wish_is_without_barriers(
    house: Playhouse, visit: Visit, width: Width, theme: Theme
) -> None:
    ada = await visit(house, width, theme)
    await ada.register()
    await ada.say("@CoopBot do hens fly?")
    # Others have answers of their own in this thread, but only to these has she a say.
    delete = ada.page.get_by_role("button", name="Delete what CoopBot said")
    await expect(delete).to_have_count(1, timeout=ANSWER_WITHIN_MS)
    answer = ada.by("CoopBot").last
    await answer.get_by_role("button", name="Another answer").click()
    await expect(answer.get_by_text("2 of 2")).to_be_visible()
    await expect(delete).to_have_count(1, timeout=ANSWER_WITHIN_MS)
    await answer.get_by_role("button", name="Good: 0").click()
    good = answer.get_by_role("button", name="Good: 1")
    await expect(good).to_have_attribute("aria-pressed", "true")
    await answer.hover()
    await delete.click()
    assert await ada.violations() == []
    assert await fits(ada.page)
    await ada.keep_picture(f"wishes-asked-{width}-{theme}")
    await ada.page.get_by_role("button", name="Delete for good").click()
    await expect(answer.get_by_role("button", name="Good: 0")).to_be_visible()
    await expect(answer.get_by_text(" of 2")).to_have_count(0)
    await answer.hover()
    await delete.click()
    await ada.page.get_by_role("button", name="Delete for good").click()
    await expect(answer).to_contain_text("Deleted.")
    assert await ada.violations() == []
    await ada.keep_picture(f"wishes-{width}-{theme}")


async def test_the_menus_are_without_barriers(house: Playhouse, visit: Visit, width: Width, theme: Theme) -> None:
    ada = await visit(house, width, theme)
    await ada.come_as_guest()
    await ada.page.get_by_role("button", name="choose who answers").click()
    await expect(ada.page.get_by_role("menuitemradio", name="CoopBot")).to_be_visible()
    assert await ada.violations() == []
    await ada.keep_picture(f"picker-{width}-{theme}")
    await ada.page.keyboard.press("Escape")
    if width == "phone":
        await ada.page.get_by_role("button", name="Open the menu").click()
        await expect(ada.page.get_by_role("link", name="CoopAndPabloPlayHouse")).to_be_visible()
        assert await ada.violations() == []
        await ada.keep_picture(f"menu-{theme}")
