"""`surveyor replay`: send dead letters through their topic again, after what refused them was mended."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from surveyor_cli.admin.connections import TIMEOUT_SECONDS, TimeoutSeconds, patiently
from surveyor_cli.admin.dead_letters import DeadLetter, read_dead_letters
from surveyor_cli.admin.freshness import RevisionGuard
from surveyor_cli.admin.replaying import Handled, Outcome, judged, opened, send
from surveyor_cli.exits import FAILED, USAGE, fail, notes, outside_errors_explained
from surveyor_cli.logs import configure_command_logging
from surveyor_cli.output import AsJson, print_json, print_table
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import check_topics
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings, load_settings
from surveyor_schemas.base import format_utc
from surveyor_schemas.discovery.observation import Observation
from surveyor_schemas.reasons import Reason
from surveyor_schemas.topics import TOPICS, dead_letter_topic

TIME_FORMATS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
SHOWN = 20

Wanted = Callable[[DeadLetter], bool]


def replay(
    topic: Annotated[str, typer.Option(help="Whose dead letters, such as performance-raw.")],
    reason: Annotated[list[Reason] | None, typer.Option(help="Only of this reason; repeatable.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=TIME_FORMATS, help="Only put aside at this time (UTC) or later."),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=TIME_FORMATS, help="Only put aside before this time (UTC).")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="The most letters to take up, oldest first.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Also those taken up before.")] = False,
    unchecked: Annotated[
        bool,
        typer.Option(
            "--unchecked", help="Also what still breaks its contract, for a consumer that is newer."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; send nothing.")] = False,
    timeout_seconds: TimeoutSeconds = TIMEOUT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Send dead letters to their topic again, each once, with the original key, bytes and headers.

    An observation that is not newer than the stored state of its machine is not sent. What still breaks its
    contract stays a dead letter, and the exit code is 1.
    """
    if topic not in TOPICS or not TOPICS[topic].dead_letter:
        names = ", ".join(name for name, known in TOPICS.items() if known.dead_letter)
        fail(USAGE, f"--topic {topic}: has no dead letters; {names} have")
    kafka = load_settings(KafkaSettings)
    configure_command_logging()
    wanted = _wanted(reason, since, until, again)

    async def run() -> list[Handled]:
        names = [topic, dead_letter_topic(topic)]
        await patiently(lambda: check_topics(kafka, names), "broker", timeout_seconds)
        letters = [letter for letter in await read_dead_letters(kafka, topic) if wanted(letter)]
        letters.sort(key=lambda letter: letter.put_aside_at)
        handled = await _judge(topic, letters[:limit], unchecked, timeout_seconds)
        if handled and not dry_run:
            await send(kafka, topic, handled, timeout_seconds)
        return handled

    with outside_errors_explained():
        handled = asyncio.run(run())
    _report(handled, dry_run, as_json)


def _wanted(
    reasons: Sequence[Reason] | None, since: datetime | None, until: datetime | None, again: bool
) -> Wanted:
    def wanted(letter: DeadLetter) -> bool:
        return (
            (again or not letter.was_taken_up)
            and (not reasons or letter.reason in reasons)
            and (since is None or letter.put_aside_at >= since.replace(tzinfo=UTC))
            and (until is None or letter.put_aside_at < until.replace(tzinfo=UTC))
        )

    return wanted


async def _judge(
    topic: str, letters: Sequence[DeadLetter], unchecked: bool, timeout_seconds: float
) -> list[Handled]:
    read = [opened(topic, letter) for letter in letters]
    machine_ids = {each.event.machine_id for each in read if isinstance(each.event, Observation)}
    guard = RevisionGuard()
    if machine_ids:
        async with ClickHouse(load_settings(ClickHouseSettings)) as store:
            await patiently(lambda: guard.read(store, machine_ids), "store", timeout_seconds)
    return list(judged(topic, read, guard, unchecked=unchecked))


def _report(handled: Sequence[Handled], dry_run: bool, as_json: bool) -> None:
    counts = Counter(each.outcome for each in handled)
    if as_json:
        letters = [_document(each) for each in handled]
        totals = {outcome.value: counts[outcome] for outcome in Outcome}
        print_json({"dry_run": dry_run, **totals, "letters": letters})
    elif handled:
        _print_letters(handled)
    summary = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome)
    notes.print(f"Nothing was sent. It would be: {summary}." if dry_run else f"{summary}.", markup=False)
    if counts[Outcome.INVALID]:
        raise typer.Exit(FAILED)


def _print_letters(handled: Sequence[Handled]) -> None:
    columns = ["partition:offset", "put_aside_at", "key", "reason", "outcome", "detail"]
    rows = [list(_document(each).values()) for each in handled[:SHOWN]]
    print_table([column.replace("_", " ") for column in columns], rows)
    if len(handled) > SHOWN:
        notes.print(f"… and {len(handled) - SHOWN} more; --json lists them all.", markup=False)


def _document(handled: Handled) -> dict[str, str]:
    letter = handled.letter
    return {
        "place": f"{letter.place[0]}:{letter.place[1]}",
        "put_aside_at": format_utc(letter.put_aside_at),
        "key": (letter.key or b"").decode(errors="replace"),
        "reason": letter.reason,
        "outcome": handled.outcome.value,
        "detail": handled.fault or letter.detail,
    }
