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
from surveyor_kit.settings.source_list import ListedSource, ReadableFile, load_source_list, read_text

__all__ = [
    "ClickHouseSettings",
    "HttpSettings",
    "KafkaSettings",
    "ListedSource",
    "LogSettings",
    "PartSettings",
    "ReadableFile",
    "SettingsModel",
    "StoreSettings",
    "TracingSettings",
    "load_settings",
    "load_source_list",
    "read_text",
    "setting_name",
]
