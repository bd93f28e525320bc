"""The operations: whole queries, the first instance of one, Get and Invoke."""

import contextlib
import random
import time
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

from lxml import etree

from collector_hyperv.adapters.wsman import envelopes
from collector_hyperv.adapters.wsman.connection import Connection
from collector_hyperv.adapters.wsman.envelopes import RequestOptions, Resource
from collector_hyperv.adapters.wsman.errors import (
    ContextLost,
    HostFault,
    MalformedAnswer,
    OperationsQuota,
    WsmanError,
)
from collector_hyperv.adapters.wsman.parse import (
    Batch,
    Schema,
    Values,
    property_names,
    read_batch,
    read_body,
    read_instance,
)

Result = TypeVar("Result")

MAX_ELEMENTS = 1_000
"""Items in one batch; the envelope's size usually ends it sooner."""
QUOTA_WAITS_SECONDS = (0.5, 1.0, 2.0)
"""How long to hold back, each time a little at random, when the host has too many operations."""


class WsmanClient:
    """Talks to one host over one connection; for one thread at a time.

    All methods raise `WsmanError`. A quota fault is met by waiting, a few times.
    """

    def __init__(
        self,
        connection: Connection,
        options: RequestOptions,
        *,
        max_elements: int = MAX_ELEMENTS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._options = options
        self._max_elements = max_elements
        self._sleep = sleep

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def query(self, namespace: str, wql: str, schema: Schema) -> list[Values]:
        """Return all rows of a query: all of them, or an error."""

        def read_all() -> list[Values]:
            # Closed here and now, also where a row cannot be read: its error's traceback would keep it open.
            with contextlib.closing(self._batches(namespace, wql, self._max_elements)) as batches:
                return [read_instance(item, schema) for batch in batches for item in batch.items]

        try:
            return self._holding_back(read_all)
        except ContextLost:
            # The host forgot the enumeration, or a broken connection used its context up: once more.
            return self._holding_back(read_all)

    def property_names(self, namespace: str, class_name: str) -> frozenset[str] | None:
        """Return the properties that a class has on this host; None while it has no instance.

        A class cannot be asked for over WS-Management, but an instance names all its properties.
        """
        wql = f"SELECT * FROM {class_name}"  # noqa: S608 - a constant name

        def read_first() -> frozenset[str] | None:
            with contextlib.closing(self._batches(namespace, wql, max_elements=1)) as batches:
                for batch in batches:
                    if batch.items:
                        return property_names(batch.items[0])
            return None

        return self._holding_back(read_first)

    def get(self, resource: Resource, schema: Schema) -> Values:
        """Return one instance."""
        body = self._holding_back(lambda: self._ask(envelopes.get_request(self._options, resource)))
        return read_instance(_only_child(body), schema)

    def invoke(
        self, resource: Resource, method: str, parameters: Mapping[str, str], schema: Schema
    ) -> Values:
        """Call a method that changes nothing, and return its out parameters, `ReturnValue` included."""
        request = envelopes.invoke_request(self._options, resource, method, parameters)
        body = self._holding_back(lambda: self._ask(request))
        return read_instance(_only_child(body), schema)

    def _batches(self, namespace: str, wql: str, max_elements: int) -> Generator[Batch]:
        """Yield a result batch by batch; what the reader does not drain is given back to the host."""
        resource = Resource(namespace)
        request = envelopes.enumerate_request(self._options, resource, wql, max_elements)
        context = ""
        try:
            while True:
                batch = read_batch(self._ask(request))
                context = batch.context
                yield batch
                if not context:
                    return
                request = envelopes.pull_request(self._options, resource, context, max_elements)
        except WsmanError as error:
            if not isinstance(error, HostFault):
                context = ""
            raise
        finally:
            if context:
                self._release(resource, context)

    def _release(self, resource: Resource, context: str) -> None:
        # Losing this request costs the host one context for a minute, so it fails nothing.
        with contextlib.suppress(WsmanError):
            self._ask(envelopes.release_request(self._options, resource, context))

    def _ask(self, request: bytes) -> etree._Element:
        return read_body(self._connection.send(request))

    def _holding_back(self, operation: Callable[[], Result]) -> Result:
        for wait_seconds in QUOTA_WAITS_SECONDS:
            try:
                return operation()
            except OperationsQuota:
                self._sleep(wait_seconds * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, no secret
        return operation()


def _only_child(body: etree._Element) -> etree._Element:
    if len(body) != 1:
        raise MalformedAnswer("the answer's body has not one element")
    return body[0]
