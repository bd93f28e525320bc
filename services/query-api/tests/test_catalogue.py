"""What assessments choose from, and names that the catalogue lacks."""

from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest

from query_api.testing.builders import NOW, a_machine, store_catalogue, store_machines
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.assessments.catalogue_contents_v1 import (
    CatalogueContents,
    CatalogueCurrency,
    CatalogueRegion,
    CatalogueSource,
)

pytestmark = pytest.mark.parts

HASH = "catalogue-1"
DAY = date(2026, 8, 22)


def a_region(name: str) -> CatalogueRegion:
    return CatalogueRegion(
        name=name, display_name=name.title(), listed_sizes=2, priced_sizes=1, has_disk_prices=True
    )


CONTENTS = CatalogueContents(
    hash=HASH,
    oldest_price=DAY,
    newest_price=DAY,
    sizes=2,
    prices=3,
    regions=[a_region("northeurope"), a_region("westeurope")],
    families=["Dsv5_series", "Esv5_series"],
    currencies=[CatalogueCurrency(code="USD", per_usd=Decimal(1), as_of=DAY)],
    sources=[CatalogueSource(label="docs", origin="size pages", licence="CC BY 4.0")],
)
SIZES = [
    [HASH, "Standard_D2s_v5", "Dsv5", 2, 8.0, ["northeurope", "westeurope"], NOW],
    [HASH, "Standard_E2s_v5", "Esv5", 2, 16.0, ["westeurope"], NOW],
    [HASH, "Standard_Old", "Old", 1, None, [], NOW],
]


@pytest.fixture
async def described(store: ClickHouse) -> None:
    await store_catalogue(store, HASH)
    columns = ["hash", "document", "written_at"]
    await store.insert_rows("catalogue_contents", columns, [[HASH, CONTENTS.model_dump_json(), NOW]])
    columns = ["hash", "name", "series", "vcpus", "memory_gib", "regions", "written_at"]
    await store.insert_rows("catalogue_sizes", columns, SIZES)


@pytest.fixture
async def group_id(api: httpx.AsyncClient, store: ClickHouse) -> str:
    machine = a_machine(name="web-01")
    await store_machines(store, machine)
    group = {"name": "web", "machine_ids": [str(machine.machine_id)]}
    return str((await api.post("/v1/groups", json=group)).json()["id"])


async def test_a_catalogue_without_contents_says_that_it_has_none_yet(
    api: httpx.AsyncClient, store: ClickHouse
) -> None:
    await store_catalogue(store, HASH)
    assert (await api.get("/v1/catalogue/contents")).status_code == 503


@pytest.mark.usefixtures("described")
async def test_the_contents_are_those_of_the_newest_catalogue(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/catalogue/contents")
    assert CatalogueContents.model_validate_json(answer.text) == CONTENTS


@pytest.mark.usefixtures("described")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["Standard_D2s_v5", "Standard_E2s_v5", "Standard_Old"]),
        ({"region": "northeurope"}, ["Standard_D2s_v5"]),
        ({"q": "e2S"}, ["Standard_E2s_v5"]),
        ({"q": "none"}, []),
    ],
)
async def test_sizes_are_found_by_region_and_name(
    api: httpx.AsyncClient, query: dict[str, Any], names: list[str]
) -> None:
    answer = await api.get("/v1/catalogue/sizes", params=query)
    assert [size["name"] for size in answer.json()["items"]] == names


@pytest.mark.usefixtures("described")
async def test_pages_of_sizes_follow_each_other(api: httpx.AsyncClient) -> None:
    first = (await api.get("/v1/catalogue/sizes", params={"limit": 2})).json()
    second = await api.get("/v1/catalogue/sizes", params={"limit": 2, "cursor": first["next_cursor"]})
    assert [size["name"] for size in second.json()["items"]] == ["Standard_Old"]
    assert second.json()["next_cursor"] is None


@pytest.mark.usefixtures("described")
@pytest.mark.parametrize(
    ("settings", "field", "fix"),
    [
        ({"azure_location": "westeuropa"}, "settings.azure_location", "did you mean westeurope"),
        ({"azure_location": "mars"}, "settings.azure_location", "it has northeurope, westeurope"),
        (
            {"azure_location": "westeurope", "azure_vm_families": ["Dsv5_series", "Dsv55_series"]},
            "settings.azure_vm_families",
            "did you mean Dsv5_series",
        ),
        ({"azure_location": "westeurope", "currency": "CNY"}, "settings.currency", "it has USD"),
    ],
)
async def test_a_name_that_the_catalogue_lacks_is_refused_with_what_is_close_to_it(
    api: httpx.AsyncClient, group_id: str, settings: dict[str, Any], field: str, fix: str
) -> None:
    body = {"name": "one", "settings": settings}
    answer = await api.post(f"/v1/groups/{group_id}/assessments", json=body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert fix in error["message"]


@pytest.mark.usefixtures("described")
async def test_the_ways_to_write_a_family_are_all_taken(api: httpx.AsyncClient, group_id: str) -> None:
    families = ["dsv5", "Esv5_series", "DSV5_series", "Dsv5_Series"]
    body = {"name": "one", "settings": {"azure_location": "westeurope", "azure_vm_families": families}}
    answer = await api.post(f"/v1/groups/{group_id}/assessments", json=body)
    assert answer.status_code == 202, answer.text
