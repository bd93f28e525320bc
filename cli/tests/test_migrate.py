import subprocess
from typing import Any

import pytest
from cli.tests.command import COMMAND, TIMEOUT_SECONDS, Cli, environment_of, only

from devstack.ports import free_port
from surveyor_kit.kafka import check_topics
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings
from surveyor_schemas.migrations import all_migrations
from surveyor_schemas.topics import TOPICS

pytestmark = pytest.mark.parts

VERSIONS = [f"{migration.version:04} {migration.name}" for migration in all_migrations()]


def changed(document: Any, kind: str) -> list[tuple[str, str]]:
    return [(change["name"], change["action"]) for change in document["changes"] if change["kind"] == kind]


def test_tables_are_planned_then_made_then_left_alone(
    surveyor: Cli, empty_database: ClickHouseSettings
) -> None:
    env = environment_of(None, empty_database)
    for words in (["--dry-run"], ["--dry-run"], []):
        ended = surveyor("migrate", "--tables", "--json", *words, env=env)
        assert changed(ended.json(), "tables") == [(version, "migrated") for version in VERSIONS]
    ended = surveyor("migrate", "--tables", env=env)
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "Nothing to do: topics and tables are as this release needs them.\n"


async def test_topics_and_their_dead_letter_topics_are_made(surveyor: Cli, kafka: Any) -> None:
    """Whether this run makes them or an earlier test did: afterwards all are there, and stay."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    env = environment_of(settings, None)
    assert surveyor("migrate", "--topics", env=env).code == 0
    dead_letters = [topic.dead_letter_topic for topic in TOPICS.values() if topic.dead_letter_topic]
    await check_topics(settings, [*TOPICS, *dead_letters])
    assert surveyor("migrate", "--topics", "--json", env=env).json() == {"dry_run": False, "changes": []}


def test_people_read_what_was_done(
    surveyor: Cli, kafka_settings: KafkaSettings, empty_database: ClickHouseSettings
) -> None:
    ended = surveyor("migrate", env=environment_of(kafka_settings, empty_database))
    assert ended.code == 0, ended
    for version in VERSIONS:
        assert any(version in line and "migrated" in line for line in ended.out.splitlines())


@pytest.mark.parametrize(("option", "part"), [("--topics", "broker"), ("--tables", "store")])
def test_a_part_that_does_not_answer_is_waited_for_so_long_and_then_named(
    surveyor: Cli, option: str, part: str
) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    env = {"SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": nobody, "SURVEYOR_CLICKHOUSE__URL": f"http://{nobody}"}
    ended = surveyor("migrate", option, "--timeout-seconds", "1", env=env)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.splitlines()[-1].startswith(f"surveyor: the {part} did not answer within 1 seconds")
    assert "Traceback" not in ended.err


def test_a_part_that_comes_late_is_waited_for(empty_database: ClickHouseSettings, clickhouse: Any) -> None:
    words = [*COMMAND, "migrate", "--tables", "--timeout-seconds", "120"]
    settings = only(environment_of(None, empty_database))
    clickhouse.stop()
    with subprocess.Popen(
        words, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as waiting:
        assert waiting.stderr is not None
        try:
            assert any("retrying" in line for line in waiting.stderr)
        finally:
            clickhouse.start()
        assert waiting.wait(TIMEOUT_SECONDS) == 0


def test_a_missing_setting_is_named(surveyor: Cli) -> None:
    ended = surveyor("migrate")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS: must be set\n"
