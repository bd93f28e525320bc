"""Namespaces with classes and instances; the one mutable thing that queries read."""

import threading
from collections.abc import Callable, Iterable, Mapping

from devstack.hyperv.cim import CimClass, Instance, Value, make_instance

Provider = Callable[[], Iterable[Instance]]


class InvalidNamespace(LookupError):
    """The store has no namespace of that name (WBEM_E_INVALID_NAMESPACE)."""


class InvalidClass(LookupError):
    """The namespace has no class of that name (WBEM_E_INVALID_CLASS)."""


class Namespace:
    """One namespace, safe to read and change from several threads.

    Instances belong to an owner (a machine, the host) and are replaced together, so that a reader sees a
    machine before or after a change and never half of it. A class may have a provider instead, asked at each
    query: counters and clocks have no stored value.
    """

    def __init__(self, name: str, classes: Mapping[str, CimClass]) -> None:
        self.name = name
        self._classes = dict(classes)
        self._subclasses = _subclasses(classes.values())
        self._instances: dict[str, dict[str, list[Instance]]] = {}
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def cim_class(self, name: str) -> CimClass:
        """Find a class without regard to case.

        Raises:
            InvalidClass: there is none.
        """
        try:
            return self._classes[name.lower()]
        except KeyError:
            raise InvalidClass(name) from None

    def has(self, class_name: str) -> bool:
        """Say whether this build has a class."""
        return class_name.lower() in self._classes

    def instance(self, class_name: str, values: Mapping[str, Value]) -> Instance:
        return make_instance(self.cim_class(class_name), values)

    def drop_property(self, class_name: str, property_name: str) -> None:
        """Take a property from a class that is provided; what is stored keeps its own.

        Raises:
            InvalidClass: there is no such class.
        """
        cim_class = self.cim_class(class_name)
        left = {key: prop for key, prop in cim_class.properties.items() if key != property_name.lower()}
        self._classes[class_name.lower()] = CimClass(cim_class.name, left, cim_class.ancestry)

    def provide(self, class_name: str, provider: Provider) -> None:
        """Have the instances of exactly this class made at each query."""
        self._providers[self.cim_class(class_name).name.lower()] = provider

    def replace(self, owner: str, instances: Iterable[Instance]) -> None:
        """Put `instances` in the place of all that `owner` had."""
        fresh: dict[str, list[Instance]] = {}
        for instance in instances:
            fresh.setdefault(instance.cim_class.name.lower(), []).append(instance)
        with self._lock:
            for by_owner in self._instances.values():
                by_owner.pop(owner, None)
            for class_name, members in fresh.items():
                self._instances.setdefault(class_name, {})[owner] = members

    def instances_of(self, class_name: str) -> list[Instance]:
        """All instances of a class and of its subclasses, as they are now.

        Raises:
            InvalidClass: the class does not exist.
        """
        wanted = self._subclasses[self.cim_class(class_name).name.lower()]
        with self._lock:
            stored = [self._instances.get(name, {}) for name in wanted]
            found = [instance for by_owner in stored for members in by_owner.values() for instance in members]
        # Without the lock: a provider takes locks of its own.
        for name in wanted:
            if name in self._providers:
                found.extend(self._providers[name]())
        return found


class CimStore:
    """The namespaces of one host; names are compared without regard to case or kind of slash."""

    def __init__(self, namespaces: Iterable[Namespace]) -> None:
        self._namespaces = {_fold(namespace.name): namespace for namespace in namespaces}

    def add(self, namespace: Namespace) -> None:
        """Add a namespace that came into being while the host runs."""
        self._namespaces[_fold(namespace.name)] = namespace

    def namespace(self, name: str) -> Namespace:
        """Find a namespace such as `root/virtualization/v2`.

        Raises:
            InvalidNamespace: there is none.
        """
        try:
            return self._namespaces[_fold(name)]
        except KeyError:
            raise InvalidNamespace(name) from None


def _fold(name: str) -> str:
    return name.replace("\\", "/").strip("/").lower()


def _subclasses(classes: Iterable[CimClass]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for cim_class in classes:
        for name in (cim_class.name, *cim_class.ancestry):
            members.setdefault(name.lower(), []).append(cim_class.name.lower())
    return members
