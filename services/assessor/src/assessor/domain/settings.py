"""MOVED: the settings live in `surveyor_schemas.assessments.assessment_settings_v1` (query-api validates them too).

Import them from there; delete this file once nothing imports it.
"""

from surveyor_schemas.assessments.assessment_settings_v1 import (
    PAY_AS_YOU_GO as PAY_AS_YOU_GO,
    AssessmentSettings as AssessmentSettings,
    VmUptime as VmUptime,
)
