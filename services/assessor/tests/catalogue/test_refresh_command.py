"""`assessor catalogue refresh` against a server that answers as the price API is documented to."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.responses import PlainTextResponse
from typer.testing import CliRunner

from assessor.adapters.retail_prices import PricesUnavailable, RetailPrices, first_query
from assessor.catalogue.packaged import packaged_snapshot
from assessor.catalogue.retail_items import RetailItem, offers, read_item
from assessor.catalogue.snapshot import decode, document_of, encode
from assessor.cli import app
from assessor.domain.catalogue import Catalogue, DiskType, Licence, Redundancy, Term
from assessor.testing.retail_price_server import (
    PATH,
    RetailPriceServer,
    a_disk,
    a_reservation,
    a_v2_part,
    a_vm,
)
from surveyor_kit.http_server import serving

SIZES = ("Standard_D2s_v5", "Standard_D4s_v5", "Standard_D8s_v5")
REGIONS = ("westeurope", "eastus")
PREMIUM_P10 = (DiskType.PREMIUM_SSD, Redundancy.LRS, "P10", "westeurope")
ITEMS = [
    a_vm("Standard_D2s_v5", 0.1),
    a_vm("Standard_D4s_v5", 0.2, savingsPlan=[{"term": "1 Year", "retailPrice": 0.15, "unitPrice": 0.15}]),
    a_vm("Standard_D4s_v5", 0.4, productName="Virtual Machines Dsv5 Series Windows"),
    a_vm("Standard_D2s_v5", 0.02, skuName="D2s v5 Spot"),
    a_vm("Standard_D2s_v5", 0.19, productName="Dsv5 Series Cloud Services"),
    a_vm("Standard_Unheard_v9", 9.0),
    a_vm("Standard_D8s_v5", 0.4),
    a_reservation("Standard_D2s_v5", 438.0, 1),
    a_disk("P10", 20.5),
    a_v2_part("Capacity", 0.0001, "1 GiB/Hour"),
    a_v2_part("IOPS", 7e-06),
    a_v2_part("Throughput (MBps)", 5.5e-05),
    a_vm("Standard_D2s_v5", 0.07, armRegionName="eastus"),
]


@pytest.fixture
def server() -> RetailPriceServer:
    return RetailPriceServer(list(ITEMS))


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "fresh.json.gz"


@asynccontextmanager
async def at(server: RetailPriceServer) -> AsyncIterator[str]:
    async with serving(server.app, "127.0.0.1", 0) as port:
        yield f"http://127.0.0.1:{port}{PATH}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small base: three sizes in two regions."""
    document = document_of(packaged_snapshot())
    kept = [document["sizes"]["name"].index(name) for name in SIZES]
    document["sizes"] = {
        column: [values[index] for index in kept] for column, values in document["sizes"].items()
    }
    document["regions"] = {name: document["regions"][name] for name in REGIONS}
    document["sizes_in_region"] = {name: [0, 1, 2] for name in REGIONS}
    document["vm_prices"] = [
        group | {"sizes": [0, 1, 2], "usd": ["0.11", "0.22", "0.44"]}
        for group in document["vm_prices"]
        if group["region"] in REGIONS and group["term"] == "payg"
    ]
    path = tmp_path_factory.mktemp("base") / "base.json.gz"
    path.write_bytes(encode(document))
    return path


async def refresh(url: str, base: Path, output: Path, *more: str) -> Any:
    given = ["--output", str(output), "--base", str(base)]
    options = [*given, "--region", "westeurope", "--url", url, *more]
    return await asyncio.to_thread(CliRunner().invoke, app, ["catalogue", "refresh", *options])


def read(output: Path) -> bytes:
    return output.read_bytes()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def pages_of(output: Path) -> Path:
    return output.with_name(f"{output.name}.pages")


def prices(
    catalogue: Catalogue, licence: Licence, term: Term, region: str = "westeurope"
) -> dict[str, Decimal]:
    return {name: price.usd for name, price in catalogue.hourly_prices(region, licence, term).items()}


async def test_prices_of_a_region_are_replaced_and_capabilities_kept(
    server: RetailPriceServer, output: Path, base: Path
) -> None:
    async with at(server) as url:
        ended = await refresh(url, base, output)
    assert ended.exit_code == 0, ended.stderr
    before, fresh = decode(read(base)), decode(read(output))
    assert prices(fresh, Licence.LINUX, Term.PAY_AS_YOU_GO) == {
        "Standard_D2s_v5": Decimal("0.1"),
        "Standard_D4s_v5": Decimal("0.2"),
        "Standard_D8s_v5": Decimal("0.4"),
    }
    assert prices(fresh, Licence.WINDOWS, Term.PAY_AS_YOU_GO) == {"Standard_D4s_v5": Decimal("0.4")}
    assert prices(fresh, Licence.LINUX, Term.RESERVED_1_YEAR) == {"Standard_D2s_v5": Decimal("0.05")}
    assert prices(fresh, Licence.LINUX, Term.SAVINGS_PLAN_1_YEAR) == {"Standard_D4s_v5": Decimal("0.15")}
    assert fresh.disk_prices[PREMIUM_P10].usd == Decimal("20.5")
    assert fresh.provisioned_prices[DiskType.PREMIUM_SSD_V2, "westeurope"].usd_per_iops_hour == Decimal(
        "7e-6"
    )
    assert (fresh.sizes, fresh.regions, fresh.sizes_in_region) == (
        before.sizes,
        before.regions,
        before.sizes_in_region,
    )
    eastus = ("eastus", Licence.LINUX, Term.PAY_AS_YOU_GO)
    assert fresh.vm_prices[eastus] == before.vm_prices[eastus]
    assert fresh.content_hash != before.content_hash


async def test_snapshot_says_what_comes_from_where(
    server: RetailPriceServer, output: Path, base: Path
) -> None:
    async with at(server) as url:
        ended = await refresh(url, base, output)
    today = datetime.now(UTC).date()
    document, fresh = document_of(read(output)), decode(read(output))
    assert fresh.newest_price == today
    refreshed = {entry["table"]: entry for entry in document["provenance"] if "refreshed" in entry}
    assert refreshed["vm_prices"]["refreshed"] == ["westeurope"]
    assert refreshed["vm_prices"]["origin"] == url
    base_tables = {entry["table"] for entry in document["provenance"] if "refreshed" not in entry}
    assert {"sizes", "disk_tiers"} <= base_tables
    assert "azure-retail-prices" in {source.label for source in fresh.sources}
    assert "1 items left out: spot or low priority" in ended.stdout
    assert "1 items left out: of a size whose capabilities are not known" in ended.stdout
    assert "1 items left out: Cloud Services" in ended.stdout


async def test_rate_of_a_currency_follows_from_the_same_meters(
    server: RetailPriceServer, output: Path, base: Path
) -> None:
    async with at(server) as url:
        ended = await refresh(url, base, output, "--currency", "eur")
    assert ended.exit_code == 0, ended.stderr
    fresh = decode(read(output))
    assert fresh.currency_rates["EUR"].per_usd == Decimal("0.85")
    assert fresh.currency_rates["GBP"] == decode(read(base)).currency_rates["GBP"]


async def test_faults_that_pass_are_waited_for(server: RetailPriceServer, output: Path, base: Path) -> None:
    server.faults = [
        PlainTextResponse("slow down", status_code=429, headers={"Retry-After": "0"}),
        PlainTextResponse("oops", status_code=503, headers={"Retry-After": "Mon, 01 Jan 2024 00:00:00 GMT"}),
        PlainTextResponse("<html>half an answ"),
        PlainTextResponse("oops", status_code=500),
    ]
    async with at(server) as url:
        ended = await refresh(url, base, output)
    assert ended.exit_code == 0, ended.stderr
    assert not server.faults


async def test_interrupted_refresh_goes_on_where_it_ended(
    server: RetailPriceServer, output: Path, base: Path, tmp_path: Path
) -> None:
    async with at(server) as url:
        whole = tmp_path / "whole.json.gz"
        assert (await refresh(url, base, whole)).exit_code == 0
        pages = len(server.requests)
        server.requests.clear()
        server.stop_after = 2
        ended = await refresh(url, base, output, "--concurrency", "1")
        assert (ended.exit_code, files(output.parent)) == (2, sorted([whole, pages_of(output)]))
        assert "HTTP status 400" in ended.stderr.splitlines()[-1]
        assert "the same command goes on from here" in ended.stderr.splitlines()[-1]
        server.requests.clear()
        server.stop_after = None
        assert (await refresh(url, base, output, "--concurrency", "1")).exit_code == 0
        assert len(server.requests) == pages - 2
    assert read(output) == read(whole)
    assert files(tmp_path) == sorted([output, whole])


async def test_pages_of_other_options_are_not_mixed_in(
    server: RetailPriceServer, output: Path, base: Path
) -> None:
    async with at(server) as url:
        server.stop_after = 2
        assert (await refresh(url, base, output)).exit_code == 2
        server.stop_after = None
        ended = await refresh(url, base, output, "--currency", "EUR")
    assert ended.exit_code == 2
    assert "other options" in ended.stderr


async def test_region_without_fresh_prices_keeps_what_it_had(output: Path, base: Path) -> None:
    server = RetailPriceServer([a_disk("P10", 20.5)])
    async with at(server) as url:
        ended = await refresh(url, base, output)
    before, fresh = decode(read(base)), decode(read(output))
    assert fresh.vm_prices == before.vm_prices
    assert fresh.disk_prices[PREMIUM_P10].usd == Decimal("20.5")
    assert "vm_prices: those of" in ended.stdout


async def test_refresh_without_any_price_writes_nothing(output: Path, base: Path) -> None:
    async with at(RetailPriceServer([])) as url:
        ended = await refresh(url, base, output)
    assert (ended.exit_code, await asyncio.to_thread(output.exists)) == (2, False)
    assert "has no price for westeurope" in ended.stderr


async def test_unknown_region_and_currency_are_refused_before_anything_is_asked(
    server: RetailPriceServer, output: Path, base: Path
) -> None:
    async with at(server) as url:
        region = await refresh(url, base, output, "--region", "atlantis")
        currency = await refresh(url, base, output, "--currency", "XYZ")
    assert (region.exit_code, currency.exit_code, server.requests) == (2, 2, [])
    assert "atlantis" in region.stderr
    assert "XYZ" in currency.stderr


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """What a server needs to answer with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = Encoding.PEM
    bundle = tmp_path / "server.pem"
    bundle.write_bytes(
        key.private_bytes(pem, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle)
    return context


async def test_certificate_that_nobody_vouches_for_is_refused(self_signed: ssl.SSLContext) -> None:
    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0, ssl=self_signed)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(trust_env=False) as client:
        api = RetailPrices(client, f"https://localhost:{port}{PATH}", attempts=1)
        with pytest.raises(PricesUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await api.page(first_query("serviceName eq 'Storage'"))


def test_documented_example_items_are_read() -> None:
    """The example items of the API's public descriptions, as they stand there."""
    disk = json.loads(
        '{"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":21.68,"unitPrice":21.68,'
        '"armRegionName":"westeurope","location":"EU West","effectiveStartDate":"2018-05-01T00:00:00Z",'
        '"meterName":"P10 LRS Disk","productName":"Premium SSD Managed Disks","skuName":"P10 LRS",'
        '"serviceName":"Storage","unitOfMeasure":"1/Month","type":"Consumption","isPrimaryMeterRegion":true,'
        '"armSkuName":"Premium_SSD_Managed_Disk_P10"}'
    )
    item = read_item(disk)
    assert isinstance(item, RetailItem)
    found = offers(item, "westeurope")
    assert not isinstance(found, str)
    assert [offer.usd for offer in found] == [Decimal("21.68")]
