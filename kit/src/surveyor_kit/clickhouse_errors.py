"""Which of ClickHouse's errors pass by themselves, and which are bugs of ours."""

import re

from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from surveyor_kit.errors import RetryableError, StoreError

PASSING_CODES = frozenset(
    {
        159,  # TIMEOUT_EXCEEDED
        160,  # TOO_SLOW
        202,  # TOO_MANY_SIMULTANEOUS_QUERIES
        203,  # NO_FREE_CONNECTION
        209,  # SOCKET_TIMEOUT
        210,  # NETWORK_ERROR
        225,  # NO_ZOOKEEPER
        236,  # ABORTED
        241,  # MEMORY_LIMIT_EXCEEDED
        242,  # TABLE_IS_READ_ONLY
        243,  # NOT_ENOUGH_SPACE
        252,  # TOO_MANY_PARTS
        279,  # ALL_CONNECTION_TRIES_FAILED
        285,  # TOO_FEW_LIVE_REPLICAS
        286,  # UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
        319,  # UNKNOWN_STATUS_OF_INSERT
        394,  # QUERY_WAS_CANCELLED
        425,  # SYSTEM_ERROR
        439,  # CANNOT_SCHEDULE_TASK
        473,  # DEADLOCK_AVOIDED
        999,  # KEEPER_EXCEPTION
        1000,  # POCO_EXCEPTION
    }
)
"""Source: ClickHouse, src/Common/ErrorCodes.cpp."""

TABLE_EXISTS = 57
UNKNOWN_TABLE = 60
UNKNOWN_DATABASE = 81

_CODE = re.compile(r"\bCode:\s*(\d+)")
_GATEWAY_STATUS = re.compile(r"HTTP status (429|5\d\d)\b")


def translate(error: ClickHouseError) -> RetryableError | StoreError:
    """Return our error for one of the client library's."""
    code = _code(error)
    text = str(error)
    no_answer = code is None and (isinstance(error, OperationalError) or bool(_GATEWAY_STATUS.search(text)))
    if no_answer or code in PASSING_CODES:
        return RetryableError(text)
    return StoreError(text, code)


def _code(error: ClickHouseError) -> int | None:
    """Return the server's error code, which stands only in the text where a stream broke off."""
    code: int | None = getattr(error, "code", None)
    found = None if code is not None else _CODE.search(str(error))
    return int(found.group(1)) if found else code
