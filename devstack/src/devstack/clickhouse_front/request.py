"""Reads a query out of an HTTP request.

Source: ClickHouse documentation, "HTTP interface" (2025): parameters, headers, compression.
"""

from collections.abc import Mapping

import cramjam
from starlette.requests import Request

from devstack.clickhouse_front.engine import Query
from devstack.clickhouse_front.errors import BAD_ARGUMENTS, NOT_IMPLEMENTED, ClickHouseError

_DEFAULT_FORMAT = "TabSeparated"
_LARGEST_FORM_FIELD_BYTES = 256 << 20

# Parameters of the interface itself; `param_*` are values, everything else is a setting of the query.
_NOT_SETTINGS = frozenset(
    {
        "query",
        "database",
        "default_format",
        "user",
        "password",
        "session_id",
        "session_timeout",
        "session_check",
        "query_id",
        "quota_key",
        "role",
        "compress",
        "decompress",
        "buffer_size",
        "wait_end_of_query",
        "stacktrace",
        "client_protocol_version",
        "enable_http_compression",
        "http_zlib_compression_level",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
        "cancel_http_readonly_queries_on_client_close",
    }
)

_DECOMPRESS = {
    "lz4": cramjam.lz4.decompress,
    "zstd": cramjam.zstd.decompress,
    "br": cramjam.brotli.decompress,
    "gzip": cramjam.gzip.decompress,
    "deflate": cramjam.zlib.decompress,
}


async def read_query(request: Request) -> Query:
    """Build the query; parameters of a form come in addition to those of the address.

    Raises:
        ClickHouseError: the request asks for what this front does not do, or its body does not decompress.
    """
    parameters = dict(request.query_params)
    body = b""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        parameters |= await _form_fields(request)
    else:
        body = _decompressed(await request.body(), request.headers.get("content-encoding", ""))
    _refuse_block_compression(parameters)
    return Query(
        text=parameters.get("query", "").encode(),
        body=body,
        default_format=_default_format(request.headers, parameters),
        database=parameters.get("database") or request.headers.get("x-clickhouse-database"),
        session_id=parameters.get("session_id"),
        session_timeout_seconds=_session_timeout_seconds(parameters),
        settings={name: value for name, value in parameters.items() if _is_setting(name)},
        parameters={
            name.removeprefix("param_"): value
            for name, value in parameters.items()
            if name.startswith("param_")
        },
    )


def _default_format(headers: Mapping[str, str], parameters: Mapping[str, str]) -> str:
    return parameters.get("default_format") or headers.get("x-clickhouse-format") or _DEFAULT_FORMAT


def _is_setting(name: str) -> bool:
    return name not in _NOT_SETTINGS and not name.startswith("param_")


async def _form_fields(request: Request) -> dict[str, str]:
    async with request.form(max_part_size=_LARGEST_FORM_FIELD_BYTES) as form:
        fields: dict[str, str] = {}
        for name, value in form.multi_items():
            if not isinstance(value, str):
                message = "External tables in a form are not supported here"
                raise ClickHouseError.of(NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message)
            fields[name] = value
        return fields


def _decompressed(body: bytes, encoding: str) -> bytes:
    if not body or encoding in ("", "identity"):
        return body
    decompress = _DECOMPRESS.get(encoding)
    if decompress is None:
        message = f"Unknown Content-Encoding {encoding}"
        raise ClickHouseError.of(NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message)
    try:
        return bytes(decompress(body))
    except cramjam.DecompressionError as error:
        message = f"The body is not {encoding}: {error}"
        raise ClickHouseError.of(BAD_ARGUMENTS, "BAD_ARGUMENTS", message) from error


def _refuse_block_compression(parameters: Mapping[str, str]) -> None:
    if {parameters.get("compress"), parameters.get("decompress")} & {"1", "true"}:
        message = "ClickHouse's own block compression is not supported here: use Content-Encoding"
        raise ClickHouseError.of(NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message)


def _session_timeout_seconds(parameters: Mapping[str, str]) -> float:
    given = parameters.get("session_timeout", "60")
    if not given.isdigit():
        raise ClickHouseError.of(BAD_ARGUMENTS, "BAD_ARGUMENTS", f"Invalid session timeout: '{given}'")
    return float(given)
