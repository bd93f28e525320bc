"""pyvmomi's objects as plain values."""

from typing import Any

from pyVmomi import VmomiSupport

TYPE = "_type"


def plain(value: Any) -> Any:
    """Return numbers, texts, times, lists, and mappings of what is set; managed objects as their ids.

    A mapping has the vSphere type name under `_type`.
    """
    if isinstance(value, VmomiSupport.ManagedObject):
        return value._GetMoId()
    if isinstance(value, VmomiSupport.DataObject):
        return _mapping(value)
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, bool) or value is None:
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value


def _mapping(value: Any) -> dict[str, Any]:
    mapping: dict[str, Any] = {TYPE: type(value)._wsdlName}
    for info in value._GetPropertyList():
        found = getattr(value, info.name)
        if found is not None and not (isinstance(found, list) and not found):
            mapping[info.name] = plain(found)
    return mapping
