import pytest
from starlette.datastructures import FormData

from portal.assessment_form import SECTIONS, describe_settings, read_form, read_settings, starting_values
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings, VmUptime

FIELDS = {field.name: field for section in SECTIONS for field in section.fields}


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


def test_several_families_are_separated_by_commas() -> None:
    settings, _ = read_settings(values(azure_vm_families=["Dsv5_series, Esv5_series ,"]))
    assert settings["azure_vm_families"] == ["Dsv5_series", "Esv5_series"]


def test_what_the_form_does_not_know_is_not_sent() -> None:
    form = FormData([("csrf_token", "x"), ("currency", "EUR"), ("is_admin", "true")])
    assert {name for name, given in read_form(form).items() if given} == {"currency"}


def test_settings_are_described_in_the_forms_words() -> None:
    document = AssessmentSettings.model_validate(
        {"azure_location": "westeurope", "savings_options": "RI3Year"}
    ).model_dump(mode="json")
    rows = dict(row for _, rows in describe_settings(document) for row in rows)
    assert rows["Target region"] == "West Europe"
    assert rows["Savings options"] == "3 years reserved"
    assert rows["Disk types"] == "Automatic"
    assert "VM series" not in rows
