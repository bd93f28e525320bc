"""What a guest says of itself through the key-value exchange of the integration services.

Source: Microsoft Learn, "Hyper-V data exchange service (KVP)"; DMTF DSP0201 for the form of an item.
"""

from collections.abc import Iterable, Mapping

from lxml import etree


def guest_items(items: Iterable[str]) -> dict[str, str]:
    """Return a guest's items by name; what is not an item is left out.

    A guest can write what it likes here, so the text is read without entities and need not make sense.
    """
    found: dict[str, str] = {}
    for item in items:
        name, text = _name_and_data(item)
        if name and text:
            found[name] = text
    return found


def guest_addresses(items: Mapping[str, str]) -> list[str]:
    """Return the addresses that a guest reports, of all its adapters together."""
    texts = (items.get("NetworkAddressIPv4", ""), items.get("NetworkAddressIPv6", ""))
    return [address.strip() for text in texts for address in text.split(";") if address.strip()]


def _name_and_data(item: str) -> tuple[str | None, str | None]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(item.encode(), parser)
    except etree.XMLSyntaxError:
        return None, None
    values = {element.get("NAME"): element.findtext("VALUE") for element in root.iter("PROPERTY")}
    return values.get("Name"), values.get("Data")
