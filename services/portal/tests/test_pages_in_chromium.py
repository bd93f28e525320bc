"""Every page in a real browser, kept as a picture under a fixed name in `build/screenshots/`."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.parts, pytest.mark.browser, pytest.mark.slow]

SCREENSHOTS = Path(__file__).parents[3] / "build" / "screenshots"


async def keep(page: Page, name: str) -> None:
    """Keep a picture of the whole page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


async def test_sign_in_asks_for_a_key(page: Page) -> None:
    await page.goto("/machines")
    await expect(page).to_have_url("/sign-in?next=%2Fmachines")
    await keep(page, "sign-in")


async def test_overview_counts_the_estate(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto("/")
    await expect(signed_in.locator(".tiles")).to_contain_text("36 machines")
    await expect(signed_in.get_by_role("link", name="West Europe, first look")).to_be_visible()
    await expect(signed_in.locator("[data-live-state]")).to_have_class("live on")
    await keep(signed_in, "overview")


async def test_machines_are_listed_and_filtered(signed_in: Page) -> None:
    await signed_in.goto("/machines")
    await expect(signed_in.locator("tbody tr")).to_have_count(36)
    await keep(signed_in, "machines")
    await signed_in.get_by_label("Name").fill("DB-")
    await signed_in.get_by_label("Source").select_option("hyperv")
    await signed_in.get_by_role("button", name="Filter").click()
    await expect(signed_in.locator("tbody tr")).to_have_count(2)


async def test_machine_draws_its_charts(signed_in: Page, surveyor: Any) -> None:
    await signed_in.goto(f"/machines/{surveyor.machines[0].machine_id}")
    await expect(signed_in.locator("figure.chart")).to_have_count(5)
    await expect(signed_in.locator("[data-note]")).to_contain_text("generated history, not measured")
    await expect(signed_in.get_by_text("used (generated)").first).to_be_visible()
    await keep(signed_in, "machine")
    await signed_in.get_by_role("button", name="1 hour").click()
    await expect(signed_in.locator("[data-note]")).to_contain_text("Every sample")
    await expect(signed_in.locator("[data-note]")).not_to_contain_text("generated")
