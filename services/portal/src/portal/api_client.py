"""The query API as pages use it: each call carries the identity of the person who is signed in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, BinaryIO

import httpx

Params = Sequence[tuple[str, str]] | Mapping[str, str]
Document = dict[str, Any]
UPLOAD_TIMEOUT_SECONDS = 300.0


class ApiAway(Exception):
    """The API does not answer, or says that a part it needs is away."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ApiProblem(Exception):
    """The API answered with a problem document (RFC 9457)."""

    def __init__(self, status: int, title: str, detail: str, errors: Mapping[str, str]) -> None:
        super().__init__(f"{status} {title}")
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = dict(errors)
        """What is wrong, by field of the request."""


class ApiClient:
    """Calls the API with one person's key."""

    def __init__(self, http: httpx.AsyncClient, api_key: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {api_key}"}

    async def get(self, path: str, params: Params = ()) -> Any:
        """Return what is at a path.

        Raises:
            ApiProblem: The API refuses.
            ApiAway: It cannot be asked.
        """
        return await self._call("GET", path, params=_query(params))

    async def post(self, path: str, body: Document | None = None, *, attempt: str | None = None) -> Any:
        """Send a document; raises like `get`.

        Args:
            path: Where to.
            body: The document.
            attempt: The same one with the same document has one effect, however often it is sent.
        """
        headers = {"Idempotency-Key": attempt} if attempt else {}
        return await self._call("POST", path, headers=headers, json=body)

    async def upload(self, path: str, name: str, content: BinaryIO, fields: Mapping[str, str]) -> Any:
        """Send a file with the fields that were filled in; reading it may take long. Raises like `get`."""
        data = {field: value for field, value in fields.items() if value}
        return await self._call(
            "POST", path, files={"file": (name, content)}, data=data, timeout=UPLOAD_TIMEOUT_SECONDS
        )

    async def patch(self, path: str, body: Document) -> Any:
        """Change what is at a path; raises like `get`."""
        return await self._call("PATCH", path, json=body)

    async def put(self, path: str, body: Document) -> Any:
        """Put a document in the place of what may be there; raises like `get`."""
        return await self._call("PUT", path, json=body)

    async def delete(self, path: str) -> None:
        """Remove what is at a path; raises like `get`."""
        await self._call("DELETE", path)

    @asynccontextmanager
    async def stream(
        self, path: str, params: Params = (), headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[httpx.Response]:
        """Give an answer whose body is read piece by piece; raises like `get` before the first piece.

        There is no limit on the pause between pieces: live streams are silent while nothing happens.
        """
        timeout = httpx.Timeout(**self._http.timeout.as_dict() | {"read": None})
        request = self._http.build_request(
            "GET",
            path,
            params=_query(params),
            headers={**self._headers, **(headers or {})},
            timeout=timeout,
        )
        try:
            answer = await self._http.send(request, stream=True)
        except httpx.HTTPError as error:
            raise _away(error) from error
        try:
            if not answer.is_success:
                await answer.aread()
                _check(answer)
            yield answer
        finally:
            await answer.aclose()

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **request: Any
    ) -> Any:
        headers = {**self._headers, **(headers or {})}
        try:
            answer = await self._http.request(method, path, headers=headers, **request)
        except httpx.HTTPError as error:
            raise _away(error) from error
        _check(answer)
        return answer.json() if answer.content else None


def _query(params: Params) -> httpx.QueryParams:
    """Leave out what was not filled in: an absent parameter means any."""
    pairs = params.items() if isinstance(params, Mapping) else params
    return httpx.QueryParams([(name, value) for name, value in pairs if value != ""])


def _check(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    document = _problem_document(answer)
    detail = str(document.get("detail", f"The API answered {answer.status_code}."))
    if answer.status_code >= 500:
        raise ApiAway(detail)
    errors = {str(one["field"]): str(one["message"]) for one in document.get("errors", [])}
    title = str(document.get("title", "The request failed"))
    raise ApiProblem(answer.status_code, title, detail, errors)


def _problem_document(answer: httpx.Response) -> Document:
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return {}
    document: Document = answer.json()
    return document


def _away(error: httpx.HTTPError) -> ApiAway:
    kind = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    return ApiAway(f"The query API {kind}.")
