"""The store: ClickHouse over HTTP, its blocking calls in threads, its errors told apart."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import clickhouse_connect
import pyarrow
from clickhouse_connect.driver import options
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httputil import get_pool_manager

from surveyor_kit.clickhouse_errors import translate
from surveyor_kit.errors import RetryableError
from surveyor_kit.metrics import STORE_ROWS_INSERTED, STORE_SECONDS
from surveyor_kit.settings import ClickHouseSettings

Parameters = Mapping[str, Any]
ServerSettings = Mapping[str, Any]
Result = TypeVar("Result")

# Rows and Arrow tables are all that is handed over. Without this the client imports pandas at the first
# insert, where something else has installed it: a second of processor time and 60 MiB.
options.pd = options.pd_time_test = None

DEFAULT_PORTS = {"http": 8123, "https": 8443}


class ClickHouse:
    """Statements against one database, any number of them at a time.

    Parameters are bound by the server: write `{name:Type}` in the statement. Times come back aware, in
    UTC. Every method raises `RetryableError` when the store did not answer or was overloaded (repeating
    the same statement is then right) and `StoreError` when it refused. An insert whose answer was lost
    may have been repeated already by the client: tables have to bear it. Cancelling a call does not stop
    a statement that the store is already running.

    Args:
        settings: Where the store is; connected to at the first statement.
    """

    def __init__(self, settings: ClickHouseSettings) -> None:
        self.settings = settings
        self.database = settings.database
        self._threads = ThreadPoolExecutor(settings.worker_threads, thread_name_prefix="clickhouse")
        self._connecting = threading.Lock()
        self._client: Client | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; statements under way end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.close()

    async def query_rows(
        self, sql: str, params: Parameters | None = None, settings: ServerSettings | None = None
    ) -> list[dict[str, Any]]:
        """Return the rows as dictionaries by column name."""
        result = await self._call("select", lambda c: c.query(sql, _plain(params), _plain(settings)))
        return [dict(zip(result.column_names, row, strict=True)) for row in result.result_rows]

    async def query_arrow(
        self, sql: str, params: Parameters | None = None, settings: ServerSettings | None = None
    ) -> pyarrow.Table:
        """Return the rows as an Arrow table, strings as strings."""

        def query(client: Client) -> pyarrow.Table:
            return client.query_arrow(sql, _plain(params), _plain(settings), use_strings=True)

        return await self._call("select", query)

    async def insert_arrow(
        self, table: str, rows: pyarrow.Table, settings: ServerSettings | None = None
    ) -> None:
        """Insert an Arrow table into `table`, columns matched by name."""
        await self._call("insert", lambda c: insert_arrow_stream(c, table, rows, _plain(settings)))
        STORE_ROWS_INSERTED.labels(table).inc(rows.num_rows)

    async def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        settings: ServerSettings | None = None,
    ) -> None:
        """Insert `rows`, each with one value per name in `columns`; nothing happens without rows."""
        if not rows:
            return
        await self._call("insert", lambda c: c.insert(table, rows, columns, settings=_plain(settings)))
        STORE_ROWS_INSERTED.labels(table).inc(len(rows))

    async def insert_raw(
        self,
        table: str,
        content: bytes,
        fmt: str,
        columns: Sequence[str] | None = None,
        settings: ServerSettings | None = None,
    ) -> None:
        """Insert bytes that are already in a ClickHouse format, such as `JSONEachRow`."""

        def insert(client: Client) -> int:
            return client.raw_insert(table, columns, content, _plain(settings), fmt).written_rows

        written_rows = await self._call("insert", insert)
        STORE_ROWS_INSERTED.labels(table).inc(written_rows)

    async def command(
        self, sql: str, params: Parameters | None = None, settings: ServerSettings | None = None
    ) -> None:
        """Run a statement that returns no rows."""
        await self._call("command", lambda c: c.command(sql, _plain(params), settings=_plain(settings)))

    async def ping(self) -> None:
        """Ask for nothing, to learn whether the store answers this user."""
        await self._call("ping", lambda c: c.command("SELECT 1"))

    async def _call(self, kind: str, statement: Callable[[Client], Result]) -> Result:
        def run() -> Result:
            started_at = time.monotonic()
            try:
                return statement(self._connected())
            except ClickHouseError as error:
                raise translate(error) from error
            finally:
                STORE_SECONDS.labels(kind).observe(time.monotonic() - started_at)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _connected(self) -> Client:
        with self._connecting:
            if self._client is None:
                self._client = _connect(self.settings)
            return self._client


def insert_arrow_stream(
    client: Client, table: str, rows: pyarrow.Table, settings: dict[str, Any] | None = None
) -> None:
    """Insert an Arrow table in the format that the store reads while it comes, uncompressed.

    The client's own `insert_arrow` writes Arrow's file format, which is read from its end: the store has to
    keep all of it before it reads any. It compresses too, for more processor time than the network is worth.
    """
    size = pyarrow.MockOutputStream()  # a buffer that grows takes twice the memory
    _write_arrow_stream(rows, size)
    content = pyarrow.allocate_buffer(size.size())
    _write_arrow_stream(rows, pyarrow.FixedSizeBufferWriter(content))
    client.raw_insert(table, rows.schema.names, content, settings, "ArrowStream")


def _write_arrow_stream(rows: pyarrow.Table, sink: pyarrow.NativeFile) -> None:
    with pyarrow.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)


def _connect(settings: ClickHouseSettings) -> Client:
    """Return a client without a session: ClickHouse refuses two statements of one session at a time."""
    address = urlsplit(settings.url)
    try:
        return clickhouse_connect.get_client(
            interface=address.scheme,
            host=address.hostname,
            port=address.port or DEFAULT_PORTS[address.scheme],
            username=settings.username,
            password=settings.password.get_secret_value(),
            database=settings.database,
            connect_timeout=settings.connect_timeout_seconds,
            send_receive_timeout=settings.query_timeout_seconds,
            autogenerate_session_id=False,
            tz_mode="aware",
            pool_mgr=_connection_pool(settings),
        )
    except OSError as error:
        raise RetryableError(str(error)) from error


def _connection_pool(settings: ClickHouseSettings) -> Any:
    ca_file = str(settings.ca_file) if settings.ca_file else None
    return get_pool_manager(maxsize=settings.worker_threads, ca_cert=ca_file, verify=settings.verify)


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return dict(values) if values else None
