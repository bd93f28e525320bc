"""Typed settings of the parts; the only place that reads the environment."""

from surveyor_kit.settings.base import PartSettings, SettingsModel, load_settings, setting_name
from surveyor_kit.settings.retention import StoreSettings
from surveyor_kit.settings.shared import (
    ClickHouseSettings,
    HttpSettings,
    KafkaSettings,
    LogSettings,
    TracingSettings,
)

__all__ = [
    "ClickHouseSettings",
    "HttpSettings",
    "KafkaSettings",
    "LogSettings",
    "PartSettings",
    "SettingsModel",
    "StoreSettings",
    "TracingSettings",
    "load_settings",
    "setting_name",
]
