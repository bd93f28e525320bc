"""A server that replays the documented shape of Azure's Retail Prices API, faults included."""

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

PATH = "/api/retail/prices"
PAGE_ITEMS = 3
_CONDITION = re.compile(r"(\w+) eq '([^']*)'")
_FILTERABLE = {"serviceName", "serviceFamily", "armRegionName", "armSkuName", "skuName", "priceType"}
_FIELDS = {"priceType": "type"}
RATES = {"EUR": 0.85, "JPY": 155.0}


class RetailPriceServer:
    """Serves `items` in pages; `fail` makes it answer some requests with faults first.

    Links to next pages name Azure's own host, as a mirror of its answers would.
    """

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self.items = items
        self.faults: list[Response] = []
        self.requests: list[Mapping[str, str]] = []
        self.stop_after: int | None = None
        self.app = Starlette(routes=[Route(PATH, self._prices)])

    async def _prices(self, request: Request) -> Response:
        query = dict(request.query_params)
        self.requests.append(query)
        if self.faults:
            return self.faults.pop(0)
        if self.stop_after is not None and len(self.requests) > self.stop_after:
            return PlainTextResponse("no more", status_code=400)
        if not {name for name, _ in _CONDITION.findall(query["$filter"])} <= _FILTERABLE:
            return PlainTextResponse("unknown field", status_code=400)
        return Response(json.dumps(self._page(query)), media_type="application/json")

    def _page(self, query: Mapping[str, str]) -> dict[str, Any]:
        wanted = {_FIELDS.get(name, name): value for name, value in _CONDITION.findall(query["$filter"])}
        found = [item for item in self.items if all(item.get(name) == wanted[name] for name in wanted)]
        currency = query.get("currencyCode", "'USD'").strip("'")
        start = int(query.get("$skip", "0"))
        page = [_in_currency(item, currency) for item in found[start : start + PAGE_ITEMS]]
        more = start + PAGE_ITEMS < len(found)
        link = f"https://prices.azure.com:443{PATH}?{_encoded(query, start + PAGE_ITEMS)}" if more else None
        return {
            "BillingCurrency": currency,
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Items": page,
            "NextPageLink": link,
            "Count": len(page),
        }


def _encoded(query: Mapping[str, str], skip: int) -> str:
    kept = {name: value for name, value in query.items() if name != "$skip"} | {"$skip": str(skip)}
    return "&".join(f"{name}={value.replace(' ', '%20')}" for name, value in kept.items())


def _in_currency(item: dict[str, Any], currency: str) -> dict[str, Any]:
    if currency == "USD" or "retailPrice" not in item:
        return item
    price = round(item["retailPrice"] * RATES[currency], 6)
    return item | {"currencyCode": currency, "retailPrice": price, "unitPrice": price}


def a_vm(size: str = "Standard_D2s_v5", price: float = 0.096, **changes: Any) -> dict[str, Any]:
    """A pay-as-you-go item of a Linux machine in West Europe."""
    short = size.removeprefix("Standard_").replace("_", " ")
    item = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": "westeurope",
        "location": "EU West",
        "effectiveStartDate": "2021-11-01T00:00:00Z",
        "meterId": f"meter-{size}-{changes.get('type', '')}-{changes.get('productName', '')}",
        "meterName": short,
        "productId": "DZH318Z08MTT",
        "skuId": f"DZH318Z08MTT/{short}",
        "availabilityId": None,
        "productName": "Virtual Machines Dsv5 Series",
        "skuName": short,
        "serviceName": "Virtual Machines",
        "serviceId": "DZH313Z7MMC8",
        "serviceFamily": "Compute",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": size,
    }
    return item | changes


def a_reservation(size: str = "Standard_D2s_v5", total: float = 500.0, years: int = 1) -> dict[str, Any]:
    """A reservation: the price of the whole term under the unit of an hour."""
    term = "1 Year" if years == 1 else "3 Years"
    return a_vm(size, total, type="Reservation", reservationTerm=term)


def a_disk(tier: str = "P10", price: float = 21.68, **changes: Any) -> dict[str, Any]:
    """The price per month of a Premium disk in West Europe."""
    item = a_vm(
        "",
        price,
        meterName=f"{tier} LRS Disk",
        productName="Premium SSD Managed Disks",
        skuName=f"{tier} LRS",
        serviceName="Storage",
        serviceFamily="Storage",
        unitOfMeasure="1/Month",
        armSkuName=f"Premium_SSD_Managed_Disk_{tier}",
    )
    return item | changes


def a_v2_part(part: str, price: float, unit: str = "1/Hour", **changes: Any) -> dict[str, Any]:
    """One of the three meters of Premium SSD v2."""
    return a_disk(
        "",
        price,
        productName="Azure Premium SSD v2",
        meterName=f"Premium LRS Provisioned {part}",
        skuName="Premium LRS",
        unitOfMeasure=unit,
        **changes,
    )
