"""Bring the control database to the version of this release."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from query_api.control.database import WRITE_OPTION, ControlDatabase

MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK_KEY = 0x53_55_52_56  # any number of our own; replicas that start together take turns


async def migrate(database: ControlDatabase) -> None:
    """Run the steps that are missing, in one transaction and one process at a time."""
    async with database.engine.connect() as connection:
        connection = await connection.execution_options(**{WRITE_OPTION: True})
        async with connection.begin():
            if not database.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_KEY})"))
            await connection.run_sync(_upgrade)


def alembic_config(connection: Connection) -> Config:
    """Alembic's configuration, without a file of its own."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")
