"""Catalogues in the store: which one new requests pin, and carrying them from one site to another."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assessor.adapters.catalogue_store import ClickHouseCatalogueStore
from assessor.adapters.statements import PromptClickHouse
from assessor.catalogue.packaged import packaged_catalogue, packaged_snapshot
from assessor.catalogue.snapshot import decode, document_of, encode
from assessor.catalogues import Catalogues
from assessor.cli import app
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.settings import ClickHouseSettings
from surveyor_schemas.assessments.catalogue_contents_v1 import CatalogueContents

pytestmark = pytest.mark.parts

Command = Callable[..., Any]


@pytest.fixture
def command(clickhouse_settings: ClickHouseSettings) -> Command:
    environment = {
        "SURVEYOR_CLICKHOUSE__URL": clickhouse_settings.url,
        "SURVEYOR_CLICKHOUSE__DATABASE": clickhouse_settings.database,
        "SURVEYOR_CLICKHOUSE__USERNAME": clickhouse_settings.username,
        "SURVEYOR_CLICKHOUSE__PASSWORD": clickhouse_settings.password.get_secret_value(),
    }

    async def run(*arguments: str | Path) -> Any:
        words = ["catalogue", *map(str, arguments)]
        return await asyncio.to_thread(CliRunner().invoke, app, words, env=environment)

    return run


@pytest.fixture
def catalogues(store: ClickHouse) -> ClickHouseCatalogueStore:
    return ClickHouseCatalogueStore(PromptClickHouse(store))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A snapshot file with another price of D4s_v5 in West Europe, none of D2s_v5, and no Norway West."""
    document = document_of(packaged_snapshot())
    position = document["sizes"]["name"].index("Standard_D4s_v5")
    removed = document["sizes"]["name"].index("Standard_D2s_v5")
    for group in document["vm_prices"]:
        if (group["region"], group["licence"], group["term"]) == ("westeurope", "linux", "payg"):
            prices = dict(zip(group["sizes"], group["usd"], strict=True))
            if position in prices:
                prices[position] = "0.5"
                prices.pop(removed, None)
                group["sizes"], group["usd"] = list(prices), list(prices.values())
    del document["regions"]["norwaywest"]
    path = tmp_path_factory.mktemp("snapshots") / "changed.json.gz"
    path.write_bytes(encode(document))
    return path


def hash_of(path: Path) -> str:
    return decode(path.read_bytes()).content_hash


async def test_packaged_catalogue_is_published_as_of_its_newest_price(
    catalogues: ClickHouseCatalogueStore,
) -> None:
    await Catalogues(catalogues).publish_packaged()
    await Catalogues(catalogues).publish_packaged()
    (known,) = await catalogues.published()
    newest_price = datetime.combine(packaged_catalogue().newest_price, time(), UTC)
    assert (known.content_hash, known.published_at) == (packaged_catalogue().content_hash, newest_price)


async def test_imported_catalogue_stays_in_use_when_the_assessor_starts(
    catalogues: ClickHouseCatalogueStore, command: Command, changed: Path
) -> None:
    imported = await command("import", changed)
    assert imported.exit_code == 0, imported.stderr
    await Catalogues(catalogues).publish_packaged()
    known = [each.content_hash for each in await catalogues.published()]
    assert known == [hash_of(changed), packaged_catalogue().content_hash]
    listed = (await command("list")).stdout.splitlines()
    assert [line.endswith("in use") for line in listed] == [True, False]


async def test_older_catalogue_is_put_in_use_again(
    catalogues: ClickHouseCatalogueStore, command: Command, changed: Path
) -> None:
    await Catalogues(catalogues).publish_packaged()
    await command("import", changed)
    packaged_hash = packaged_catalogue().content_hash
    activated = await command("activate", packaged_hash[:10])
    assert activated.exit_code == 0, activated.stderr
    assert (await catalogues.published())[0].content_hash == packaged_hash


async def test_catalogue_travels_from_store_to_store_as_a_file(
    catalogues: ClickHouseCatalogueStore, command: Command, changed: Path, tmp_path: Path
) -> None:
    await command("import", changed)
    copy = tmp_path / "copy.json.gz"
    exported = await command("export", copy)
    assert exported.exit_code == 0, exported.stderr
    assert hash_of(changed) in exported.stdout
    assert await asyncio.to_thread(copy.read_bytes) == await asyncio.to_thread(changed.read_bytes)
    assert (await command("import", copy, "--expect", hash_of(changed))).exit_code == 0


async def test_file_of_another_hash_is_not_imported(
    catalogues: ClickHouseCatalogueStore, command: Command, changed: Path
) -> None:
    refused = await command("import", changed, "--expect", "0" * 64)
    assert refused.exit_code == 2
    assert "nothing was imported" in refused.stderr
    assert await catalogues.published() == []


def cut_off(snapshot: bytes) -> bytes:
    return snapshot[: len(snapshot) // 2]


def altered(snapshot: bytes) -> bytes:
    middle = len(snapshot) // 2
    return snapshot[:middle] + bytes([snapshot[middle] ^ 0xFF]) + snapshot[middle + 1 :]


def of_a_later_format(snapshot: bytes) -> bytes:
    return encode(document_of(snapshot) | {"format": "surveyor-catalogue/2"})


def without_sizes(snapshot: bytes) -> bytes:
    return encode(document_of(snapshot) | {"sizes": {}})


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut_off, "not a catalogue snapshot"),
        (altered, "not a catalogue snapshot"),
        (of_a_later_format, "of format surveyor-catalogue/2; this release reads surveyor-catalogue/1"),
        (without_sizes, "damaged catalogue snapshot"),
    ],
)
def test_file_that_is_no_whole_snapshot_is_refused_before_the_store_is_asked(
    damage: Callable[[bytes], bytes], words: str, tmp_path: Path
) -> None:
    path = tmp_path / "damaged.json.gz"
    path.write_bytes(damage(packaged_snapshot()))
    nowhere = {"SURVEYOR_CLICKHOUSE__URL": "http://127.0.0.1:1"}
    refused = CliRunner().invoke(app, ["catalogue", "import", str(path)], env=nowhere)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (2, 1)
    assert refused.stderr.startswith(f"{path}: ")
    assert words in refused.stderr


async def test_what_people_can_choose_stands_beside_the_snapshot(
    catalogues: ClickHouseCatalogueStore, store: ClickHouse
) -> None:
    await Catalogues(catalogues).publish_packaged()
    packaged = packaged_catalogue()
    (row,) = await store.query_rows("SELECT document FROM catalogue_contents FINAL")
    contents = CatalogueContents.model_validate_json(row["document"])
    assert contents.hash == packaged.content_hash
    west_europe = next(region for region in contents.regions if region.name == "westeurope")
    assert west_europe.display_name == "West Europe"
    assert west_europe.has_disk_prices
    assert 0 < west_europe.priced_sizes <= west_europe.listed_sizes
    assert {"Dsv5_series", "Basic_A0_A4"} <= set(contents.families)
    assert "USD" in {currency.code for currency in contents.currencies}
    (size,) = await store.query_rows(
        "SELECT vcpus, memory_gib, has(regions, 'westeurope') AS listed FROM catalogue_sizes FINAL"
        " WHERE name = 'Standard_D4s_v5'"
    )
    assert size == {"vcpus": 4, "memory_gib": 16.0, "listed": 1}


async def test_difference_of_two_catalogues_is_printed(command: Command, changed: Path) -> None:
    shown = await command("diff", "packaged", changed)
    assert shown.exit_code == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert "regions: 0 added, 1 removed, 0 changed" in lines
    assert "  - norwaywest" in lines
    assert "vm prices (USD an hour): 0 added, 1 removed, 1 changed" in lines
    assert "  - westeurope linux payg Standard_D2s_v5" in lines
    assert any(line.startswith("  * westeurope linux payg Standard_D4s_v5: ") for line in lines)
    document = json.loads((await command("diff", "packaged", changed, "--json")).stdout)
    (change,) = document["vm prices (USD an hour)"]["changed"]
    assert change["after"] == "0.5"
    same = await command("diff", changed, changed)
    assert same.stdout == "The catalogues hold the same.\n"


async def test_catalogue_of_the_store_is_named_by_the_beginning_of_its_hash(
    catalogues: ClickHouseCatalogueStore, command: Command, changed: Path
) -> None:
    await command("import", changed)
    beginning = hash_of(changed)[:12]
    assert f"content hash  {hash_of(changed)}" in (await command("show", "--hash", beginning)).stdout
    assert (await command("diff", beginning, changed)).stdout == "The catalogues hold the same.\n"
    unknown = await command("show", "--hash", "0123456789")
    assert (unknown.exit_code, len(unknown.stderr.splitlines())) == (2, 1)
