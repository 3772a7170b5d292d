"""A person before a browser: what one does on the page, by roles and labels."""

import itertools
import os
from pathlib import Path
from typing import Any, Final, Literal

from playwright.async_api import Locator, Page, expect

ROOT: Final = Path(__file__).parents[2]
AXE: Final = ROOT / "frontend" / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARTEFACTS: Final = Path(os.environ.get("PLAYHOUSE_ARTEFACTS", ROOT / ".data" / "artefacts"))

# A first picture waits for a model to be loaded on a machine without a GPU.
ANSWER_WITHIN_MS: Final = 120_000.0

# A menu that is fading in has too little contrast, and it begins to fade a frame or two after it is there. What turns
# for ever, such as a spinner, is not waited for.
STILL: Final = """async () => {
    const moving = () => document.getAnimations().filter(each =>
        each.playState === "running" && Number.isFinite(each.effect.getComputedTiming().endTime));
    const frame = () => new Promise(requestAnimationFrame);
    for (let still = 0; still < 5; still = moving().length ? 0 : still + 1) {
        await Promise.allSettled(moving().map(each => each.finished));
        await frame();
    }
}"""

_numbers = itertools.count(1)


class Visitor:
    """One page. `complaints` are the errors that the browser wrote to its console."""

    def __init__(self, page: Page, address: str) -> None:
        self.page: Final = page
        self.address: Final = address
        self.name: Final = f"visitor{next(_numbers)}"
        self.complaints: Final[list[str]] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def thread(self) -> Locator:
        """The messages."""
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Your message")

    async def knock(self, path: str = "/") -> None:
        """Come to the door."""
        await self.page.goto(self.address + path)
        await expect(self.page.get_by_role("tab", name="Log in")).to_be_visible()

    async def register(self) -> None:
        """Make an account, and be in the home channel."""
        await self.knock()
        await self.page.get_by_role("tab", name="Register").click()
        await self.page.get_by_role("textbox", name="Name").fill(self.name)
        await self.page.get_by_label("Password").fill("correct horse battery")
        await self.page.get_by_role("button", name="Make an account").click()
        await expect(self.thread).to_be_visible()

    async def come_as_guest(self, path: str = "/") -> None:
        """Come in under a name alone."""
        await self.knock(path)
        await self.page.get_by_role("tab", name="Guest").click()
        await self.page.get_by_role("textbox", name="Name").fill(self.name)
        await self.page.get_by_role("button", name="Come in as a guest").click()
        await expect(self.thread).to_be_visible()

    async def sharing(self) -> Locator:
        """The switch in one's account, which is opened."""
        await expect(self.thread).to_be_visible()
        menu = self.page.get_by_role("button", name="Open the menu")
        if await menu.is_visible():
            await menu.click()
        await self.page.get_by_role("button", name=f"{self.name} your account").click()
        return self.page.get_by_role("switch", name="Let bots learn from what I write")

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.field.fill(text)
        await self.field.press("Enter")

    def by(self, sender: str) -> Locator:
        """All messages of a sender."""
        return self.thread.get_by_role("article", name=sender)

    async def keep_picture(self, name: str) -> None:
        """A screenshot among the artefacts, once nothing fades or slides any more."""
        await self.page.evaluate(STILL)
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=ARTEFACTS / f"{name}.png")

    async def violations(self) -> list[dict[str, Any]]:
        """What axe finds wrong on the page, once nothing fades or slides any more."""
        await self.page.evaluate(STILL)
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("axe.run()")
        return [{"rule": each["id"], "where": [node["html"] for node in each["nodes"]]} for each in found["violations"]]


Theme = Literal["light", "dark"]
Width = Literal["desktop", "phone"]
