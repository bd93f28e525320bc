"""The assessment properties: defaults, and combinations that are refused with the field's name."""

from typing import Any

import pytest
from pydantic import ValidationError

from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.choices import AzureDiskType, Percentile, SavingsOption


def settings(**given: Any) -> AssessmentSettings:
    return AssessmentSettings.model_validate({"azure_location": "westeurope"} | given)


def test_location_is_required_and_written_one_way() -> None:
    assert settings(azure_location="West Europe").azure_location == "westeurope"
    assert settings(azure_location="WestEurope").azure_location == "westeurope"
    with pytest.raises(ValidationError, match="azure_location"):
        AssessmentSettings.model_validate({})


def test_defaults_of_a_performance_based_assessment() -> None:
    default = settings()
    assert default.is_performance_based
    assert default.scaling_factor == 1.3
    assert default.azure_disk_types == (AzureDiskType.STANDARD_OR_PREMIUM,)
    assert (default.percentile, default.window_points) == (Percentile.P95, 144)
    assert (default.savings_options, default.vm_uptime) == (SavingsOption.NONE, None)


def test_as_is_assessment_has_its_own_defaults() -> None:
    as_is = settings(sizing_criterion="AsOnPremises")
    assert (as_is.scaling_factor, as_is.azure_disk_types) == (1.0, (AzureDiskType.PREMIUM,))


def test_given_values_win_over_the_defaults_of_the_criterion() -> None:
    as_is = settings(sizing_criterion="AsOnPremises", scaling_factor=1.2, azure_disk_types=["Standard"])
    assert (as_is.scaling_factor, as_is.azure_disk_types) == (1.2, (AzureDiskType.STANDARD,))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scaling_factor": 0.9}, "scaling_factor"),
        ({"scaling_factor": 2.1}, "scaling_factor"),
        ({"discount_percentage": 101}, "discount_percentage"),
        ({"azure_disk_types": []}, "azure_disk_types"),
        ({"azure_disk_types": ["Gold"]}, "azure_disk_types"),
        ({"azure_offer_code": "FREE"}, "azure_offer_code"),
        ({"vm_uptime": {"days_per_month": 32, "hours_per_day": 24}}, "vm_uptime.days_per_month"),
        ({"vm_uptime": {"days_per_month": 31}}, "vm_uptime.hours_per_day"),
        ({"savings_options": "RI1Year", "discount_percentage": 1}, "discount_percentage: must be 0"),
        (
            {"savings_options": "RI1Year", "vm_uptime": {"days_per_month": 31, "hours_per_day": 24}},
            "vm_uptime: must be left out",
        ),
        ({"savings_options": "RI1Year", "azure_offer_code": "EA"}, "savings_options: only with"),
        ({"savings_options": "RI1Year", "ea_subscription_id": "x"}, "savings_options: must be None"),
        ({"ea_subscription_id": "x", "discount_percentage": 1}, "discount_percentage: must be 0"),
        ({"azure_offer_code": "EA", "discount_percentage": 1}, "discount_percentage: must be 0"),
        ({"ea_subscription_id": ""}, "ea_subscription_id"),
        ({"azure_offer_code": "SavingsPlan1Year"}, "SavingsPlan1Year is no offer; use MSAZR0003P"),
        ({"scaling_factor": "1.3"}, "scaling_factor"),
        ({"scaling_factor": True}, "scaling_factor"),
        ({"time_range": "Custom"}, "perf_data_start_time and perf_data_end_time are required"),
        ({"perf_data_start_time": "2026-01-01T00:00:00Z"}, "only with time_range Custom"),
        (
            {
                "time_range": "Custom",
                "perf_data_start_time": "2026-01-02T00:00:00Z",
                "perf_data_end_time": "2026-01-01T00:00:00Z",
            },
            "perf_data_start_time: must lie before",
        ),
        (
            {
                "time_range": "Custom",
                "perf_data_start_time": "2026-01-01T00:00:00Z",
                "perf_data_end_time": "2026-01-01T00:09:59Z",
            },
            "perf_data_end_time: must lie 10 minutes or more after",
        ),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_wrong_settings_are_refused_by_name(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**given)
    assert words in str(refused.value)
    assert refused.value.error_count() == 1


@pytest.mark.parametrize(("time_range", "points"), [("Day", 144), ("Week", 1_008), ("Month", 4_320)])
def test_window_points_follow_the_time_range(time_range: str, points: int) -> None:
    assert settings(time_range=time_range).window_points == points


def test_settings_are_the_same_after_a_way_through_json() -> None:
    given = settings(discount_percentage="12.5", vm_uptime={"days_per_month": 20, "hours_per_day": "7.5"})
    assert AssessmentSettings.model_validate_json(given.model_dump_json()) == given
