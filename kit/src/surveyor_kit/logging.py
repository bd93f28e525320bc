"""Structured logs: one line per event on stderr, a constant event name plus fields, time in UTC.

What the standard library's `logging` gets from libraries takes the same way. Payloads and credentials
are never logged; as a last net, fields whose names say that they are secret are masked.
"""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from surveyor_kit.settings import LogSettings

SECRET_FIELD = re.compile(r"password|passwd|secret|token|credential|authorization|api_?key", re.IGNORECASE)
QUIET_LIBRARIES = ("aiokafka", "urllib3", "clickhouse_connect", "httpx", "httpcore", "asyncio")
"""Libraries whose INFO lines tell an operator nothing."""

Logger = structlog.stdlib.BoundLogger


def configure_logging(service: str, settings: LogSettings) -> None:
    """Send all logs of this process to stderr in the chosen format, each with the service's name."""
    shared = _shared_processors(service)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()], processors=_renderers(settings)
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level)
    for name in QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def get_logger(name: str) -> Logger:
    """Return the logger of a module; call it with an event name and fields."""
    logger: Logger = structlog.stdlib.get_logger(name)
    return logger


def flush_logs() -> None:
    """Write out what handlers still hold; for processes about to end at once."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def _shared_processors(service: str) -> list[Processor]:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        add_service,
        mask_secrets,
    ]


def _renderers(settings: LogSettings) -> list[Processor]:
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if settings.format == "console":
        return [remove_meta, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [
        remove_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
    ]


def mask_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Replace the value of every field whose name says that it is a secret."""
    for name in event:
        if SECRET_FIELD.search(name):
            event[name] = "***"
    return event
