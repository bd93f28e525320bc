"""What a request is about: from its resource URI, filter and selectors to instances of the store."""

from collections.abc import Mapping
from typing import Protocol

from devstack.hyperv import faults, wire
from devstack.hyperv.cim import CimClass, Instance
from devstack.hyperv.soap import NAMESPACES, Request
from devstack.hyperv.store import CimStore, InvalidClass, InvalidNamespace, Namespace
from devstack.hyperv.wql import parse
from devstack.hyperv.wql_ast import InvalidQuery, Select
from devstack.hyperv.wql_filter import Selection, run_select

WQL_DIALECT = "http://schemas.microsoft.com/wbem/wsman/1/WQL"
_WSCIM_URI = "http://schemas.dmtf.org/wbem/wscim/1/"


class Rights(Protocol):
    """What the caller may see."""

    @property
    def hides_instances(self) -> bool:
        """The caller lacks rights: every query finds nothing, without an error."""

    def denies(self, namespace: str) -> bool:
        """The caller may not read the namespace at all."""

    def hides(self, class_name: str) -> bool:
        """The host has no such class just now."""


class Resources:
    """Finds what requests name; every miss is the fault that Windows sends."""

    def __init__(self, store: CimStore, rights: Rights) -> None:
        self._store = store
        self._rights = rights

    def select(self, request: Request) -> tuple[Namespace, Selection]:
        """The instances an Enumerate asks for, by its filter or by the class in its URI."""
        namespace, class_name = self.locate(request)
        try:
            query = _query(request, class_name)
            if self._rights.hides(query.class_name):
                raise InvalidClass(query.class_name)
            selection = run_select(namespace, query)
        except InvalidClass as error:
            raise faults.cannot_process_filter(
                "The specified class does not exist in the given namespace."
            ) from error
        except InvalidQuery as error:
            raise faults.cannot_process_filter(f"The WQL query is invalid: {error}.") from error
        if self._rights.hides_instances:
            selection.instances.clear()
        return namespace, selection

    def one(self, request: Request) -> tuple[Namespace, Instance]:
        """The instance that a Get names by its class and all its keys."""
        namespace, class_name = self.locate(request)
        return namespace, self._by_keys(namespace, class_name, _own_selectors(request))

    def service(self, request: Request) -> tuple[Namespace, Instance]:
        """The instance to invoke a method of; the only one of its class needs no selectors."""
        namespace, class_name = self.locate(request)
        selectors = _own_selectors(request)
        if selectors:
            return namespace, self._by_keys(namespace, class_name, selectors)
        if self._rights.hides_instances:
            raise faults.access_denied()
        found = namespace.instances_of(_class_of(namespace, class_name).name)
        if len(found) != 1:
            raise faults.insufficient_selectors()
        return namespace, found[0]

    def locate(self, request: Request) -> tuple[Namespace, str]:
        """The namespace and the class (or `*`) that a resource URI names."""
        uri = request.resource_uri.split("?", 1)[0]
        if not uri:
            raise faults.missing_header("ResourceURI")
        head, _, class_name = uri.rpartition("/")
        if uri.lower().startswith(wire.WMI_URI):
            name = head[len(wire.WMI_URI) :]
        elif uri.startswith(_WSCIM_URI):
            name = request.selectors.get("__cimnamespace", "root/cimv2")
        else:
            raise faults.resource_not_found(uri)
        if self._rights.denies(name):
            raise faults.access_denied()
        try:
            return self._store.namespace(name), class_name
        except InvalidNamespace as error:
            raise faults.resource_not_found(uri) from error

    def _by_keys(self, namespace: Namespace, class_name: str, selectors: Mapping[str, str]) -> Instance:
        cim_class = _class_of(namespace, class_name)
        wanted = _key_of(cim_class, selectors)
        if not self._rights.hides_instances:
            for instance in namespace.instances_of(cim_class.name):
                if instance.key == wanted:
                    return instance
        raise faults.resource_not_found(class_name)


def _query(request: Request, class_name: str) -> Select:
    filter_element = None if request.body is None else request.body.find("w:Filter", NAMESPACES)
    if filter_element is None:
        if class_name == "*":
            raise faults.cannot_process_filter("A filter is required when the resource URI names no class.")
        return Select(class_name, None, None)
    dialect = filter_element.get("Dialect", "")
    if dialect.lower() != WQL_DIALECT.lower():
        raise faults.dialect_unavailable(dialect)
    return parse(filter_element.text or "")


def _own_selectors(request: Request) -> Mapping[str, str]:
    """The selectors by lower-case name, without those that name the namespace."""
    return {name.lower(): value for name, value in request.selectors.items() if not name.startswith("__")}


def _key_of(cim_class: CimClass, selectors: Mapping[str, str]) -> tuple[str, ...]:
    names = [prop.name.lower() for prop in cim_class.keys]
    for name in selectors:
        if name not in names:
            raise faults.unexpected_selectors(name)
    if len(selectors) != len(names):
        raise faults.insufficient_selectors()
    return tuple(selectors[name].lower() for name in names)


def _class_of(namespace: Namespace, class_name: str) -> CimClass:
    try:
        return namespace.cim_class(class_name)
    except InvalidClass as error:
        raise faults.resource_not_found(class_name) from error
