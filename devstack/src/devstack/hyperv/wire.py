"""CIM instances as WinRM writes them in XML.

`SELECT *` and Get give `<p:Class xsi:type="p:Class_Type">` in the namespace of the class; a projection gives
`<w:XmlFragment>` whose children have no namespace. Nothing tells a property's type: a number is text, NULL is
`xsi:nil`, an array is its elements one after the other, an empty array is nothing at all.

Source: Microsoft Learn, [MS-WSMV]; DMTF DSP0230 (WS-CIM mapping).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from devstack.hyperv.cim import Instance, Property, Value
from devstack.hyperv.soap import ANONYMOUS
from devstack.hyperv.wql_filter import read_property

WMI_URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_CIM = "http://schemas.dmtf.org/wbem/wscim/1/common"


def class_uri(namespace: str, class_name: str) -> str:
    return f"{WMI_URI}{namespace}/{class_name}"


def instance_element(instance: Instance, namespace: str) -> str:
    """Write a whole instance."""
    name = instance.cim_class.name
    return (
        f'<p:{name} xmlns:xsi="{_XSI}" xmlns:p="{class_uri(namespace, name)}" xmlns:cim="{_CIM}" '
        f'xsi:type="p:{name}_Type">{_properties(instance, namespace)}</p:{name}>'
    )


def fragment_element(instance: Instance, columns: Sequence[Property], namespace: str) -> str:
    """Write the asked-for properties of an instance."""
    inner = "".join(
        property_elements(column, read_property(instance, column), namespace, prefix="", datetime_prefix="")
        for column in columns
    )
    return f"<w:XmlFragment>{inner}</w:XmlFragment>"


def garbage_element(columns: Sequence[Property]) -> str:
    """Write a row as well-formed as any whose values are of no type."""
    inner = "".join(f"<{column.name}>no such value</{column.name}>" for column in columns)
    return f"<w:XmlFragment>{inner}</w:XmlFragment>"


def reference_element(instance: Instance, namespace: str) -> str:
    """Write the endpoint reference of an instance: its class and its keys."""
    selectors = "".join(
        f"<w:Selector Name={quoteattr(prop.name)}>{_scalar(instance.get(prop.name))}</w:Selector>"
        for prop in instance.cim_class.keys
    )
    return (
        f"<a:EndpointReference><a:Address>{ANONYMOUS}</a:Address><a:ReferenceParameters>"
        f"<w:ResourceURI>{class_uri(namespace, instance.cim_class.name)}</w:ResourceURI>"
        f"<w:SelectorSet>{selectors}</w:SelectorSet></a:ReferenceParameters></a:EndpointReference>"
    )


def method_output(namespace: str, class_name: str, method: str, inner: str) -> str:
    """Write the body of a method's answer around its out parameters."""
    return (
        f'<p:{method}_OUTPUT xmlns:xsi="{_XSI}" xmlns:p="{class_uri(namespace, class_name)}" '
        f'xmlns:cim="{_CIM}">{inner}</p:{method}_OUTPUT>'
    )


def property_elements(
    prop: Property, value: object, namespace: str, *, prefix: str = "p:", datetime_prefix: str = "cim:"
) -> str:
    """Write one property: one element, or one for each element of an array."""
    tag = f"{prefix}{prop.name}"
    if value is None:
        # A fragment has no element around it that declares the prefix.
        declaration = "" if prefix else f'xmlns:xsi="{_XSI}" '
        return f'<{tag} {declaration}xsi:nil="true"/>'
    elements = value if isinstance(value, list | tuple) else (value,)
    return "".join(_element(tag, element, namespace, datetime_prefix) for element in elements)


def _properties(instance: Instance, namespace: str) -> str:
    return "".join(
        property_elements(prop, instance.get(prop.name), namespace)
        for prop in instance.cim_class.sorted_properties
    )


def _element(tag: str, value: object, namespace: str, datetime_prefix: str) -> str:
    if isinstance(value, Instance):
        return _embedded(tag, value, namespace)
    if isinstance(value, datetime):
        moment = f"<{datetime_prefix}Datetime>{_scalar(value)}</{datetime_prefix}Datetime>"
        return f"<{tag}>{moment}</{tag}>"
    return f"<{tag}>{_scalar(value)}</{tag}>"


def _embedded(tag: str, instance: Instance, namespace: str) -> str:
    name = instance.cim_class.name
    inner = "".join(
        property_elements(prop, instance.get(prop.name), namespace, prefix="e:")
        for prop in instance.cim_class.sorted_properties
    )
    # A fragment has no element around it that declares the prefix.
    declarations = f'xmlns:xsi="{_XSI}" xmlns:e="{class_uri(namespace, name)}"'
    return f'<{tag} {declarations} xsi:type="e:{name}_Type">{inner}</{tag}>'


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    # A carriage return would not survive the reader's normalisation of line ends.
    return escape(str(value), {"\r": "&#13;"})


def embedded_instance_text(instance: Instance) -> str:
    """Write an instance as CIM-XML text, the form in which a string property holds an instance.

    Source: DMTF DSP0201 (Representation of CIM in XML).
    """
    inner = "".join(
        _cim_xml_property(prop, instance.get(prop.name)) for prop in instance.cim_class.sorted_properties
    )
    return f'<INSTANCE CLASSNAME="{instance.cim_class.name}">{inner}</INSTANCE>'


def _cim_xml_property(prop: Property, value: Value) -> str:
    suffix = ".ARRAY" if prop.is_array else ""
    head = f'<PROPERTY{suffix} NAME="{prop.name}" TYPE="{prop.cim_type}">'
    if value is None:
        return f"{head}</PROPERTY{suffix}>"
    if isinstance(value, list | tuple):
        values = "".join(f"<VALUE>{_scalar(element)}</VALUE>" for element in value)
        return f"{head}<VALUE.ARRAY>{values}</VALUE.ARRAY></PROPERTY.ARRAY>"
    return f"{head}<VALUE>{_scalar(value)}</VALUE></PROPERTY>"
