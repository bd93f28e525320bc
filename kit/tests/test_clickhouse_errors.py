import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError, StreamFailureError

from surveyor_kit.clickhouse_errors import translate
from surveyor_kit.errors import RetryableError, StoreError


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("Error executing HTTP request"),
        DatabaseError("too many parts", code=252),
        DatabaseError("memory limit", code=241),
        DatabaseError("HTTP driver received HTTP status 502, server response: bad gateway"),
        StreamFailureError("Code: 209. DB::NetException: timeout"),
    ],
)
def test_passing_faults_are_retryable(error: DatabaseError) -> None:
    assert isinstance(translate(error), RetryableError)


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("unknown table", code=60),
        OperationalError("syntax error", code=62),
        DatabaseError("HTTP driver received HTTP status 404"),
        StreamFailureError("Code: 395. DB::Exception: throwIf"),
    ],
)
def test_refusals_are_bugs(error: DatabaseError) -> None:
    assert isinstance(translate(error), StoreError)


def test_code_is_kept() -> None:
    translated = translate(DatabaseError("unknown table", code=60))
    assert isinstance(translated, StoreError)
    assert translated.code == 60
