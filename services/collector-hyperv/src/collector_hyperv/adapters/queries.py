"""Projected queries that fit the host's build: a property it does not have must not cost the whole class.

Selecting a property that does not exist faults the whole query. So every class is asked for in full first; if
the host refuses, an instance tells which properties there are, and only those are asked for from then on.
"""

from collections.abc import Iterable, Mapping

from collector_hyperv.adapters.classes import CIMV2, CimClass, Row
from collector_hyperv.adapters.wsman.client import WsmanClient
from collector_hyperv.adapters.wsman.errors import QueryRefused
from collector_hyperv.adapters.wsman.parse import CimType, PropertyType, Schema, Values
from collector_hyperv.domain.counters import (
    BASE_SUFFIX,
    STAMP_PROPERTIES,
    CounterClass,
    CounterRead,
    CounterRow,
    CounterSpec,
)
from surveyor_schemas.counters import HypervCounter

_INTEGER = PropertyType(CimType.INTEGER)
_NAME = "Name"


class ClassReader:
    """Reads classes of one host and remembers what its build lacks."""

    def __init__(self, client: WsmanClient) -> None:
        self._client = client
        self._present: dict[str, frozenset[str]] = {}

    def read(self, cim_class: CimClass[Row]) -> tuple[Row, ...]:
        """Return all instances of a class as rows; properties that the build lacks are None.

        Raises:
            WsmanError: the class could not be read; `QueryRefused` if the host does not have it.
        """
        answers = self._select(
            cim_class.namespace,
            cim_class.name,
            cim_class.schema,
            cim_class.properties,
            cim_class.where,
        )
        return tuple(cim_class.to_row(values) for values in answers)

    def read_counters(self, counter_class: CounterClass) -> CounterRead:
        """Return all instances of a performance class, and which property each counter comes from.

        Raises:
            WsmanError: as for `read`.
        """
        wanted = _counter_properties(counter_class.counters)
        schema = {_NAME: PropertyType(CimType.STRING), **dict.fromkeys(wanted, _INTEGER)}
        answers = self._select(CIMV2, counter_class.name, schema, (_NAME, *wanted), None)
        chosen = self._chosen(counter_class)
        # Null stamps mean that the instance just went away.
        rows = tuple(row for values in answers if (row := _counter_row(values, chosen)) is not None)
        return CounterRead(counter_class, rows, chosen)

    def _select(
        self, namespace: str, class_name: str, schema: Schema, wanted: Iterable[str], where: str | None
    ) -> list[Values]:
        try:
            return self._query(namespace, class_name, schema, wanted, where)
        except QueryRefused:
            self._present.pop(class_name, None)
            present = self._client.property_names(namespace, class_name)
            if present is None:
                return []
            self._present[class_name] = present
            return self._query(namespace, class_name, schema, wanted, where)

    def _query(
        self, namespace: str, class_name: str, schema: Schema, wanted: Iterable[str], where: str | None
    ) -> list[Values]:
        present = self._present.get(class_name)
        tops = dict.fromkeys(name.partition("/")[0] for name in wanted)
        columns = [name for name in tops if present is None or name in present]
        wql = f"SELECT {', '.join(columns)} FROM {class_name}"  # noqa: S608 - constant names, no outside input
        return self._client.query(namespace, f"{wql} WHERE {where}" if where else wql, schema)

    def _chosen(self, counter_class: CounterClass) -> dict[HypervCounter, str]:
        present = self._present.get(counter_class.name)
        chosen = {}
        for spec in counter_class.counters:
            names = [name for name in spec.properties if present is None or name in present]
            if names:
                chosen[spec.counter] = names[0]
        return chosen


def _counter_properties(specs: Iterable[CounterSpec]) -> list[str]:
    wanted: list[str] = []
    for spec in specs:
        wanted += spec.properties
        if spec.kind == "percent-of-base":
            wanted += [name + BASE_SUFFIX for name in spec.properties]
    return [*wanted, *STAMP_PROPERTIES]


def _counter_row(values: Values, chosen: Mapping[HypervCounter, str]) -> CounterRow | None:
    perf_time, frequency, filetime = (values.get(name) for name in STAMP_PROPERTIES)
    if not (isinstance(perf_time, int) and isinstance(frequency, int) and isinstance(filetime, int)):
        return None
    names = {*chosen.values(), *(name + BASE_SUFFIX for name in chosen.values())}
    numbers = {name: value for name in names if isinstance(value := values.get(name), int)}
    return CounterRow(str(values.get(_NAME) or ""), perf_time, frequency, filetime, numbers)
