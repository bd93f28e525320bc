"""A Faust application on the installation's broker, and its life inside our own event loop."""

import asyncio
import logging
import ssl

import faust
from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT

from normalizer.settings import NormalizerSettings
from surveyor_kit.errors import KitError
from surveyor_kit.kafka.options import ssl_context
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.logging import get_logger
from surveyor_kit.settings import KafkaSettings

log = get_logger(__name__)

STOP_TIMEOUT_SECONDS = 10.0
WAITING_EVENTS = 50
LIBRARIES = ("faust", "mode")
"""Their INFO lines name every service that starts and stops, and tell an operator nothing."""


class WorkerFailed(KitError):
    """Faust ended by itself."""


def create_app(settings: NormalizerSettings, kafka: KafkaSettings) -> faust.App:
    """Return an application without agents; nothing is connected yet."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    return faust.App(
        settings.group,
        broker=[f"aiokafka://{server.strip()}" for server in kafka.bootstrap_servers.split(",")],
        broker_credentials=broker_credentials(kafka),
        broker_client_id=settings.group,
        # Bounds of what waits in memory beside the batch in the making.
        broker_max_poll_records=WAITING_EVENTS,
        stream_buffer_maxsize=WAITING_EVENTS,
        broker_commit_interval=settings.commit_interval_seconds,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=settings.session_timeout_seconds / 5,
        broker_request_timeout=settings.session_timeout_seconds + 60,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=settings.instance_id,
        processing_guarantee="at_least_once",
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        store="memory://",
        datadir=settings.data_dir,
        debug=False,
        web_enabled=False,
        web_tables_enabled=False,
        web_router_enabled=False,
        web_stats_enabled=False,
        web_graph_enabled=False,
        web_metrics_enabled=False,
    )


def broker_credentials(kafka: KafkaSettings) -> CredentialsT | None:
    """Return the broker's settings as Faust wants them; None for an open broker."""
    context: ssl.SSLContext | None = None
    if kafka.security_protocol in ("SSL", "SASL_SSL"):
        context = ssl_context(kafka)
    if kafka.security_protocol.startswith("SASL") and kafka.sasl_password is not None:
        return SASLCredentials(
            username=kafka.sasl_username,
            password=kafka.sasl_password.get_secret_value(),
            mechanism=kafka.sasl_mechanism,
            ssl_context=context,
        )
    return SSLCredentials(context=context) if context is not None else None


async def until_ended(app: faust.App, stopping: Stopping) -> None:
    """Wait until the process is to stop.

    Raises:
        WorkerFailed: The application ended by itself.
    """
    ended = asyncio.ensure_future(app.wait_until_stopped())
    asked = asyncio.ensure_future(stopping)
    await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    ended.cancel()
    if not stopping.is_set():
        raise WorkerFailed(f"Faust ended: {app.crash_reason}") from app.crash_reason


async def stop_app(app: faust.App) -> None:
    """Commit what is acknowledged, leave the group, and give up after some seconds.

    Faust waits without an end for a message that nobody will acknowledge any more; giving up loses nothing,
    since it is delivered again.
    """
    try:
        async with asyncio.timeout(STOP_TIMEOUT_SECONDS):
            await app.stop()
    except TimeoutError:
        log.warning("faust_not_stopped_in_time", timeout_seconds=STOP_TIMEOUT_SECONDS)
