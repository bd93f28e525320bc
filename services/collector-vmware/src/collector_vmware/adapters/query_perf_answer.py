"""Read the answer to `QueryPerf` while it comes in.

Building objects for each value, as client libraries do, costs about ten times as much.
"""

from collections.abc import Mapping
from datetime import datetime
from xml.parsers import expat

from collector_vmware.domain.samples import DEVICE_COUNTERS, Samples, SeriesKey, ordered
from collector_vmware.errors import QueryRefused, SessionEnded

_TEXTS = frozenset({"entity", "sampleInfoCSV", "counterId", "instance", "value", "obj", "object"})
_FAULT_SUFFIX = "Fault"


class QueryPerfAnswer:
    """Takes in the bytes of one answer and gives the samples by inventory id.

    Args:
        counter_names: Of the counter ids that were asked for.
    """

    def __init__(self, counter_names: Mapping[int, str]) -> None:
        self._names = counter_names
        self._samples: dict[str, Samples] = {}
        self._text: list[str] | None = None
        self._entity = ""
        self._times: list[int] = []
        self._times_text = ""
        self._shared_times: list[int] = []
        self._series: dict[SeriesKey, list[int | None]] = {}
        self._counter = 0
        self._instance = ""
        self._fault: str | None = None
        self._named_moref: str | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, *, final: bool = False) -> None:
        """Take in the next bytes.

        Raises:
            QueryRefused: The answer is not XML, ended too early, or holds something else where a number or a
                time should be.
        """
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError:
            raise QueryRefused(
                "query-cut", "the answer to a performance query was cut off or is not XML"
            ) from None
        except ValueError:
            raise QueryRefused("bad-answer", "a performance query's answer cannot be understood") from None

    def result(self) -> dict[str, Samples]:
        """Return the samples; call it after the final bytes.

        Raises:
            SessionEnded: The source does not know the session.
            QueryRefused: The source answered with another fault.
        """
        if self._fault == "NotAuthenticated":
            raise SessionEnded
        if self._fault is not None:
            raise self._refusal(self._fault)
        return self._samples

    def _refusal(self, fault: str) -> QueryRefused:
        return QueryRefused(
            "query-fault",
            f"a performance query was answered {fault}",
            missing_moref=self._named_moref if fault == "ManagedObjectNotFound" else None,
            forbidden_moref=self._named_moref if fault == "NoPermission" else None,
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name in _TEXTS:
            self._text = []
        elif name == "Fault" and self._fault is None:
            self._fault = "an unnamed fault"
        elif self._fault is not None and name.endswith(_FAULT_SUFFIX):
            self._fault = attributes.get("xsi:type", name).rpartition(":")[2].removesuffix(_FAULT_SUFFIX)
        elif name == "returnval":
            self._series, self._times = {}, []

    def _characters(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def _end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        text = None if self._text is None else "".join(self._text)
        self._text = None
        if name == "returnval":
            self._finish_entity()
        elif text is not None:
            self._take(name, text)

    def _take(self, name: str, text: str) -> None:
        if name == "value":
            self._take_series(text)
        elif name == "counterId":
            self._counter = int(text)
        elif name == "instance":
            self._instance = text
        elif name == "entity":
            self._entity = text
        elif name == "sampleInfoCSV":
            self._take_times(text)
        elif name in ("obj", "object") and self._fault is not None:
            self._named_moref = text

    def _take_times(self, text: str) -> None:
        """Machines of one answer mostly share their times: the same text is read once."""
        if text != self._times_text:
            self._times_text = text
            self._shared_times = times_of(text)
        self._times = self._shared_times

    def _take_series(self, text: str) -> None:
        name = self._names.get(self._counter)
        if name is not None and not device_sum(name, self._instance):
            self._series[name, self._instance] = values_of(text)

    def _finish_entity(self) -> None:
        if self._times and self._series:
            self._samples[self._entity] = ordered(self._times, self._series)


def device_sum(counter: str, instance: str) -> bool:
    """Return whether a series is the source's own sum over devices, which is no device."""
    return counter in DEVICE_COUNTERS and instance in ("", "*")


def times_of(text: str) -> list[int]:
    """Read `interval,time,interval,time,…`; a fraction of a second is dropped."""
    return [int(datetime.fromisoformat(stamp).timestamp()) for stamp in text.split(",")[1::2]]


def values_of(text: str) -> list[int | None]:
    """Read values; -1 or nothing means that there is none."""
    if "-" in text or text.startswith(",") or text.endswith(",") or ",," in text:
        return [_value(part) for part in text.split(",")]
    return list(map(int, text.split(","))) if text else []


def _value(text: str) -> int | None:
    number = int(text) if text else -1
    return None if number < 0 else number
