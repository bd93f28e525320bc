"""The API: one request at a time; what it refuses ends the command with the problem as a line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from surveyor_cli.exits import REFUSED, UNREACHABLE, USAGE, fail
from surveyor_cli.settings import CliSettings

TIMEOUT_SECONDS = 120.0
UPLOAD_TIMEOUT_SECONDS = 300.0
PAGE = 200
AWAY_STATUSES = (502, 503, 504)
LOOPBACK = ("127.0.0.1", "::1", "localhost")

Document = dict[str, Any]
Params = Mapping[str, Any]


class Away(Exception):
    """The API, or something that it needs, does not answer now."""


class ApiClient:
    """Calls the API with the caller's key. What fails ends the command, unless a method says otherwise."""

    def __init__(self, settings: CliSettings) -> None:
        headers = {"Accept": "application/json"}
        if settings.api_key is not None:
            headers["Authorization"] = f"Bearer {settings.api_key.get_secret_value()}"
        self._url = settings.api_url
        self._http = httpx.Client(
            base_url=settings.api_url.rstrip("/") + "/v1",
            headers=headers,
            timeout=TIMEOUT_SECONDS,
            verify=str(settings.ca_file) if settings.ca_file else True,
            # A proxy of the environment is for other machines.
            trust_env=urlsplit(settings.api_url).hostname not in LOOPBACK,
        )

    def get(self, path: str, params: Params | None = None) -> Any:
        """Read a document."""
        return self._request("GET", path, params=_given(params)).json()

    def get_or_away(self, path: str) -> Any:
        """Read a document.

        Raises:
            Away: Asking again later may work.
        """
        return self._answer("GET", path).json()

    def post(self, path: str, body: Document | None = None) -> Document:
        """Ask for something to be made or done."""
        document: Document = self._request("POST", path, json=body).json()
        return document

    def put(self, path: str, body: Document) -> Document:
        """Put a document in the place of what may be there."""
        document: Document = self._request("PUT", path, json=body).json()
        return document

    def upload(self, path: str, file: Path, fields: Mapping[str, str]) -> Document:
        """Send a file with some fields; reading it may take the API a while."""
        try:
            with file.open("rb") as content:
                sent = {"file": (file.name, content)}
                answer = self._request(
                    "POST", path, files=sent, data=dict(fields), timeout=UPLOAD_TIMEOUT_SECONDS
                )
        except OSError as error:
            fail(USAGE, f"cannot read {file}: {error.strerror}")
        document: Document = answer.json()
        return document

    def delete(self, path: str) -> None:
        """Ask for something to be deleted."""
        self._request("DELETE", path)

    def items(self, path: str, params: Params | None = None, limit: int | None = None) -> Iterator[Document]:
        """Yield a list's items over all its pages, at most `limit`."""
        left = limit
        cursor: str | None = None
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            page = self.get(path, {**(params or {}), "limit": size, "cursor": cursor})
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
            left = None if left is None else left - len(page["items"])

    def download(self, path: str, target: Path, params: Params | None = None) -> None:
        """Write an answer's bytes to a file, which is then complete, or as it was."""
        answer = self._request("GET", path, params=_given(params))
        part = target.with_name(target.name + ".part")
        try:
            part.write_bytes(answer.content)
            part.replace(target)
        except OSError as error:
            fail(USAGE, f"cannot write {target}: {error.strerror}")

    def _request(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            return self._answer(method, path, **given)
        except Away as error:
            fail(UNREACHABLE, str(error))

    def _answer(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise Away(
                f"the API at {self._url} does not answer: {str(error) or type(error).__name__}"
            ) from error
        if answer.status_code in AWAY_STATUSES:
            raise Away(problem_text(answer))
        if not answer.is_success:
            fail(REFUSED, problem_text(answer))
        return answer


def problem_text(answer: httpx.Response) -> str:
    """Return what a problem document says; it names the fields that are to blame."""
    try:
        problem = answer.json()
        detail = str(problem["detail"] or problem["title"])
        errors = [f"{error['field']}: {error['message']}" for error in problem.get("errors", [])]
    except (ValueError, KeyError, TypeError):
        return f"the API answered {answer.status_code} {answer.reason_phrase}"
    return "; ".join([detail, *(error for error in errors if error not in detail)])


def _given(params: Params | None) -> Params:
    return {name: value for name, value in (params or {}).items() if value is not None}
