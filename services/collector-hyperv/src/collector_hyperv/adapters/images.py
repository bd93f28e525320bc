"""A host's disk images: what is in each file, read through a cache.

A read of an image's settings opens the file, so known ones are asked for again only now and then.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from collector_hyperv.adapters import classes
from collector_hyperv.adapters.wsman.client import WsmanClient
from collector_hyperv.adapters.wsman.envelopes import Resource
from collector_hyperv.adapters.wsman.errors import HostFault
from collector_hyperv.adapters.wsman.parse import CimType, PropertyType, Schema, Values, read_embedded
from collector_hyperv.domain.rows import VirtualDiskRow

IMAGE_SERVICE = Resource(classes.VIRTUALIZATION, "Msvm_ImageManagementService")
SETTINGS_METHOD, STATE_METHOD = "GetVirtualHardDiskSettingData", "GetVirtualHardDiskState"
_COMPLETED = 0
_FILE_SIZE: Schema = {"FileSize": PropertyType(CimType.INTEGER)}


class ImageReader:
    """Reads images by their paths, and those below them."""

    def __init__(
        self,
        client: WsmanClient,
        *,
        refresh_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._refresh_seconds = refresh_seconds
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, VirtualDiskRow]] = {}

    def read(self, paths: Iterable[str]) -> tuple[VirtualDiskRow, ...]:
        """Return the images in machines' drives, each with all images that it rests on."""
        found: dict[str, tuple[float, VirtualDiskRow]] = {}
        in_drives = list(paths)
        waiting = deque((path, True) for path in in_drives)
        while waiting:
            path, is_in_drive = waiting.popleft()
            if path.lower() in found:
                continue
            _, image = found[path.lower()] = self._fresh(path, is_in_drive=is_in_drive)
            if image.parent_path:
                waiting.append((image.parent_path, False))
        self._known = found
        return tuple(image for _, image in found.values())

    def _fresh(self, path: str, *, is_in_drive: bool) -> tuple[float, VirtualDiskRow]:
        now = self._monotonic()
        known = self._known.get(path.lower())
        if known is not None and known[0] > now - self._refresh_seconds:
            return known
        image = self._settings(path)
        return now, replace(image, file_size_bytes=self._file_size(path)) if is_in_drive else image

    def _settings(self, path: str) -> VirtualDiskRow:
        """Return an image's settings; of one that cannot be opened only the path is known."""
        values = self._embedded(SETTINGS_METHOD, "SettingData", path, classes.VIRTUAL_DISK.schema)
        return classes.VIRTUAL_DISK.to_row({**values, "Path": path})

    def _file_size(self, path: str) -> int | None:
        size = self._embedded(STATE_METHOD, "State", path, _FILE_SIZE).get("FileSize")
        return size if isinstance(size, int) else None

    def _embedded(self, method: str, result: str, path: str, schema: Schema) -> Values:
        """Return the instance that a method hands out in a string, empty if it does not.

        A host may also begin a job instead of answering; that is not waited for.
        """
        output = {"ReturnValue": PropertyType(CimType.INTEGER), result: PropertyType(CimType.STRING)}
        try:
            answer = self._client.invoke(IMAGE_SERVICE, method, {"Path": path}, output)
        except HostFault:
            return {}
        text = answer[result]
        if answer["ReturnValue"] != _COMPLETED or not isinstance(text, str):
            return {}
        return read_embedded(text, schema)
