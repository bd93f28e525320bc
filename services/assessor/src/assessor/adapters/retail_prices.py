"""Azure's Retail Prices API over HTTP: one page at a time, repeated until it answers."""

import asyncio
import email.utils
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

API_VERSION = "2023-01-01-preview"
"""The version whose consumption items name their savings plans."""
_BASE_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 60.0

Query = Mapping[str, str]


class PricesUnavailable(Exception):
    """The API did not answer, or not with prices; the message names address and reason."""


@dataclass(frozen=True, slots=True)
class Page:
    """`items` as the API sent them, numbers as Decimal; `next_query` is None on the last page."""

    items: list[Any]
    next_query: dict[str, str] | None


class RetailPrices:
    """Reads pages. Certificates are verified; proxies come from the environment, as httpx reads it.

    Args:
        client: An open client; its timeout is that of one try.
        url: Where the API is, or a mirror of it. Links to next pages are followed there and nowhere else.
        attempts: How often a page is tried before giving up.
        base_wait_seconds: Wait after the first failure; it doubles with each, up to a minute.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        *,
        attempts: int = 8,
        base_wait_seconds: float = _BASE_WAIT_SECONDS,
    ) -> None:
        self.url = url
        self._client = client
        self._attempts = attempts
        self._base_wait_seconds = base_wait_seconds

    async def page(self, query: Query) -> Page:
        """Read one page.

        Raises:
            PricesUnavailable: After all attempts, or at once when the API refuses the query.
        """
        for attempt in range(1, self._attempts + 1):
            try:
                response = await self._client.get(self.url, params=dict(query))
            except httpx.TransportError as error:
                reason, wait = f"{type(error).__name__}: {error}", None
            else:
                if response.status_code == httpx.codes.OK:
                    page = _read(response.text)
                    if page is not None:
                        return page
                reason, wait = _reason(response), _asked_wait_seconds(response)
                if not _may_pass(response.status_code):
                    break
            if attempt < self._attempts:
                await asyncio.sleep(self._backoff_seconds(attempt) if wait is None else wait)
        raise PricesUnavailable(f"{self.url}: {reason} (query {dict(query)})")

    def _backoff_seconds(self, attempt: int) -> float:
        longest = min(_LONGEST_WAIT_SECONDS, self._base_wait_seconds * 2 ** (attempt - 1))
        return random.uniform(longest / 2, longest)  # noqa: S311  # no secret depends on it


def first_query(odata_filter: str, currency: str = "USD") -> dict[str, str]:
    """Return the query for the first page of a filter; the currency is no part of a filter."""
    query = {"api-version": API_VERSION, "$filter": odata_filter}
    return query if currency == "USD" else query | {"currencyCode": f"'{currency}'"}


def _read(text: str) -> Page | None:
    """Return the page of an answer, None when it is none (a proxy's error page, half an answer)."""
    try:
        document = json.loads(text, parse_float=Decimal)
    except ValueError:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("Items"), list):
        return None
    link = document.get("NextPageLink")
    return Page(document["Items"], dict(parse_qsl(urlsplit(link).query)) if link else None)


def _reason(response: httpx.Response) -> str:
    if response.status_code == httpx.codes.OK:
        return "the answer is no page of prices"
    return f"HTTP status {response.status_code}"


def _may_pass(status: int) -> bool:
    return status in (httpx.codes.OK, httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS) or (
        status >= httpx.codes.INTERNAL_SERVER_ERROR
    )


def _asked_wait_seconds(response: httpx.Response) -> float | None:
    """What Retry-After asks for, as seconds or as a date; a minute at most, so that a run can be watched."""
    value = response.headers.get("Retry-After")
    if value is None:
        return None
    try:
        wait = float(value)
    except ValueError:
        at = _http_date(value)
        if at is None:
            return None
        wait = (at - datetime.now(UTC)).total_seconds()
    return min(max(wait, 0.0), _LONGEST_WAIT_SECONDS)


def _http_date(value: str) -> datetime | None:
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
