"""Debian's Chromium, driven by Playwright. Without it these tests are skipped, and say so."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, ConsoleMessage, Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",  # Chromium refuses to start as root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # it would look for updates, on machines that reach nobody
    "--disable-component-update",
    "--disable-sync",
)

OpenPage = Callable[..., Coroutine[Any, Any, Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not CHROMIUM.exists():
        missing = pytest.mark.skip(reason=f"{CHROMIUM} is missing: apt-get install chromium")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(missing)


@pytest.fixture
async def open_page(request: pytest.FixtureRequest) -> AsyncIterator[OpenPage]:
    """Opens pages of a given width and theme; an error on the console fails the test."""
    errors: list[str] = []
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        stack.push_async_callback(browser.close)

        def note(said: ConsoleMessage) -> None:
            # To Chromium the answer to a wrong password is an error.
            if said.type == "error" and not said.location["url"].endswith("/login"):
                errors.append(f"{said.text} {said.location['url']}")

        async def open_(*, width: int = 1280, theme: str = "light", **more: Any) -> Page:
            context: BrowserContext = await browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme=theme,
                locale="en-GB",
                timezone_id="Asia/Tokyo",
                **more,
            )
            page = await context.new_page()
            page.set_default_timeout(10_000)
            page.on("console", note)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}"))
            page.on(
                "request",
                lambda asked: (
                    None if "127.0.0.1" in asked.url or asked.url.startswith("data:") else errors.append(asked.url)
                ),
            )
            return page

        yield open_
    assert errors == []
