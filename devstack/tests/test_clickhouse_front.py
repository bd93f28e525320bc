"""The front as clickhouse-connect, the services' client, sees it."""

import datetime as dt
import gzip
import threading
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import clickhouse_connect
import httpx
import lz4.frame
import pyarrow as pa
import pytest
from backports import zstd
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from devstack.fixtures.store import ClickHouse

pytestmark = pytest.mark.parts

Connect = Callable[..., Client]


@pytest.fixture
def connect(clickhouse: ClickHouse) -> Connect:
    url = httpx.URL(clickhouse.url)

    def connect_client(**options: Any) -> Client:
        given = {"username": clickhouse.username, "password": clickhouse.password, **options}
        return clickhouse_connect.get_client(host=url.host, port=url.port or 8123, **given)

    return connect_client


@pytest.fixture
def client(clickhouse: ClickHouse, connect: Connect) -> Client:
    return connect(database=clickhouse.database())


def test_every_type_the_tables_use_survives_a_round_trip(client: Client) -> None:
    client.command(
        "CREATE TABLE t (id UUID, at DateTime64(3, 'UTC'), peaks Array(Float64), unknown Nullable(Int32), "
        "metric LowCardinality(String), cost Decimal(18, 4), tags Map(String, String), day Date) "
        "ENGINE = MergeTree ORDER BY id"
    )
    at = dt.datetime(2026, 3, 1, 12, 30, 0, 250_000)  # noqa: DTZ001 (the client returns UTC without a zone)
    row = [uuid.uuid4(), at, [1.5, 2.0], None, "cpu", Decimal("1.2345"), {"a": "b"}, dt.date(2026, 3, 1)]

    inserted = client.insert("t", [row])

    assert inserted.written_rows == 1
    assert client.query("SELECT * FROM t").result_rows == [tuple(row)]


def test_parameters_are_values_and_never_sql(client: Client) -> None:
    awkward = "it's \\ a\nnew\tline; DROP TABLE t --"
    ids = [uuid.uuid4(), uuid.uuid4()]
    found = client.query(
        "SELECT {text:String}, {ids:Array(UUID)}, {none:Nullable(Int32)}",
        parameters={"text": awkward, "ids": ids, "none": None},
    )
    assert found.result_rows == [(awkward, ids, None)]


def test_a_parameter_may_hold_a_whole_estate(client: Client) -> None:
    ids = [str(number) for number in range(35_000)]
    assert client.query("SELECT length({ids:Array(String)})", parameters={"ids": ids}).first_row == (35_000,)


def test_rows_arrive_in_every_format_and_compression(client: Client) -> None:
    client.command("CREATE TABLE t (number UInt64, text String) ENGINE = MergeTree ORDER BY number")
    json_row = b'{"number": 1, "text": "x"}\n'

    client.insert_arrow("t", pa.table({"number": pa.array([1], pa.uint64()), "text": ["x"]}))
    client.raw_insert("t", insert_block=json_row, fmt="JSONEachRow")
    client.raw_insert("t", insert_block=lz4.frame.compress(json_row), fmt="JSONEachRow", compression="lz4")
    client.raw_insert("t", insert_block=zstd.compress(json_row), fmt="JSONEachRow", compression="zstd")
    client.raw_insert("t", insert_block=gzip.compress(json_row), fmt="JSONEachRow", compression="gzip")
    client.raw_insert("t", ["number", "text"], "1,x\n", fmt="CSV")
    client.command("INSERT INTO t VALUES (1, 'x')")

    assert client.query("SELECT * FROM t").result_rows == [(1, "x")] * 7
    assert client.query_arrow("SELECT * FROM t").num_rows == 7


def test_a_big_insert_arrives_whole(client: Client) -> None:
    client.command("CREATE TABLE t (number UInt64, text String) ENGINE = MergeTree ORDER BY number")
    rows = b"".join(b'{"number":%d,"text":"row %d"}\n' % (number, number) for number in range(1_000_000))

    client.raw_insert("t", insert_block=rows, fmt="JSONEachRow")

    assert client.query("SELECT count(), sum(number) FROM t").first_row == (1_000_000, 499_999_500_000)


def test_a_rejected_row_leaves_nothing_and_the_next_insert_works(client: Client) -> None:
    client.command("CREATE TABLE t (number UInt64) ENGINE = MergeTree ORDER BY number")
    with pytest.raises(DatabaseError, match=r"Code: 27\. DB::Exception: Cannot parse input") as refused:
        client.raw_insert("t", insert_block='{"number": 1}\n{"number": "one"}\n', fmt="JSONEachRow")
    assert refused.value.code == 27
    client.raw_insert("t", insert_block='{"number": 2}\n', fmt="JSONEachRow")
    assert client.query("SELECT * FROM t").result_rows == [(2,)]


def test_a_repeated_deduplication_token_inserts_once(client: Client) -> None:
    client.command(
        "CREATE TABLE t (number UInt64) ENGINE = MergeTree ORDER BY number "
        "SETTINGS non_replicated_deduplication_window = 100"
    )
    for number in (1, 2):
        client.insert("t", [[number]], settings={"insert_deduplication_token": "batch-1"})
    assert client.query("SELECT * FROM t").result_rows == [(1,)]


def test_settings_of_a_request_do_not_stay(connect: Connect, clickhouse: ClickHouse) -> None:
    with_session = connect(database=clickhouse.database())
    without_session = connect(autogenerate_session_id=False)
    query = "SELECT getSetting('max_threads')"
    for client in (with_session, without_session):
        assert client.query(query, settings={"max_threads": 1}).first_row == (1,)
        assert client.query(query).first_row != (1,)


def test_a_session_keeps_its_temporary_table(connect: Connect) -> None:
    client = connect(autogenerate_session_id=True)
    client.command("CREATE TEMPORARY TABLE mine (number UInt64)")
    client.insert("mine", [[7]], column_names=["number"], column_type_names=["UInt64"])
    assert client.query("SELECT * FROM mine").result_rows == [(7,)]
    with pytest.raises(DatabaseError, match="UNKNOWN_TABLE"):
        connect().query("SELECT * FROM mine")


def test_a_session_refuses_a_second_query_while_one_runs(clickhouse: ClickHouse) -> None:
    def ask(statement: str) -> httpx.Response:
        return httpx.post(
            clickhouse.url,
            params={"session_id": "shared"},
            content=statement,
            auth=(clickhouse.username, clickhouse.password),
            timeout=60,
        )

    def hold_the_session() -> None:
        # Refused itself while one of the short queries below has the session.
        while ask("SELECT sleepEachRow(1) FROM numbers(3)").status_code != 200:
            assert time.monotonic() < deadline

    deadline = time.monotonic() + 30
    first = threading.Thread(target=hold_the_session)
    first.start()
    try:
        while (answer := ask("SELECT 1")).status_code == 200:
            assert time.monotonic() < deadline
    finally:
        first.join()
    assert answer.headers["X-ClickHouse-Exception-Code"] == "373"


def test_a_slow_query_does_not_hold_up_a_fast_one(connect: Connect) -> None:
    slow_client, fast_client = connect(), connect()
    slow = threading.Thread(target=slow_client.query, args=("SELECT sleep(3)",))
    slow.start()
    try:
        for _ in range(20):
            fast_client.query("SELECT 1")
        assert slow.is_alive()
    finally:
        slow.join()


@pytest.mark.parametrize(
    ("statement", "code", "name"),
    [
        ("SELECT missing FROM numbers(1)", 47, "UNKNOWN_IDENTIFIER"),
        ("SELECT * FROM missing", 60, "UNKNOWN_TABLE"),
        ("SELEC 1", 62, "SYNTAX_ERROR"),
        ("SELECT * FROM missing.t", 81, "UNKNOWN_DATABASE"),
        ("SELECT throwIf(1)", 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
    ],
)
def test_errors_carry_clickhouses_code_and_name(client: Client, statement: str, code: int, name: str) -> None:
    with pytest.raises(DatabaseError, match=name) as refused:
        client.command(statement)
    assert refused.value.code == code


def test_an_unknown_setting_is_refused(client: Client) -> None:
    with pytest.raises(DatabaseError, match="UNKNOWN_SETTING"):
        client.query("SELECT 1", settings={"no_such_setting": 1})


@pytest.mark.parametrize("credentials", [{"password": "wrong"}, {"username": "nobody"}])
def test_wrong_credentials_are_refused(connect: Connect, credentials: dict[str, str]) -> None:
    with pytest.raises(DatabaseError, match="AUTHENTICATION_FAILED") as refused:
        connect(**credentials)
    assert refused.value.code == 516


def test_credentials_are_accepted_in_clickhouses_own_headers(clickhouse: ClickHouse) -> None:
    headers = {"X-ClickHouse-User": clickhouse.username, "X-ClickHouse-Key": clickhouse.password}
    answer = httpx.post(clickhouse.url, content="SELECT 1", headers=headers)
    assert (answer.status_code, answer.text, answer.headers["X-ClickHouse-Format"]) == (
        200,
        "1\n",
        "TabSeparated",
    )


def test_the_default_format_yields_to_the_statements_own(clickhouse: ClickHouse) -> None:
    def ask(statement: str) -> httpx.Response:
        return httpx.post(
            clickhouse.url,
            params={"default_format": "JSONEachRow"},
            content=statement,
            auth=(clickhouse.username, clickhouse.password),
        )

    assert ask("SELECT 1 AS a").text == '{"a":1}\n'
    own = ask("SELECT 'x FORMAT y' AS a FORMAT CSV")
    assert (own.text, own.headers["X-ClickHouse-Format"]) == ('"x FORMAT y"\n', "CSV")


def test_external_tables_are_refused_and_not_ignored(clickhouse: ClickHouse) -> None:
    answer = httpx.post(
        clickhouse.url,
        params={"query": "SELECT 1"},
        files={"ids": b"1\n"},
        auth=(clickhouse.username, clickhouse.password),
    )
    assert (answer.status_code, answer.headers["X-ClickHouse-Exception-Code"]) == (501, "48")


@pytest.mark.parametrize("how", ["restart", "crash"])
def test_data_survives(clickhouse: ClickHouse, connect: Connect, how: str) -> None:
    database = clickhouse.database()
    client = connect(database=database)
    client.command("CREATE TABLE t (number UInt64) ENGINE = MergeTree ORDER BY number")
    client.insert("t", [[number] for number in range(1000)])

    if how == "crash":
        clickhouse.kill()
        clickhouse.start()
    else:
        clickhouse.restart()

    assert connect(database=database).query("SELECT count() FROM t").first_row == (1000,)
