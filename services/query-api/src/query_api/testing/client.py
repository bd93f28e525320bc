"""A client of the application, without a socket between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from query_api.app import create_app
from query_api.bootstrap import Running
from query_api.testing.builders import ADMIN_KEY


@asynccontextmanager
async def client_of(running: Running, key: str | None = ADMIN_KEY) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that sends `key` with each request; what goes wrong inside is answered, not raised."""
    transport = httpx.ASGITransport(create_app(running.deps), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        yield client
