"""Every page in a real browser, kept as a picture under a fixed name in `build/screenshots/`."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.parts, pytest.mark.browser, pytest.mark.slow]

SCREENSHOTS = Path(__file__).parents[4] / "build" / "screenshots"


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


async def test_file_is_imported_and_its_report_read(signed_in: Page, tmp_path: Path) -> None:
    file = tmp_path / "estate.csv"
    headings = "*Server name,*Cores,*Memory (In MB),*OS name,Rack"
    rows = [
        "web-90,4,8192,Ubuntu 22.04,7",
        "db-90,eight,32768,Windows Server 2019,7",
        "x-90,2,4096,Acme OS,8",
    ]
    file.write_text("\n".join([headings, *rows]))
    await signed_in.goto("/imports")
    await expect(signed_in.get_by_text("No file has been imported yet")).to_be_visible()
    await keep(signed_in, "imports-empty")
    await signed_in.get_by_label("RVTools workbook (.xlsx) or CSV file").set_input_files(file)
    await signed_in.get_by_role("button", name="Import").click()
    await expect(signed_in.get_by_role("heading", name="estate.csv")).to_be_visible()
    await expect(signed_in.locator("tbody tr")).to_contain_text(["'eight' is not a number"])
    await expect(signed_in.locator("#live-import .badge").first).to_have_text("Completed")
    await keep(signed_in, "import")
    async with signed_in.expect_download() as download:
        await signed_in.get_by_role("link", name="Report (Excel)").click()
    report = tmp_path / "report.xlsx"
    await (await download.value).save_as(report)
    assert load_workbook(report).worksheets[0]["C2"].value == "web-90"
    await signed_in.goto("/imports")
    await keep(signed_in, "imports")


async def test_group_is_made_and_filled(signed_in: Page) -> None:
    await signed_in.goto("/groups")
    await signed_in.get_by_label("Name", exact=True).last.fill("Databases")
    await signed_in.get_by_label("Description").fill("Move together with their applications.")
    await signed_in.get_by_role("button", name="Create group").click()
    await expect(signed_in.get_by_role("heading", name="Databases")).to_be_visible()
    await signed_in.get_by_role("searchbox").fill("db-")
    await signed_in.get_by_role("button", name="Filter").click()
    await signed_in.get_by_label("Choose db-01").check()
    await signed_in.get_by_role("button", name="Add chosen").click()
    await expect(signed_in.locator("#members small")).to_have_text("1")
    await signed_in.get_by_role("button", name="Add all 9 that match").click()
    await expect(signed_in.locator("#members small")).to_have_text("9")
    await signed_in.get_by_label("Choose db-05").check()
    await signed_in.get_by_role("button", name="Remove chosen").click()
    await expect(signed_in.locator("#members small")).to_have_text("8")
    await keep(signed_in, "group")
    await signed_in.goto("/groups")
    await expect(signed_in.get_by_role("link", name="Databases")).to_be_visible()
    await keep(signed_in, "groups")


async def test_group_name_in_use_is_said_at_the_field(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto("/groups")
    await signed_in.get_by_label("Name", exact=True).last.fill("web TIER")
    await signed_in.get_by_role("button", name="Create group").click()
    await expect(signed_in.locator("#error-name")).to_be_visible()
    await expect(signed_in.get_by_label("Name", exact=True).last).to_have_value("web TIER")


async def test_new_assessment_says_what_is_wrong_at_its_field(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto(f"/groups/{assessed.group_id}/new-assessment")
    await expect(signed_in.locator("#azure_location optgroup")).to_have_count(3)
    await signed_in.get_by_text("More settings").click()
    await signed_in.get_by_label("Search VM series").fill("dsv5")
    await signed_in.get_by_label("Dsv5", exact=True).check()
    await expect(signed_in.locator("[data-chosen]")).to_have_text("1 chosen")
    await expect(signed_in.get_by_label("Esv5", exact=True)).to_be_hidden()
    await keep(signed_in, "new-assessment")
    await signed_in.get_by_label("Name of the assessment").fill("Reserved")
    await signed_in.get_by_label("Target region").select_option("westeurope")
    await signed_in.get_by_label("Comfort factor").fill("7")
    await signed_in.get_by_label("Savings options").select_option("RI3Year")
    await signed_in.get_by_role("button", name="Request assessment").click()
    await expect(signed_in.locator("[id='error-scaling_factor']")).to_contain_text("less than or equal to 2")
    await expect(signed_in.get_by_label("Dsv5", exact=True)).to_be_checked()
    await signed_in.get_by_label("Comfort factor").fill("1.5")
    await signed_in.get_by_text("More settings").click()
    await signed_in.get_by_label("Discount").fill("10")
    await signed_in.get_by_role("button", name="Request assessment").click()
    await expect(signed_in.locator("[id='error-discount_percentage']")).to_contain_text("must be 0")
    await expect(signed_in.get_by_label("Savings options")).to_have_value("RI3Year")


async def test_requested_assessment_shows_its_progress_until_it_is_completed(
    signed_in: Page, surveyor: Any, assessed: Any, others: Any
) -> None:
    await signed_in.goto(f"/groups/{assessed.group_id}/new-assessment")
    await signed_in.get_by_label("Name of the assessment").fill("Sweden")
    await signed_in.get_by_label("Target region").select_option("swedencentral")
    await signed_in.get_by_role("button", name="Request assessment").click()
    await expect(signed_in.get_by_role("heading", name="In progress")).to_be_visible()
    assessment_id = signed_in.url.rsplit("/", 1)[1]
    await others.report_progress(assessment_id, done=4, total=9)
    await expect(signed_in.locator("[data-progress-text]")).to_have_text("Assessing machines: 4 of 9")
    await keep(signed_in, "assessment-running")
    await others.complete(assessment_id)
    await expect(signed_in.get_by_role("link", name="Download Excel")).to_be_visible()


async def test_run_is_cancelled(signed_in: Page, assessed: Any, others: Any) -> None:
    await signed_in.goto(f"/groups/{assessed.group_id}/new-assessment")
    await signed_in.get_by_label("Name of the assessment").fill("Not wanted")
    await signed_in.get_by_label("Target region").select_option("northeurope")
    await signed_in.get_by_role("button", name="Request assessment").click()
    signed_in.on("dialog", lambda dialog: dialog.accept())
    await signed_in.get_by_role("button", name="Cancel run").click()
    await expect(signed_in.get_by_role("heading", name="Cancelling")).to_be_visible()
    await expect(signed_in.get_by_role("button", name="Cancel run")).to_have_count(0)
    await keep(signed_in, "assessment-cancelling")
    await others.cancel(signed_in.url.rsplit("/", 1)[1])
    await expect(signed_in.locator("#live-state")).to_have_text("Cancelled")
    await expect(signed_in.get_by_role("button", name="Recalculate")).to_be_visible()


async def test_assessment_is_scheduled(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto(f"/assessments/{assessed.assessment_id}")
    await signed_in.get_by_label("Calculate again at these times").fill("*/5 * * * *")
    await signed_in.get_by_role("button", name="Set schedule").click()
    await expect(signed_in.locator("#error-cron")).to_contain_text("every 10 minutes")
    await signed_in.get_by_label("Calculate again at these times").fill("30 5 * * MON")
    await signed_in.get_by_role("button", name="Set schedule").click()
    await expect(signed_in.locator("#schedule + dl")).to_contain_text("05:30 UTC")
    await signed_in.goto("/assessments")
    await signed_in.get_by_role("link", name="Schedules").click()
    await expect(signed_in.get_by_role("row", name="West Europe, first look")).to_contain_text("30 5 * * MON")
    await keep(signed_in, "schedules")
    await signed_in.get_by_role("link", name="West Europe, first look").click()
    await signed_in.get_by_role("button", name="Remove schedule").click()
    await expect(signed_in.get_by_label("Calculate again at these times")).to_have_value("")


async def test_stale_result_offers_to_follow(signed_in: Page, assessed: Any, others: Any) -> None:
    assessment_id = await others.assess_stale_group()
    await signed_in.goto(f"/assessments/{assessment_id}")
    await expect(signed_in.locator("#live-state")).to_contain_text("Out of sync")
    await keep(signed_in, "assessment-out-of-sync")
    await signed_in.get_by_role("button", name="Recalculate to follow").click()
    await expect(signed_in.get_by_role("heading", name="In progress")).to_be_visible()


async def test_idle_and_oversized_machines_are_listed(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto(f"/assessments/{assessed.assessment_id}")
    await signed_in.get_by_role("link", name="Oversized").click()
    await expect(signed_in.locator("tbody tr")).to_have_count(2)
    await expect(signed_in.locator("tbody tr").first).to_contain_text("25 % of its cores")
    await keep(signed_in, "right-sizing")
    await signed_in.get_by_role("link", name="Idle").click()
    await expect(signed_in.get_by_role("heading", name="Idle machines")).to_be_visible()


async def test_assessment_shows_totals_and_machines(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto(f"/assessments/{assessed.assessment_id}")
    await expect(signed_in.locator(".tiles")).to_contain_text("EUR")
    await expect(signed_in.locator("#machines + form + .scroll tbody tr")).to_have_count(9)
    fits = "table => table.scrollWidth <= table.parentElement.clientWidth"
    assert await signed_in.locator("table.results").evaluate(fits)
    options = signed_in.locator("section[aria-labelledby=options] tbody tr")
    await expect(options).to_contain_text(
        [
            "Pay as you go selected With Azure Hybrid Benefit",
            "Pay as you go Without Azure Hybrid Benefit",
            "1 year reserved estimated With Azure Hybrid Benefit",
            "1 year reserved estimated Without Azure Hybrid Benefit",
            *["3 years reserved"] * 2,
            *["1 year savings plan estimated"] * 2,
            *["3 years savings plan"] * 2,
        ]
    )
    await expect(options.last.locator(".badge")).to_have_text("8")
    await expect(signed_in.locator("section[aria-labelledby=notes]")).to_contain_text("Memory use was not")
    await keep(signed_in, "assessment")
    await signed_in.locator("select[name=suitability]").select_option("NotSuitable")
    await signed_in.get_by_role("button", name="Filter").click()
    await expect(signed_in.locator("#machines + form + .scroll tbody tr")).to_have_count(1)


async def test_assessments_are_listed(signed_in: Page, assessed: Any) -> None:
    await signed_in.goto("/assessments")
    await expect(signed_in.get_by_role("link", name="West Europe, first look")).to_be_visible()
    await keep(signed_in, "assessments")


async def test_excel_file_is_downloaded(signed_in: Page, assessed: Any, tmp_path: Path) -> None:
    await signed_in.goto(f"/assessments/{assessed.assessment_id}")
    async with signed_in.expect_download() as download:
        await signed_in.get_by_role("link", name="Download Excel").click()
    file = await download.value
    assert file.suggested_filename == "West-Europe-first-look.xlsx"
    await file.save_as(tmp_path / "export.xlsx")
    workbook = load_workbook(tmp_path / "export.xlsx", read_only=True)
    rows = list(workbook[workbook.sheetnames[1]].values)
    assert len(rows) == 1 + len(assessed.machines)


async def test_assessed_machine_says_why_this_size(signed_in: Page, assessed: Any) -> None:
    machine = assessed.machines[2]
    await signed_in.goto(f"/assessments/{assessed.assessment_id}/machines/{machine.machine_id}")
    await expect(signed_in.locator("tr.binding").first).to_contain_text("Memory decides")
    await expect(signed_in.get_by_text("The distribution is not endorsed in Azure")).to_be_visible()
    needs = signed_in.locator("section[aria-labelledby=why] tbody tr")
    await expect(needs.filter(has_text="Network –")).to_have_count(0)
    await expect(needs.nth(4)).to_contain_text("–")
    await expect(signed_in.get_by_text("too small in cores, memory")).to_be_visible()
    await expect(signed_in.locator("section[aria-labelledby=savings]")).to_contain_text(
        "the median of the series"
    )
    await expect(signed_in.locator("section[aria-labelledby=savings] h3")).to_have_text(
        ["With Azure Hybrid Benefit, as selected", "Without Azure Hybrid Benefit", "Storage in three zones"]
    )
    await expect(signed_in.locator(".notice")).to_contain_text(["retires: November 2028."])
    await expect(signed_in.locator(".notice")).to_contain_text(["Move to another series before that."])
    await expect(signed_in.get_by_text("Out of support")).to_be_visible()
    await keep(signed_in, "assessed-machine")


async def test_backtest_is_counted_on_raw_samples(signed_in: Page, assessed: Any) -> None:
    machine = assessed.machines[0]
    await signed_in.goto(f"/assessments/{assessed.assessment_id}/machines/{machine.machine_id}")
    cpu = signed_in.locator("section[aria-labelledby=backtest] tbody tr").first
    await expect(cpu).to_contain_text("1\u202f004")
    await signed_in.get_by_role("link", name="Count on raw samples").click()
    await expect(signed_in.locator("#backtest")).to_contain_text("raw samples")
    await expect(cpu).to_contain_text("357")
    await keep(signed_in, "assessed-machine-raw-backtest")


async def test_added_disk_shows_within_ten_seconds(signed_in: Page, surveyor: Any, others: Any) -> None:
    machine = surveyor.machines[1]
    await signed_in.goto(f"/machines/{machine.machine_id}")
    await expect(signed_in.locator("[data-disk]")).to_have_count(2)
    await expect(signed_in.locator("[data-live-state].on")).to_be_visible()
    await others.add_disk(machine)
    await expect(signed_in.locator("[data-disk]")).to_have_count(3, timeout=10_000)
    await expect(signed_in.locator(".changes")).to_contain_text("disks[2002]", timeout=10_000)


async def test_changes_are_listed_and_filtered(signed_in: Page) -> None:
    await signed_in.goto("/changes")
    await expect(signed_in.locator("tbody tr").nth(11)).to_be_visible()
    await expect(signed_in.locator("[data-live-state].on")).to_be_visible()
    await keep(signed_in, "changes")
    await signed_in.get_by_label("Kind").select_option("moved")
    await signed_in.get_by_role("button", name="Filter").click()
    await expect(signed_in.locator("tbody tr")).to_have_count(2)


async def test_collectors_show_their_sources(signed_in: Page) -> None:
    await signed_in.goto("/collectors")
    await expect(signed_in.get_by_text("VMware vCenter Server 8.0.3")).to_be_visible()
    await keep(signed_in, "collectors")


async def test_machine_of_a_hostile_name_runs_no_script(signed_in: Page, others: Any) -> None:
    name = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
    machine = await others.store_machine_named(name)
    for path in (f"/machines/{machine.machine_id}", "/machines?q=%3Cscript"):
        await signed_in.goto(path)
        await expect(signed_in.get_by_text(name).first).to_be_visible()
        assert "taken" not in (await signed_in.title()).replace(name, "")


async def test_sign_out_ends_the_session(signed_in: Page) -> None:
    await signed_in.get_by_role("button", name="Sign out").click()
    await expect(signed_in).to_have_url("/sign-in")
    await signed_in.goto("/machines")
    await expect(signed_in.get_by_label("API key")).to_be_visible()


async def test_pages_fit_a_phone(signed_in: Page, surveyor: Any, assessed: Any) -> None:
    await signed_in.set_viewport_size({"width": 390, "height": 800})
    machine = f"/machines/{surveyor.machines[0].machine_id}"
    for path in (
        "/",
        "/machines",
        machine,
        "/groups",
        f"/assessments/{assessed.assessment_id}",
        f"/assessments/{assessed.assessment_id}/machines/{assessed.machines[2].machine_id}",
        f"/assessments/{assessed.assessment_id}/right-sizing?finding=Oversized",
        f"/assessments/{assessed.assessment_id}/runs",
        f"/assessments/{assessed.assessment_id}/comparison",
        f"/groups/{assessed.group_id}/new-assessment",
        "/schedules",
        "/collectors",
    ):
        await signed_in.goto(path)
        overflow = await signed_in.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, path
