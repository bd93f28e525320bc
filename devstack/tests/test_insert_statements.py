"""Where a statement ends and its rows begin."""

import pytest

from devstack.clickhouse_front.statement import output_format, parse_insert


def parts(query: bytes, body: bytes) -> tuple[str, str, bytes] | None:
    insert = parse_insert(query, body)
    return (insert.head.strip(), insert.row_format, b"".join(insert.rows)) if insert else None


def test_rows_follow_the_format_name_in_the_body() -> None:
    assert parts(b"", b"INSERT INTO t FORMAT Native\n\x00FORMAT\x01") == (
        "INSERT INTO t",
        "Native",
        b"\x00FORMAT\x01",
    )


def test_the_statement_may_stand_in_the_address_and_the_rows_in_the_body() -> None:
    assert parts(b"INSERT INTO t (a) FORMAT CSV", b"1\n") == ("INSERT INTO t (a)", "CSV", b"1\n")


def test_rows_may_begin_in_the_address_and_go_on_in_the_body() -> None:
    assert parts(b"INSERT INTO t FORMAT CSV 1\n", b"2\n") == ("INSERT INTO t", "CSV", b"1\n2\n")


def test_settings_stay_with_the_statement() -> None:
    head = "INSERT INTO t SETTINGS insert_deduplication_token='a FORMAT b'"
    assert parts(b"", head.encode() + b" FORMAT CSV\n1") == (head, "CSV", b"1")


@pytest.mark.parametrize(
    "prefix", [b"-- FORMAT x\n", b"/* FORMAT CSV */ ", b'insert into `FORMAT` (`a`, "FORMAT CSV") ']
)
def test_a_format_in_comments_and_names_is_not_the_clause(prefix: bytes) -> None:
    statement = prefix if prefix.startswith(b"insert") else prefix + b"INSERT INTO t "
    found = parts(b"", statement + b"format TSV\n1")
    assert found is not None
    assert found[1:] == ("TSV", b"1")


@pytest.mark.parametrize(
    "statement",
    [b"SELECT 1 FORMAT CSV", b"INSERT INTO t VALUES (1)", b"INSERT INTO t SELECT 1", b"", b"CREATE TABLE t"],
)
def test_other_statements_go_to_the_engine_as_they_are(statement: bytes) -> None:
    assert parts(b"", statement) is None


def test_the_output_format_is_the_last_clause_of_that_name() -> None:
    assert output_format(b"SELECT 'FORMAT CSV' FROM (SELECT 1 FORMAT TSV) FORMAT JSON SETTINGS a=1") == "JSON"
    assert output_format(b"SELECT format") is None
