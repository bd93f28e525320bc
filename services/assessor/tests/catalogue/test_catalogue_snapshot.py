"""The snapshot: built from tables, the same tables the same bytes, and errors that name the place."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from assessor.catalogue.build import build_document
from assessor.catalogue.packaged import packaged_catalogue, packaged_snapshot
from assessor.catalogue.snapshot import FORMAT, decode, encode
from assessor.catalogue.tables import CatalogueRefused
from assessor.domain.catalogue import DiskType, Licence, Redundancy, Term

KEPT_TABLES = Path(__file__).parents[2] / "catalogue-tables"
SIZE_COLUMNS = (
    "size,series,vcpus,memory_gib,max_data_disks,premium_io,uncached_iops,uncached_mbps,v2ultra_iops,v2ultra_mbps,"
    "max_nics,network_mbps,network_basis,cpu_arch,hyperv_generations,sources"
)
TABLES = {
    "vm_sizes.csv": f"""{SIZE_COLUMNS}
Standard_E8s_v5,Esv5,8,64,16,yes,12800,290,,,4,12500,docs,x64,V1+V2,djtools
Standard_E8-2s_v5,Esv5,2,64,16,yes,12800,276,,,4,,,x64,V2,djtools
""",
    "vm_size_regions.csv": "size,region,zones\nStandard_E8s_v5,westeurope,1+2+3\nUnknown_Size,westeurope,\n",
    "vm_prices.csv": """size,region,os,term,usd_per_hour,source,as_of
Standard_E8s_v5,westeurope,linux,payg,0.608,radar,2026-08-22
Unknown_Size,westeurope,linux,payg,1,radar,2026-08-22
""",
    "disks.csv": """arm_sku,disk_type,redundancy,tier,min_size_gib_exclusive,max_size_gib,iops,mbps
Premium_LRS,Premium SSD,LRS,P10,64,128,500,100
UltraSSD_LRS,Ultra Disk,LRS,,4,65536,400000,10000
""",
    "disk_regions.csv": "arm_sku,region,tiers\nPremium_LRS,westeurope,14\n",
    "disk_prices.csv": """disk_type,redundancy,tier,item,region,unit,usd,source,as_of
Premium SSD,LRS,P10,disk,westeurope,1/Month,21.68,radar,<=2026-08-21
Premium SSD,LRS,P10,shared_disk_mount,westeurope,1/Month,1.2,radar,2026-08-22
Ultra Disk,LRS,,Provisioned Capacity,westeurope,1 GiB/Hour,0.000213,radar,2026-08-22
Ultra Disk,LRS,,Provisioned IOPS,westeurope,1/Hour,8.8e-05,radar,2026-08-22
Ultra Disk,LRS,,Provisioned Throughput (MBps),westeurope,1/Hour,0.000572,radar,2026-08-22
""",
    "regions.csv": "region,display_name\nwesteurope,West Europe\nswedensouth,\n",
    "currencies.csv": """code,usd_rate_modern_2026_01,source
USD,1.0,importer 2026-01-26
CNY,,importer
""",
}


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    for name, text in TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_tables_become_a_catalogue(tables: Path) -> None:
    catalogue = decode(encode(build_document(tables)))
    assert catalogue.sizes_in_region == {"westeurope": {"Standard_E8s_v5"}}
    assert catalogue.regions == {"westeurope": "West Europe", "swedensouth": "swedensouth"}
    prices = catalogue.hourly_prices("westeurope", Licence.LINUX, Term.PAY_AS_YOU_GO)
    assert {name: price.usd for name, price in prices.items()} == {"Standard_E8s_v5": Decimal("0.608")}
    disk = catalogue.disk_prices[DiskType.PREMIUM_SSD, Redundancy.LRS, "P10", "westeurope"]
    assert (disk.usd, disk.as_of.isoformat()) == (Decimal("21.68"), "2026-08-21")
    assert catalogue.provisioned_prices[DiskType.ULTRA, "westeurope"].usd_per_iops_hour == Decimal("0.000088")
    assert set(catalogue.currency_rates) == {"USD"}


def test_tables_of_statistics_and_life_cycles_may_be_absent(tables: Path) -> None:
    catalogue = decode(encode(build_document(tables)))
    statistics = (catalogue.reservation_ratios, catalogue.windows_surcharges)
    assert (*statistics, catalogue.os_lifecycles) == ({}, {}, {})


def test_reservation_ratios_are_kept_as_statistics(tables: Path) -> None:
    (tables / "reservation_ratios.csv").write_text(
        "series,region,term,sizes,median_ratio_to_linux_payg\nEsv5,westeurope,ri1y,3,0.617\n"
    )
    catalogue = decode(encode(build_document(tables)))
    ratios = {("Esv5", "westeurope", Term.RESERVED_1_YEAR): Decimal("0.617")}
    assert catalogue.reservation_ratios == ratios


def test_windows_surcharges_are_kept_as_statistics(tables: Path) -> None:
    (tables / "vm_windows_surcharge.csv").write_text(
        "size,regions,median_usd_per_hour\nStandard_E8s_v5,3,0.368\nUnknown_Size,1,0.1\n"
    )
    catalogue = decode(encode(build_document(tables)))
    assert catalogue.windows_surcharges == {"Standard_E8s_v5": Decimal("0.368")}


def test_end_of_a_series_is_kept_where_the_table_tells_it(tables: Path) -> None:
    columns, *sizes = (tables / "vm_sizes.csv").read_text().splitlines()
    told = [f"{columns},retirement", f"{sizes[0]},November 2028", f"{sizes[1]},"]
    (tables / "vm_sizes.csv").write_text("\n".join(told))
    catalogue = decode(encode(build_document(tables)))
    ends = {name: size.retires for name, size in catalogue.sizes.items()}
    assert ends == {"Standard_E8s_v5": "November 2028", "Standard_E8-2s_v5": None}


def test_life_cycles_have_the_versions_that_guests_report(tables: Path) -> None:
    rows = [
        "windows-server,2012-r2,2018-10-09,2023-10-10",
        "windows-server,1809-sac,2020-11-10,2020-11-10",
        "windows-server,2008-sp1,2010-01-01,2011-07-12",
        "windows-server,2008-sp2,2015-01-13,2020-01-14",
        "windows,5-sp3,2009-04-14,2014-04-08",
        "windows,10-22h2,2025-10-14,2025-10-14",
        "windows,10-21h2-e-lts,2027-01-12,2027-01-12",
        "sles,15.5,,2024-12-31",
        "oracle-linux,10,,False",
        "solaris,11,,2030-01-01",
    ]
    header = "product,cycle,active_support_until,eol"
    (tables / "os_lifecycle.csv").write_text("\n".join([header, *rows]))
    catalogue = decode(encode(build_document(tables)))
    assert {key: cycle.ends_on.isoformat() for key, cycle in catalogue.os_lifecycles.items()} == {
        ("Windows Server", "2012 R2"): "2023-10-10",
        ("Windows Server", "2008"): "2020-01-14",
        ("Windows", "XP"): "2014-04-08",
        ("Windows", "10"): "2025-10-14",
        ("SUSE Linux Enterprise Server", "15.5"): "2024-12-31",
    }


def test_constrained_size_takes_only_missing_limits_from_its_parent(tables: Path) -> None:
    constrained = decode(encode(build_document(tables))).sizes["Standard_E8-2s_v5"]
    assert constrained.is_constrained
    assert (constrained.network_mbit_per_second, constrained.uncached_mb_per_second) == (12_500, 276)
    assert (constrained.boots_bios, constrained.boots_uefi) == (False, True)


def test_same_tables_give_the_same_bytes(tables: Path) -> None:
    assert encode(build_document(tables)) == encode(build_document(tables))


def test_hash_is_that_of_the_content_not_of_the_compression(tables: Path) -> None:
    snapshot = encode(build_document(tables))
    recompressed = gzip.compress(gzip.decompress(snapshot), compresslevel=1, mtime=1)
    assert recompressed != snapshot
    assert decode(recompressed).content_hash == decode(snapshot).content_hash


def test_changed_price_changes_the_hash(tables: Path) -> None:
    before = decode(encode(build_document(tables))).content_hash
    prices = tables / "vm_prices.csv"
    prices.write_text(prices.read_text().replace("0.608", "0.609"))
    assert decode(encode(build_document(tables))).content_hash != before


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        (
            "vm_prices.csv",
            "0.608",
            "cheap",
            "vm_prices.csv line 2, column usd_per_hour: 'cheap' cannot be read",
        ),
        ("vm_prices.csv", "0.608", "-1", "column usd_per_hour: '-1' cannot be read"),
        ("vm_prices.csv", ",payg", ",ri9y", "column term: 'ri9y' cannot be read"),
        ("vm_sizes.csv", "Esv5,8,", "Esv5,,", "vm_sizes.csv line 2, column vcpus: '' cannot be read"),
        ("disks.csv", "Ultra Disk", "Ultra", "disks.csv line 3, column disk_type: 'Ultra' cannot be read"),
        ("disk_regions.csv", "Premium_", "Gold_", "disk_regions.csv line 2, column arm_sku"),
        ("regions.csv", "display_name", "title", "regions.csv line 2: no column 'display_name'"),
        ("currencies.csv", " 2026-01-26", "", "currencies.csv line 2, column source: no date at its end"),
    ],
)
def test_bad_cell_is_refused_with_its_place(
    table: str, old: str, new: str, message: str, tables: Path
) -> None:
    path = tables / table
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CatalogueRefused) as refused:
        build_document(tables)
    assert message in str(refused.value)


def test_missing_table_is_named(tables: Path) -> None:
    (tables / "disks.csv").unlink()
    with pytest.raises(CatalogueRefused, match=r"disks\.csv"):
        build_document(tables)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no gzip",
        gzip.compress(b"no json"),
        gzip.compress(b"[]"),
        gzip.compress(json.dumps({"format": "other"}).encode()),
        gzip.compress(json.dumps({"format": FORMAT}).encode()),
        packaged_snapshot()[:1000],
    ],
    ids=["nothing", "no gzip", "no JSON", "a list", "another format", "no content", "cut off"],
)
def test_damaged_snapshot_is_refused(damaged: bytes) -> None:
    with pytest.raises(CatalogueRefused):
        decode(damaged)


def test_packaged_snapshot_is_built_from_the_kept_tables(tmp_path: Path) -> None:
    for table in KEPT_TABLES.glob("*.csv.gz"):
        (tmp_path / table.stem).write_bytes(gzip.decompress(table.read_bytes()))
    assert encode(build_document(tmp_path)) == packaged_snapshot(), "run `assessor catalogue build`"


def test_packaged_snapshot_is_whole() -> None:
    catalogue = packaged_catalogue()
    assert len(catalogue.sizes) == 1_539
    assert sum(len(sizes) for sizes in catalogue.sizes_in_region.values()) == 44_607
    assert len(catalogue.regions) == 59
    assert len(packaged_snapshot()) < 1_000_000
    d2s = {
        (licence, term): catalogue.hourly_prices("eastus", licence, term)["Standard_D2s_v5"].usd
        for licence, term in [
            (Licence.LINUX, Term.PAY_AS_YOU_GO),
            (Licence.WINDOWS, Term.PAY_AS_YOU_GO),
            (Licence.LINUX, Term.RESERVED_1_YEAR),
            (Licence.LINUX, Term.RESERVED_3_YEARS),
        ]
    }
    assert [f"{usd:.4f}" for usd in d2s.values()] == ["0.0960", "0.1880", "0.0592", "0.0379"]


@pytest.mark.parametrize(
    ("name", "vcpus", "memory_gib"),
    [
        ("Standard_B2s", 2, 4),
        ("Standard_E8s_v5", 8, 64),
        ("Standard_F4s_v2", 4, 8),
        ("Standard_M64s", 64, 1_024),
        ("Standard_D16as_v5", 16, 64),
        ("Standard_L8s_v3", 8, 64),
        ("Standard_DS3_v2", 4, 14),
    ],
)
def test_well_known_sizes_have_their_known_shape(name: str, vcpus: int, memory_gib: float) -> None:
    size = packaged_catalogue().sizes[name]
    assert (size.vcpus, size.memory_gib) == (vcpus, memory_gib)
