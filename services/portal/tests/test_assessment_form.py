from typing import Any

import pytest
from starlette.datastructures import FormData

from portal.assessment_form.describing import describe_settings
from portal.assessment_form.offered import with_catalogue
from portal.assessment_form.reading import field_of, read_form, read_settings, starting_values
from portal.assessment_form.sections import FIELDS, SECTIONS
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings, VmUptime


def a_region(name: str, display_name: str, **given: Any) -> dict[str, Any]:
    known = {"listed_sizes": 9, "priced_sizes": 9, "has_disk_prices": True}
    return {"name": name, "display_name": display_name} | known | given


CONTENTS: dict[str, Any] = {
    "regions": [
        a_region("westeurope", "West Europe"),
        a_region("westus", "West US", has_disk_prices=False),
        a_region("chilecentral", "Chile Central", priced_sizes=0),
        a_region("francecentral", "France Central"),
    ],
    "currencies": [{"code": "EUR", "per_usd": "0.84316", "as_of": "2026-01-26"}],
    "families": ["Dsv5_series", "D v2 Promo_series", "Standard_A0_A7"],
}


def values(**given: list[str]) -> dict[str, list[str]]:
    return starting_values() | {"azure_location": ["westeurope"]} | given


def test_form_has_every_property_of_an_assessment() -> None:
    properties = {name for name in AssessmentSettings.model_fields if name != "vm_uptime"}
    assert set(FIELDS) == properties | {f"vm_uptime.{name}" for name in VmUptime.model_fields}


def test_untouched_form_asks_for_the_defaults() -> None:
    settings, errors = read_settings(values())
    assert errors == {}
    assert AssessmentSettings.model_validate(settings) == AssessmentSettings.model_validate(
        {"azure_location": "westeurope"}
    )


def test_as_on_premises_takes_its_own_defaults() -> None:
    settings, _ = read_settings(values(sizing_criterion=["AsOnPremises"]))
    assert AssessmentSettings.model_validate(settings).scaling_factor == 1.0


def test_region_has_to_be_chosen() -> None:
    _, errors = read_settings(values(azure_location=[]))
    assert errors == {"azure_location": "must be chosen"}


@pytest.mark.parametrize("text", ["much", "1.3.1", "nan", "inf"])
def test_text_that_is_no_number_is_said(text: str) -> None:
    assert read_settings(values(scaling_factor=[text]))[1] == {"scaling_factor": "must be a number"}


def test_decimal_comma_is_understood() -> None:
    assert read_settings(values(scaling_factor=["1,5"]))[0]["scaling_factor"] == 1.5


def test_one_half_of_the_uptime_is_completed() -> None:
    settings, _ = read_settings(values(**{"vm_uptime.days_per_month": ["22"]}))
    assert settings["vm_uptime"] == {"days_per_month": 22.0, "hours_per_day": "24"}
    AssessmentSettings.model_validate(settings)


def test_own_time_range_is_in_utc() -> None:
    given = values(
        time_range=["Custom"],
        perf_data_start_time=["2026-01-01T00:00"],
        perf_data_end_time=["2026-01-08T00:00"],
    )
    settings = AssessmentSettings.model_validate(read_settings(given)[0])
    assert settings.window_points == 7 * 144


def test_several_series_can_be_chosen() -> None:
    settings, _ = read_settings(values(azure_vm_families=["Dsv5_series", "D v2 Promo_series"]))
    assert settings["azure_vm_families"] == ["Dsv5_series", "D v2 Promo_series"]


def test_form_offers_what_the_catalogue_has() -> None:
    offered = {
        field.name: field for section in with_catalogue(SECTIONS, CONTENTS) for field in section.fields
    }
    assert offered["azure_location"].groups == (
        (
            "Sizes and disks priced",
            (("francecentral", "France Central"), ("westeurope", "West Europe")),
        ),
        ("Disks without prices", (("westus", "West US"),)),
        ("No sizes known", (("chilecentral", "Chile Central"),)),
    )
    assert offered["currency"].choices == (("EUR", "EUR: 0.84316 per USD"),)
    assert [words for _, words in offered["azure_vm_families"].choices] == [
        "Dsv5",
        "D v2 Promo",
        "Standard A0 A7",
    ]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("settings.azure_location", "azure_location"),
        ("settings.azure_vm_families.0", "azure_vm_families"),
        ("settings.vm_uptime.days_per_month", "vm_uptime.days_per_month"),
        ("settings", "settings"),
        ("name", "name"),
    ],
)
def test_error_of_the_api_finds_its_field(path: str, field: str) -> None:
    assert field_of(path) == field


def test_what_the_form_does_not_know_is_not_sent() -> None:
    form = FormData([("csrf_token", "x"), ("currency", "EUR"), ("is_admin", "true")])
    assert {name for name, given in read_form(form).items() if given} == {"currency"}


def test_settings_are_described_in_the_forms_words() -> None:
    document = AssessmentSettings.model_validate(
        {"azure_location": "westeurope", "savings_options": "RI3Year"}
    ).model_dump(mode="json")
    rows = dict(row for _, rows in describe_settings(document, CONTENTS) for row in rows)
    assert rows["Target region"] == "West Europe"
    assert rows["Savings options"] == "3 years reserved"
    assert rows["Disk types"] == "Automatic"
    assert "VM series" not in rows


def test_region_keeps_its_identifier_while_no_catalogue_is_known() -> None:
    document = AssessmentSettings.model_validate({"azure_location": "westeurope"}).model_dump(mode="json")
    assert describe_settings(document, None)[0][1][0] == ("Target region", "westeurope")
