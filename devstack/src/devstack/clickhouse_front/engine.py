"""chDB: one engine in this process, a connection (a session of its own) per request.

A connection serves one query at a time; connecting to the open engine takes under a millisecond. So requests
never wait for each other, and no setting leaks from one to the next.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from chdb import ChdbError, connect
from chdb.state.sqlitelike import Connection

from devstack.clickhouse_front.errors import SESSION_IS_LOCKED, ClickHouseError
from devstack.clickhouse_front.statement import Insert, output_format, parse_insert

_SLICE_BYTES = 1 << 20


@dataclass(frozen=True)
class Query:
    """One request to the engine.

    Attributes:
        text: The `query` parameter, maybe empty.
        body: The uncompressed body: the statement, its rows, or both (see `parse_insert`).
        default_format: Used where the statement has no FORMAT clause.
        parameters: Values for `{name:Type}`, escaped as in tab-separated text.
    """

    text: bytes
    body: bytes
    default_format: str
    database: str | None = None
    session_id: str | None = None
    session_timeout_seconds: float = 60
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A finished query: its output, the output's format, and what ClickHouse's summary header says."""

    output: bytes
    output_format: str
    summary: str


@dataclass
class _Session:
    connection: Connection
    busy: threading.Lock = field(default_factory=threading.Lock)
    expires_at: float = 0.0


class Engine:
    """The engine over one data directory; thread-safe. Only one process can open a directory."""

    def __init__(self, directory: Path) -> None:
        self._path = str(directory)
        # The engine shuts down with its last connection: this one keeps it up.
        self._keeper = connect(self._path)
        self._sessions: dict[str, _Session] = {}
        self._sessions_lock = threading.Lock()
        version, timezone = self._keeper.query("SELECT version(), timezone()", "TSV").bytes().split()
        self.version, self.timezone = version.decode(), timezone.decode()

    def close(self) -> None:
        for session in self._sessions.values():
            session.connection.close()
        self._sessions.clear()
        self._keeper.close()

    def execute(self, query: Query) -> Answer:
        """Run one query to its end.

        Raises:
            ClickHouseError: the engine refused or failed.
        """
        with self._connection(query) as connection:
            try:
                _prepare(connection, query)
                if insert := parse_insert(query.text, query.body):
                    return _run_insert(connection, insert, query.parameters)
                return _run(connection, query)
            except (ChdbError, RuntimeError) as error:  # queries raise the one, inserts the other
                raise ClickHouseError.from_engine(error) from error

    @contextmanager
    def _connection(self, query: Query) -> Iterator[Connection]:
        if query.session_id is None:
            connection = connect(self._path)
            try:
                yield connection
            finally:
                connection.close()
            return
        session = self._session(query.session_id)
        try:
            yield session.connection
        finally:
            _forget_settings(session.connection, query.settings)
            session.expires_at = time.monotonic() + query.session_timeout_seconds
            session.busy.release()

    def _session(self, session_id: str) -> _Session:
        """Return the session, taken: its `busy` lock is held by the caller from here on."""
        with self._sessions_lock:
            self._close_expired_sessions()
            session = self._sessions.get(session_id)
            if session is None:
                session = self._sessions[session_id] = _Session(connect(self._path))
            if not session.busy.acquire(blocking=False):
                message = f"Session {session_id} is locked by a concurrent client."
                raise ClickHouseError.of(SESSION_IS_LOCKED, "SESSION_IS_LOCKED", message)
            return session

    def _close_expired_sessions(self) -> None:
        now = time.monotonic()
        for session_id, session in list(self._sessions.items()):
            if session.expires_at < now and session.busy.acquire(blocking=False):
                del self._sessions[session_id]
                session.connection.close()


def _prepare(connection: Connection, query: Query) -> None:
    if query.database:
        connection.query(f"USE {_quoted_name(query.database)}")
    for name, value in query.settings.items():
        connection.query(f"SET {_quoted_name(name)} = {_quoted(value)}")


def _forget_settings(connection: Connection, settings: Mapping[str, str]) -> None:
    for name in settings:
        try:
            connection.query(f"SET {_quoted_name(name)} = DEFAULT")
        except ChdbError:  # unknown to the engine: it was never set
            continue


def _run(connection: Connection, query: Query) -> Answer:
    statement = b"\n".join(part for part in (query.text, query.body) if part)
    result = connection.query(statement.decode(), query.default_format, dict(query.parameters))
    written_format = output_format(statement) or query.default_format
    summary = _summary(
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        result_rows=result.rows_read(),
        result_bytes=result.size(),
        elapsed_ns=round(result.elapsed() * 1e9),
    )
    return Answer(result.bytes(), written_format, summary)


def _run_insert(connection: Connection, insert: Insert, parameters: Mapping[str, str]) -> Answer:
    for name, value in parameters.items():  # a streamed insert takes none itself
        connection.query(f"SET {_quoted_name('param_' + name)} = {_quoted(value)}")
    with connection.send_insert(insert.head, insert.row_format) as running:
        for part in insert.rows:
            for start in range(0, len(part), _SLICE_BYTES):
                running.append(part[start : start + _SLICE_BYTES])
        result = running.finish()
    summary = _summary(
        written_rows=result.rows_written,
        written_bytes=result.bytes_written,
        elapsed_ns=round(result.elapsed * 1e9),
    )
    return Answer(b"", insert.row_format, summary)


def _summary(**counts: int) -> str:
    """Render the summary header: ClickHouse writes its numbers as strings."""
    return json.dumps({name: str(count) for name, count in counts.items()})


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted_name(name: str) -> str:
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
