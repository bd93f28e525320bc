"""MOVED: the choices live in `surveyor_schemas.assessments.choices`, since query-api validates the same settings.

Import them from there; delete this file once nothing imports it.
"""

from surveyor_schemas.assessments.choices import *  # noqa: F403
