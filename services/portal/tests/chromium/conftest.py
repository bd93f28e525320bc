"""A browser in front of the portal, and what people find there."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from surveyor_kit.settings import ClickHouseSettings, KafkaSettings

from .others import Assessed, Others, assess
from .running import API_KEY, Surveyor, running_surveyor

CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
"""For what the machine may be slow at; what has to be quick has a limit of its own."""


@pytest.fixture(scope="package")
def surveyor(kafka: Any, clickhouse: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surveyor]:
    """The portal in front of the query API, 36 machines behind it."""
    broker = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    store = ClickHouseSettings(
        url=clickhouse.url,
        username=clickhouse.username,
        password=clickhouse.password,
        database=clickhouse.database(),
    )
    with running_surveyor(broker, store, tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture(scope="package")
def assessed(surveyor: Surveyor) -> Assessed:
    """An assessment as the assessor leaves it."""
    return asyncio.run(assess(surveyor))


@pytest.fixture
def others(surveyor: Surveyor, assessed: Assessed) -> Others:
    """The other services."""
    return Others(surveyor, assessed.machines)


@pytest.fixture
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """A real Chromium."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_ARGS, timeout=PATIENCE_MS
        )
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser, surveyor: Surveyor) -> AsyncIterator[Page]:
    """A page that nobody is signed in at; an error or a refused script in it fails the test."""
    context = await browser.new_context(
        base_url=surveyor.portal_url, viewport={"width": 1280, "height": 860}, accept_downloads=True
    )
    opened = await context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on(
        "console",
        lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield opened
    await context.close()
    assert errors == []


@pytest.fixture
async def signed_in(page: Page) -> Page:
    """A page of somebody with an administrator's key."""
    await page.goto("/sign-in")
    await page.get_by_label("API key").fill(API_KEY)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/")
    return page
