"""The demo's client of the query API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from surveyor_schemas.inventory.machine_v1 import Machine

_PAGE = 500

Document = dict[str, Any]


class Api:
    """Asks the query API as any program would, with an API key."""

    def __init__(self, url: str, api_key: str) -> None:
        self._http = httpx.Client(
            base_url=f"{url}/v1",
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=60,
            trust_env=False,
        )

    def close(self) -> None:
        self._http.close()

    def machine_counts(self) -> dict[str, int]:
        """How many machines each kind of source has shown."""
        counts: dict[str, int] = {}
        for machine in self._pages("/machines"):
            counts[machine["source_kind"]] = counts.get(machine["source_kind"], 0) + 1
        return counts

    def machines(self) -> list[Machine]:
        """Every machine, whole."""
        ids = [machine["machine_id"] for machine in self._pages("/machines")]
        return [Machine.model_validate_json(self._get(f"/machines/{id_}").content) for id_ in ids]

    def has_catalogue(self) -> bool:
        return self._http.get("/catalogue").status_code == httpx.codes.OK

    def performance(self, machine_id: UUID, **window: str) -> Document:
        return self._json(self._get(f"/machines/{machine_id}/performance", **window))

    def create_group(self, name: str, machine_ids: list[str]) -> str:
        answer = self._http.post("/groups", json={"name": name, "machine_ids": machine_ids})
        return str(self._json(answer)["id"])

    def create_assessment(self, group_id: str, name: str, settings: Document) -> str:
        body = {"name": name, "settings": settings}
        answer = self._http.post(f"/groups/{group_id}/assessments", json=body)
        return str(self._json(answer)["id"])

    def assessment(self, assessment_id: str) -> Document:
        return self._json(self._get(f"/assessments/{assessment_id}"))

    def assessed_machines(self, assessment_id: str) -> list[Document]:
        return list(self._pages(f"/assessments/{assessment_id}/machines"))

    def save_export(self, assessment_id: str, path: Path) -> None:
        path.write_bytes(self._get(f"/assessments/{assessment_id}/export.xlsx").content)

    def _pages(self, path: str) -> Iterator[Document]:
        cursor: str | None = None
        while True:
            parameters = {"limit": str(_PAGE)} | ({"cursor": cursor} if cursor else {})
            page = self._json(self._get(path, **parameters))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _get(self, path: str, **parameters: str) -> httpx.Response:
        answer = self._http.get(path, params=parameters)
        answer.raise_for_status()
        return answer

    @staticmethod
    def _json(answer: httpx.Response) -> Document:
        if answer.is_error:
            raise httpx.HTTPStatusError(answer.text, request=answer.request, response=answer)
        document: Document = answer.json()
        return document
