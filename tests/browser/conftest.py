"""A browser, houses to visit, and visitors."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, async_playwright

from tests.browser.playhouse import Playhouse, playhouse
from tests.browser.visitor import ROOT, Theme, Visitor, Width

DEBIANS_CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES: Final[dict[Width, ViewportSize]] = {
    "desktop": {"width": 1280, "height": 800},
    "phone": {"width": 390, "height": 844},
}
ECHO: Final = """
[[bot]]
name = "EchoBot"
kind = "echo"
model = "echo"
"""

Visit = Callable[..., Awaitable[Visitor]]


def _chromium() -> str | None:
    """None: Playwright's own browser."""
    chosen = os.environ.get("PLAYHOUSE_CHROMIUM")
    return chosen or (str(DEBIANS_CHROMIUM) if DEBIANS_CHROMIUM.exists() else None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests; each visitor has a profile of its own."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=_chromium(), chromium_sandbox=False, args=list(FLAGS)
        )
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
def built_page() -> None:
    """These tests look at the page as it is served."""
    assert (ROOT / "frontend/web/dist/index.html").exists(), "run `npm run build` in frontend/web first"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(fast_folder: Path, built_page: None) -> AsyncIterator[Playhouse]:
    """The house with its own bots, for all tests that leave it as it is."""
    async with playhouse(fast_folder / "house") as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def frail_house(fast_folder: Path, tmp_path: Path, built_page: None) -> AsyncIterator[Playhouse]:
    """A house for one test that stops parts of it; its only bot echoes."""
    bots = tmp_path / "bots.toml"
    bots.write_text(ECHO, encoding="utf-8")
    async with playhouse(fast_folder / tmp_path.name, ENGINE_BOTS=str(bots)) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Visitors; none may find an error in the browser's console that the test did not expect."""
    async with AsyncExitStack() as contexts:
        visitors: list[Visitor] = []

        async def enter(to: Playhouse, width: Width = "desktop", theme: Theme = "light") -> Visitor:
            context = await browser.new_context(
                viewport=SIZES[width], color_scheme=theme, reduced_motion="reduce", has_touch=width == "phone"
            )
            contexts.push_async_callback(context.close)
            visitors.append(Visitor(await context.new_page(), to.address))
            return visitors[-1]

        yield enter
        assert [visitor.complaints for visitor in visitors] == [[] for _ in visitors]
