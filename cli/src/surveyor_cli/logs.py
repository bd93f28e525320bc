"""The kit's log on a terminal: what goes wrong and is tried again, not each step."""

import logging

from surveyor_kit.logging import configure_logging
from surveyor_kit.settings import LogSettings, load_settings


def configure_command_logging() -> None:
    """Log warnings to stderr in a form for people, unless the settings say otherwise."""
    given = load_settings(LogSettings)
    quiet = {"level": "WARNING", "format": "console"}
    wanted = {name: value for name, value in quiet.items() if name not in given.model_fields_set}
    configure_logging("surveyor", given.model_copy(update=wanted))
    # Each attempt to connect is a line of the library's; the kit's own retries say the same once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
